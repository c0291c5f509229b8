namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>Something of the host that only one process can have at a time.</summary>
internal enum DeferredKind
{
    /// <summary>The name of a UNIX socket.</summary>
    Socket,

    /// <summary>The name of a tap.</summary>
    Tap,

    /// <summary>Where a VNC display listens.</summary>
    Vnc,

    /// <summary>An address on the network of a device of the host that cards stand upon.</summary>
    Link,
}

/// <summary>What a process that was started beside another one gets only when that one has gone.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="From">The name it has meanwhile; empty for a display, which does not listen.</param>
/// <param name="To">What it is to become: a path, a device's name, <c>host:port</c> or a path for a display.</param>
internal sealed record DeferredResource(DeferredKind Kind, string From, string To);
