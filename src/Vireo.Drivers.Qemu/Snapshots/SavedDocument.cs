using Vireo.Config;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>A domain's document as a snapshot keeps it: what the domain is, without what is true of one running process only.</summary>
internal static class SavedDocument
{
    /// <summary>The document to keep.</summary>
    public static DomainConfig Of(DomainConfig config) => config with
    {
        Id = null,
        Devices = config.Devices with { Disks = [.. config.Devices.Disks.Select(Of)] },
    };

    private static DiskConfig Of(DiskConfig disk) => disk with
    {
        BackingStore = null,
        Mirror = null,
        Source = disk.Source is null ? null : disk.Source with { Index = null },
    };
}
