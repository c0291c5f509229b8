using Vireo.Config;
using Vireo.Config.Conf;

namespace Vireo.Drivers.Xen.Native;

/// <summary>The two formats of Xen's files.</summary>
internal enum XenFormat
{
    /// <summary>That of <c>xl</c>.</summary>
    Xl,

    /// <summary>That of the older <c>xm</c>.</summary>
    Xm,
}

/// <summary>How much of the hardware is shown to a guest.</summary>
internal enum GuestKind
{
    /// <summary>None: it knows that it runs on Xen.</summary>
    Paravirtual,

    /// <summary>All of it.</summary>
    Hvm,

    /// <summary>The processor's and the memory's.</summary>
    Pvh,
}

/// <summary>Kinds of guests in files and documents.</summary>
internal static class GuestKinds
{
    /// <summary>The kind of a file's guest.</summary>
    public static GuestKind Parse(XenFile file) => file.Text("type") switch
    {
        null => file.Value("builder") is ConfText { Text: "hvm" } ? GuestKind.Hvm : GuestKind.Paravirtual,
        "hvm" => GuestKind.Hvm,
        "pv" => GuestKind.Paravirtual,
        "pvh" => GuestKind.Pvh,
        var other => throw XenErrors.Unsupported($"type {other} is not supported"),
    };

    /// <summary>The type that a document tells it in.</summary>
    public static OsType Type(this GuestKind kind, XenHost host) => kind switch
    {
        GuestKind.Hvm => new() { Arch = host.Architecture, Machine = "xenfv", Kind = "hvm" },
        GuestKind.Pvh => new() { Arch = host.Architecture, Machine = "xenpvh", Kind = "xenpvh" },
        _ => new() { Arch = host.Architecture, Machine = "xenpv", Kind = "linux" },
    };

    /// <summary>The kind of a document's guest.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: Xen runs no such guest.</exception>
    public static GuestKind Of(DomainConfig domain, XenHost host)
    {
        // The kind has an older name.
        var name = domain.Os.Type?.Kind is null or "linux" ? "xen" : domain.Os.Type.Kind;
        var named = domain with { Os = domain.Os with { Type = (domain.Os.Type ?? new()) with { Kind = name } } };
        var kind = name switch { "hvm" => GuestKind.Hvm, "xenpvh" => GuestKind.Pvh, _ => GuestKind.Paravirtual };
        Vireo.Config.Defaults.GuestKind.Require(named, DomainType.Xen, kind == GuestKind.Paravirtual ? "xen" : name, host.Architecture, [host.Architecture]);
        return kind;
    }
}
