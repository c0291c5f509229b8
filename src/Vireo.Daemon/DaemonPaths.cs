using Vireo.Host;

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
    /// <summary>Whether the daemon is one user's own, as <c>qemu:///session</c> has it: nobody else may connect.</summary>
    public bool IsSession { get; init; }

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
        static string Of(string directory) => Path.Combine(directory, "vireo");
        string cache = Of(UserDirectories.Cache), sockets = Of(UserDirectories.Runtime);
        return new(Of(UserDirectories.Configuration), Path.Combine(sockets, "run"), Of(UserDirectories.State), cache, Path.Combine(cache, "log"), sockets) { IsSession = true };
    }

    /// <summary>libvirt's own directory of sockets, where stock clients look.</summary>
    public static string LibvirtSockets(bool privileged) =>
        privileged ? "/run/libvirt" : Path.Combine(UserDirectories.Runtime, "libvirt");

    /// <summary>Makes what is missing.</summary>
    public void Create()
    {
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        const UnixFileMode Shared = Private | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        const UnixFileMode Passable = Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(Sockets, IsSession ? Private : Shared);
        foreach (string directory in new[] { Config, Run, State, Cache, Log }) Directory.CreateDirectory(directory, IsSession ? Private : Passable);
    }
}
