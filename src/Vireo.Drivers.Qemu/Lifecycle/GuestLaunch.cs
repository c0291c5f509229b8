using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Network;
using Vireo.Drivers.Qemu.Security;
using Vireo.Host.Processes;
using Vireo.Host.Secrets;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>What a process is to be made of.</summary>
/// <param name="Config">The complete document: defaults filled in.</param>
internal sealed record LaunchSource(DomainConfig Config)
{
    /// <summary>A file positioned at the memory to load; null to boot.</summary>
    public SafeFileHandle? Memory { get; init; }

    /// <summary>The firmware's variables are made anew from their template.</summary>
    public bool ResetFirmware { get; init; }

    /// <summary>The CPU that was asked for once, when the document has the one that was made of it; null when the document says.</summary>
    public CpuConfig? AskedCpu { get; init; }

    /// <summary>The live document of the domain's process that goes on meanwhile; null when there is none.</summary>
    public DomainConfig? Beside { get; init; }
}

/// <summary>What a run of a domain is to be started with.</summary>
/// <param name="Source">What it is made of.</param>
/// <param name="Id">The number of the run.</param>
/// <param name="Channels">The run's directory for the sockets of channels.</param>
/// <param name="MonitorSocket">The monitor's listening socket, to be inherited.</param>
/// <param name="Taps">The taps of its network cards.</param>
/// <param name="Tpm">Its end of the connection to the TPM's emulator, to be inherited; null when it has no TPM.</param>
internal sealed record LaunchRequest(LaunchSource Source, int Id, string Channels, SafeHandle MonitorSocket, GuestTaps Taps, SafeHandle? Tpm = null)
{
    /// <summary>The host's secrets; null where none are given.</summary>
    public SecretStore? Secrets { get; init; }

    /// <summary>Files that clients lend the domain.</summary>
    public DescriptorGroups Descriptors { get; init; } = new();

    /// <summary>The kernel's device for sockets between host and guest, to be inherited; null when the guest has none.</summary>
    public SafeFileHandle? Vsock { get; init; }

    /// <summary>Whose the process will be.</summary>
    public GuestOwner Owner { get; init; } = GuestOwner.None;
}

/// <summary>All that a QEMU process is started with, and what it will then be.</summary>
/// <param name="Program">QEMU.</param>
/// <param name="Arguments">Its command line.</param>
/// <param name="Inherited">The descriptors it inherits.</param>
/// <param name="Live">The live document: aliases, ports, chains; terminals come once it runs.</param>
/// <param name="Disks">Its disks with the numbers of their nodes.</param>
internal sealed record GuestLaunch(string Program, IReadOnlyList<string> Arguments, InheritedFds Inherited, DomainConfig Live, LiveDisks Disks)
{
    /// <summary>The sockets that it listens on and inherits; not needed any more once it is spawned.</summary>
    public ListeningSockets Sockets { get; init; } = new(GuestOwner.None);

    /// <summary>The files of clients that it inherits; not needed any more once it is spawned.</summary>
    public LentFiles Lent { get; init; } = LentFiles.None;

    /// <summary>What it gets only when the process beside it has gone.</summary>
    public IReadOnlyList<DeferredResource> Deferred { get; init; } = [];
}

/// <summary>Turns documents into what QEMU is started with.</summary>
internal interface IGuestBuilder
{
    /// <summary>Checks a document as parsed and fills in everything it leaves open.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    ValueTask<DomainConfig> CompleteAsync(DomainConfig parsed, CancellationToken cancellationToken);

    /// <summary>The same for a running guest's document that a device has been added to: the guest has the buses that it was started with, and no more.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_INTERNAL_ERROR.</exception>
    ValueTask<DomainConfig> CompleteLiveAsync(DomainConfig live, CancellationToken cancellationToken);

    /// <summary>The same for a document that was saved with a snapshot or a checkpoint.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    ValueTask<DomainConfig> CompleteSavedAsync(DomainConfig parsed, CancellationToken cancellationToken);

    /// <summary>Checks what the start needs of the host and plans it. Makes the firmware's variables and nothing else.</summary>
    /// <exception cref="VireoException">What the start lacks.</exception>
    ValueTask<GuestLaunch> BuildAsync(LaunchRequest request, CancellationToken cancellationToken);

    /// <summary>The command line that would run a domain, for people: one line that a shell takes.</summary>
    /// <param name="complete">The complete document.</param>
    /// <param name="directory">Where the run would keep its files and sockets.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the document asks for what QEMU cannot do.</exception>
    ValueTask<string> ToNativeAsync(DomainConfig complete, string directory, CancellationToken cancellationToken);

    /// <summary>Finds out again, for a domain that runs already, what is known of its disks.</summary>
    ValueTask<LiveDisks> RecoverDisksAsync(DomainConfig live, CancellationToken cancellationToken);
}
