namespace Vireo.Drivers.Remote.Transports;

/// <summary>Where daemons listen when the URI does not say: ours first, then libvirt's, then its daemon for one hypervisor.</summary>
internal static class SocketPaths
{
    public static IReadOnlyList<string> Candidates(RemoteAddress address)
    {
        string run = address.IsSession ? Session() : "/run";
        string[] legacy = [$"{run}/vireo/libvirt-sock{address.SocketSuffix}", $"{run}/libvirt/libvirt-sock{address.SocketSuffix}"];
        string direct = $"{run}/libvirt/virt{address.Uri.Driver}d-sock{address.SocketSuffix}";
        return address.Mode switch
        {
            DaemonMode.Legacy => legacy,
            DaemonMode.Direct => [direct],
            _ => [.. legacy, direct],
        };
    }

    private static string Session() =>
        Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
}
