using Vireo.Uris;

namespace Vireo.Drivers.Remote.Transports;

/// <summary>Where daemons listen when the URI does not say: ours first, then libvirt's, then its daemon for one hypervisor.</summary>
internal static class SocketPaths
{
    public static IReadOnlyList<string> Candidates(ConnectionUri uri)
    {
        bool session = uri.Path is "/session" || uri.Path.EndsWith("/session", StringComparison.Ordinal);
        string run = session ? Session() : "/run";
        return [$"{run}/vireo/libvirt-sock", $"{run}/libvirt/libvirt-sock", $"{run}/libvirt/virt{uri.Driver}d-sock"];
    }

    private static string Session() =>
        Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
}
