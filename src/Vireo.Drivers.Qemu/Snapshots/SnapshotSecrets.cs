using Vireo.Config;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>A snapshot's document for those who may not see passwords.</summary>
internal static class SnapshotSecrets
{
    /// <summary>The document without what only the secure flag shows.</summary>
    public static DomainSnapshotConfig Without(DomainSnapshotConfig snapshot) => snapshot with
    {
        Domain = Without(snapshot.Domain),
        InactiveDomain = Without(snapshot.InactiveDomain),
    };

    /// <summary>The document without what only the secure flag shows.</summary>
    public static DomainConfig? Without(DomainConfig? domain) => domain is null ? null : domain with
    {
        Devices = domain.Devices with { Graphics = [.. domain.Devices.Graphics.Select(Without)] },
    };

    private static GraphicsConfig Without(GraphicsConfig graphics) => graphics with { Passwd = null };
}
