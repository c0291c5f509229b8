using Vireo.Config;
using Vireo.Config.Defaults;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>What QEMU drives disks with: the driver's name, the format, what decrypts.</summary>
internal static class DiskDriverDefaults
{
    /// <summary>Fills in what the disks leave open.</summary>
    public static void Apply(DeviceDraft draft) => DeviceDraft.Each(draft.Disks, disk => disk with
    {
        Snapshot = disk.Type == DiskType.VhostUser ? disk.Snapshot ?? SnapshotLocation.No : disk.Snapshot,
        Driver = Driver(disk.Driver ?? new DiskDriver(), disk.Type == DiskType.Volume && disk.Source is not null ? null : "raw"),
        Source = Source(disk.Source),
        BackingStore = disk.BackingStore is { } backing ? Backing(backing) : null,
        Encryption = Encryption(disk.Encryption),
    });

    private static DiskDriver Driver(DiskDriver driver, string? format) => driver with { Name = driver.Name ?? "qemu", Type = driver.Type ?? format };

    private static BackingStore Backing(BackingStore backing) =>
        backing with { Source = Source(backing.Source), Backing = backing.Backing is { } next ? Backing(next) : null };

    private static DiskSource? Source(DiskSource? source) => source is { Encryption: { } encryption } ? source with { Encryption = Encryption(encryption) } : source;

    private static StorageEncryption? Encryption(StorageEncryption? encryption) => encryption is null ? null : encryption with { Engine = encryption.Engine ?? EncryptionEngine.Qemu };
}
