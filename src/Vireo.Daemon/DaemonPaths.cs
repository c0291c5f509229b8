namespace Vireo.Daemon;

/// <summary>Every place that the daemon keeps something in; all hang off one root.</summary>
/// <param name="Config">Settings and the definitions of persistent objects.</param>
/// <param name="Run">What lives until the next boot: live state, process ids.</param>
/// <param name="State">What is kept: snapshots' metadata, managed save images, NVRAM.</param>
/// <param name="Cache">What can be made anew: capabilities.</param>
/// <param name="Log">Logs of guests.</param>
/// <param name="Sockets">Where clients connect.</param>
internal sealed record DaemonPaths(string Config, string Run, string State, string Cache, string Log, string Sockets)
{
    public string ConfigFile => Path.Combine(Config, "vireod.conf");

    public string LockFile => Path.Combine(Run, "vireod.lock");

    public string Socket => Path.Combine(Sockets, "libvirt-sock");

    public string ReadOnlySocket => Path.Combine(Sockets, "libvirt-sock-ro");

    /// <summary>Everything below one directory.</summary>
    public static DaemonPaths Under(string root)
    {
        root = Path.GetFullPath(root);
        string Below(string a, string b) => Path.Combine(root, a, b);
        return new(Below("etc", "vireo"), Below("run", "vireo"), Below("lib", "vireo"), Below("cache", "vireo"), Below("log", "vireo"), Below("run", "libvirt"));
    }

    /// <summary>The places of the file system hierarchy standard, for the system or for one user.</summary>
    public static DaemonPaths Standard(bool privileged)
    {
        if (privileged) return new("/etc/vireo", "/run/vireo", "/var/lib/vireo", "/var/cache/vireo", "/var/log/vireo", "/run/vireo");
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string Of(string variable, string otherwise) => Path.Combine(Environment.GetEnvironmentVariable(variable) is { Length: > 0 } set ? set : Path.Combine(home, otherwise), "vireo");
        string run = Of("XDG_RUNTIME_DIR", ".cache/run");
        string cache = Of("XDG_CACHE_HOME", ".cache");
        return new(Of("XDG_CONFIG_HOME", ".config"), run, Of("XDG_STATE_HOME", ".local/state"), cache, Path.Combine(cache, "log"), run);
    }

    /// <summary>libvirt's own directory of sockets, where stock clients look.</summary>
    public static string LibvirtSockets(bool privileged) =>
        privileged ? "/run/libvirt" : Path.Combine(Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") ?? throw new DaemonException("--as-libvirtd needs XDG_RUNTIME_DIR to be set"), "libvirt");

    /// <summary>Makes what is missing.</summary>
    public void Create()
    {
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        const UnixFileMode Shared = Private | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        foreach (string directory in new[] { Config, Run, State, Cache, Log }) Directory.CreateDirectory(directory, directory == Sockets ? Shared : Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        Directory.CreateDirectory(Sockets, Shared);
    }
}
