using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Capabilities;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>What one run of a domain has besides its document.</summary>
/// <param name="MonitorFd">The number under which QEMU inherits the monitor's listening socket; null where it shall make one in <paramref name="Directory"/> itself.</param>
/// <param name="Disks">The disks' chains and node numbers.</param>
/// <param name="Directory">Where the run keeps files and sockets of its own.</param>
internal sealed record CommandLineContext(int? MonitorFd, LiveDisks Disks, string Directory)
{
    /// <summary>A memory stream will be loaded: QEMU waits for it (<c>-incoming defer</c>).</summary>
    public bool Incoming { get; init; }

    /// <summary>The number under which QEMU inherits its end of the connection to the TPM's emulator; null when it is to connect to a socket in the directory.</summary>
    public int? Tpm { get; init; }

    /// <summary>For each network card's alias the numbers or names under which QEMU has its tap; a card that is not here has QEMU open its tap.</summary>
    public IReadOnlyDictionary<string, TapNumbers> Taps { get; init; } = new Dictionary<string, TapNumbers>();

    /// <summary>The number or name under which QEMU has the kernel's device for sockets between host and guest; null where it is to open it itself.</summary>
    public string? Vsock { get; init; }

    /// <summary>For each image that is lent the numbers under which QEMU inherits its files; one that is not here was given to QEMU otherwise.</summary>
    public IReadOnlyDictionary<int, IReadOnlyList<int>> Lent { get; init; } = new Dictionary<int, IReadOnlyList<int>>();

    /// <summary>Gives QEMU its secrets; null where the command line is only shown, and names files that would hold them.</summary>
    public GuestSecrets? Secrets { get; init; }

    /// <summary>QEMU gives up system calls that it needs no more once it runs.</summary>
    public bool Sandbox { get; init; } = true;

    /// <summary>The certificates of VNC displays; null where they speak no TLS.</summary>
    public DisplayTls? VncTls { get; init; }

    /// <summary>For each character device's alias the number under which QEMU inherits the socket that it listens on, or the name under which it was given one; one that is not here has QEMU make it.</summary>
    public IReadOnlyDictionary<string, string> Sockets { get; init; } = new Dictionary<string, string>();

    /// <summary>The machine type as this QEMU knows it; null when it is not known.</summary>
    public QemuMachine? Machine { get; init; }

    /// <summary>Finds the device file through which a SCSI device of this host takes commands.</summary>
    public Func<HostdevSource, string> ScsiGeneric { get; init; } = ScsiDevices.GenericOf;

    /// <summary>A file of the run.</summary>
    public string File(string name) => Path.Combine(Directory, name);
}

/// <summary>What displays speak TLS with.</summary>
/// <param name="Directory">Where the certificates lie.</param>
/// <param name="Verify">Whoever looks has to show one.</param>
internal sealed record DisplayTls(string Directory, bool Verify);

/// <summary>The numbers under which QEMU inherits a tap, or the names under which it was given one.</summary>
/// <param name="Queues">One for each queue.</param>
/// <param name="Accelerators">One of vhost-net for each queue, or none.</param>
internal sealed record TapNumbers(IReadOnlyList<string> Queues, IReadOnlyList<string> Accelerators);
