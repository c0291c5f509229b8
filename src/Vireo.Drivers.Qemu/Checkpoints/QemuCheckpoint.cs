using Vireo.Config;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Checkpoints;

/// <summary>A checkpoint as its metadata has it: since when the changes of which disks are recorded.</summary>
/// <param name="Config">The stored document; has a name.</param>
internal sealed record QemuCheckpoint(DomainCheckpointConfig Config) : IStoredMoment<QemuCheckpoint>
{
    /// <inheritdoc/>
    public static string Kind => "checkpoint";

    /// <inheritdoc/>
    public static ErrorDomain Domain => ErrorDomain.DomainCheckpoint;

    /// <inheritdoc/>
    public string Name => Config.Name!;

    /// <inheritdoc/>
    public string? Parent => Config.Parent?.Name;

    /// <inheritdoc/>
    public long CreationTime => Config.CreationTime ?? 0;

    /// <inheritdoc/>
    public bool SaysCurrent => false;

    /// <summary>No filter of checkpoints asks for it.</summary>
    public SnapshotContent Content => SnapshotContent.DiskOnly;

    /// <summary>No filter of checkpoints asks for it.</summary>
    public bool IsExternal => false;

    /// <summary>Target and bitmap of every disk whose changes it records.</summary>
    public IEnumerable<(string Target, string Bitmap)> Bitmaps =>
        Config.Disks.Where(d => d.Checkpoint == CheckpointMode.Bitmap).Select(d => (d.Name!, d.Bitmap ?? Name));

    /// <inheritdoc/>
    public static QemuCheckpoint Parse(string xml) => new(DomainCheckpointConfig.Parse(xml));

    /// <inheritdoc/>
    public string ToXml() => Config.ToXml();

    /// <inheritdoc/>
    public QemuCheckpoint WithoutParent() => With(null);

    /// <summary>The same with another parent.</summary>
    public QemuCheckpoint With(string? parent) => this with { Config = Config with { Parent = parent is null ? null : new SnapshotParent { Name = parent } } };
}
