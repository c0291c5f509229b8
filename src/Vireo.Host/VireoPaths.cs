namespace Vireo.Host;

/// <summary>Where the daemon keeps what: every path hangs off one root, or lies at the FHS places under the name <c>vireo</c>.</summary>
/// <param name="Configuration">Configuration and definitions (<c>etc/vireo</c>).</param>
/// <param name="Run">Sockets and the state of running domains; gone after a boot (<c>run/vireo</c>).</param>
/// <param name="Library">What must outlive a boot (<c>lib/vireo</c>).</param>
/// <param name="Cache">What can be found out again (<c>cache/vireo</c>).</param>
/// <param name="Log">Logs (<c>log/vireo</c>).</param>
public sealed record VireoPaths(string Configuration, string Run, string Library, string Cache, string Log)
{
    /// <summary>Everything below one directory.</summary>
    public static VireoPaths UnderRoot(string root) => new(
        Path.Combine(root, "etc", "vireo"),
        Path.Combine(root, "run", "vireo"),
        Path.Combine(root, "lib", "vireo"),
        Path.Combine(root, "cache", "vireo"),
        Path.Combine(root, "log", "vireo"));

    /// <summary>The FHS places of a daemon that serves the whole host.</summary>
    public static VireoPaths System { get; } = new("/etc/vireo", "/run/vireo", "/var/lib/vireo", "/var/cache/vireo", "/var/log/vireo");

    /// <summary>The operator's scripts that are told of what happens.</summary>
    public string Hooks => Path.Combine(Configuration, "hooks");

    /// <summary>Persistent definitions of QEMU domains.</summary>
    public string QemuDefinitions => Path.Combine(Configuration, "qemu");

    /// <summary>The host's secrets.</summary>
    public string Secrets => Path.Combine(Configuration, "secrets");

    /// <summary>A link to the definition of each QEMU domain that starts with the host.</summary>
    public string QemuAutostart => Path.Combine(QemuDefinitions, "autostart");

    /// <summary>Live state and monitors of running QEMU domains.</summary>
    public string QemuRun => Path.Combine(Run, "qemu");

    /// <summary>What QEMU domains own on disk.</summary>
    public string QemuLibrary => Path.Combine(Library, "qemu");

    /// <summary>Snapshot documents, a directory a domain.</summary>
    public string QemuSnapshots => Path.Combine(QemuLibrary, "snapshot");

    /// <summary>Checkpoint documents, a directory a domain.</summary>
    public string QemuCheckpoints => Path.Combine(QemuLibrary, "checkpoint");

    /// <summary>Core dumps that nobody asked for at the moment.</summary>
    public string QemuDump => Path.Combine(QemuLibrary, "dump");

    /// <summary>Managed save images.</summary>
    public string QemuSave => Path.Combine(QemuLibrary, "save");

    /// <summary>Variable stores of UEFI guests.</summary>
    public string QemuNvram => Path.Combine(QemuLibrary, "nvram");

    /// <summary>The state of emulated TPMs, a directory a domain.</summary>
    public string TpmStates => Path.Combine(Library, "swtpm");

    /// <summary>What the TPMs' maker is set up with: its configuration, and the authority that signs the TPMs' certificates.</summary>
    public string TpmAuthority => Path.Combine(Library, "swtpm-setup");

    /// <summary>What the TPMs' emulators and their maker print.</summary>
    public string TpmLog => Path.Combine(Log, "swtpm");

    /// <summary>Plans of changes of disks that are under way.</summary>
    public string QemuJournal => Path.Combine(QemuLibrary, "journal");

    /// <summary>What QEMU binaries can do.</summary>
    public string QemuCapabilities => Path.Combine(Cache, "qemu", "capabilities");

    /// <summary>What QEMU processes print.</summary>
    public string QemuLog => Path.Combine(Log, "qemu");

    /// <summary>The sockets of channels whose documents name none, a directory a run.</summary>
    public string QemuChannels => Path.Combine(QemuLibrary, "channel", "target");

    /// <summary>A running domain's own directory: monitor socket, secrets.</summary>
    public string QemuDomainDirectory(int id, string name) => Path.Combine(QemuLibrary, RunName(id, name));

    /// <summary>A running domain's directory below <see cref="QemuChannels"/>.</summary>
    public string QemuChannelDirectory(int id, string name) => Path.Combine(QemuChannels, RunName(id, name));

    /// <summary>Makes the directories of the QEMU driver where they are missing.</summary>
    public void MakeQemuDirectories()
    {
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        foreach (var directory in (ReadOnlySpan<string>)[QemuDefinitions, QemuAutostart, QemuSnapshots, QemuCheckpoints, QemuSave, QemuNvram, QemuJournal, QemuChannels, QemuCapabilities, QemuLog, TpmStates, TpmAuthority, TpmLog])
        {
            Directory.CreateDirectory(directory, Private);
        }

        Directory.CreateDirectory(QemuRun, Private | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }

    private static string RunName(int id, string name) =>
        string.Create(global::System.Globalization.CultureInfo.InvariantCulture, $"domain-{id}-{(name.Length > 20 ? name[..20] : name)}");
}
