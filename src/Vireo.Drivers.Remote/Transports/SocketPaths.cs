using Vireo.Host;

namespace Vireo.Drivers.Remote.Transports;

/// <summary>Where daemons listen when the URI does not say: ours first, then libvirt's, then its daemon for one hypervisor.</summary>
internal static class SocketPaths
{
    public static IReadOnlyList<string> Candidates(RemoteAddress address)
    {
        string run = address.IsSession ? UserDirectories.Runtime : "/run";
        string[] legacy = [$"{run}/vireo/libvirt-sock{address.SocketSuffix}", $"{run}/libvirt/libvirt-sock{address.SocketSuffix}"];
        string direct = $"{run}/libvirt/virt{address.Uri.Driver}d-sock{address.SocketSuffix}";
        return address.Mode switch
        {
            DaemonMode.Legacy => legacy,
            DaemonMode.Direct => [direct],
            _ => [.. legacy, direct],
        };
    }
}
