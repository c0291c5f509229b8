using Vireo.Config;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>A snapshot as its metadata has it.</summary>
/// <param name="Config">The stored document; has a name and a state.</param>
internal sealed record QemuSnapshot(DomainSnapshotConfig Config) : IStoredMoment<QemuSnapshot>
{
    /// <inheritdoc/>
    public static string Kind => "snapshot";

    /// <inheritdoc/>
    public static ErrorDomain Domain => ErrorDomain.DomainSnapshot;

    /// <inheritdoc/>
    public string Name => Config.Name!;

    /// <inheritdoc/>
    public string? Parent => Config.Parent?.Name;

    /// <inheritdoc/>
    public long CreationTime => Config.CreationTime ?? 0;

    /// <inheritdoc/>
    public bool SaysCurrent => Config.Active == 1;

    /// <inheritdoc/>
    public SnapshotContent Content => Config.State switch
    {
        "shutoff" or null => SnapshotContent.Inactive,
        "disk-snapshot" => SnapshotContent.DiskOnly,
        _ => SnapshotContent.Active,
    };

    /// <inheritdoc/>
    public bool IsExternal => Config.Memory?.Snapshot == SnapshotLocation.External || Config.Disks.Any(d => d.Snapshot == SnapshotLocation.External);

    /// <summary>Whether it froze the image of that disk.</summary>
    public bool HasExternal(DiskConfig disk) => Config.Disks.Any(d => d.Name == disk.Target?.Dev && d.Snapshot == SnapshotLocation.External);

    /// <summary>Whether any part of it lies within the domain's own images.</summary>
    public bool IsInternal => Config.Memory?.Snapshot == SnapshotLocation.Internal || Config.Disks.Any(d => d.Snapshot == SnapshotLocation.Internal);

    /// <summary>The file that holds the guest's memory; null when it holds none.</summary>
    public string? MemoryFile => Config.Memory is { Snapshot: SnapshotLocation.External, File: { } file } ? file : null;

    /// <summary>The document as users see it.</summary>
    public DomainSnapshotConfig Visible => Config with { Active = null, RevertDisks = default, Cookie = null, FirmwareVariables = null, TpmState = default };

    /// <inheritdoc/>
    public static QemuSnapshot Parse(string xml) => new(DomainSnapshotConfig.Parse(xml));

    /// <inheritdoc/>
    public string ToXml() => Config.ToXml();

    /// <inheritdoc/>
    public QemuSnapshot WithoutParent() => this with { Config = Config with { Parent = null } };
}
