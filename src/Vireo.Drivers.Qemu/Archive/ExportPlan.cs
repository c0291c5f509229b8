using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Checkpoints;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Archive;

/// <summary>A file that goes into an archive.</summary>
/// <param name="kind">What it is.</param>
/// <param name="path">A path that leads to it.</param>
/// <param name="format">An image's format; null for another file.</param>
/// <param name="below">The image that it stands on; null for none.</param>
internal sealed class ExportedFile(SnapshotArchiveKind kind, string path, ImageFormat? format, ExportedFile? below)
{
    /// <summary>What it is.</summary>
    public SnapshotArchiveKind Kind => kind;

    /// <summary>A path that leads to it.</summary>
    public string Path => path;

    /// <summary>An image's format; null for another file.</summary>
    public ImageFormat? Format => format;

    /// <summary>The image that it stands on; null for none.</summary>
    public ExportedFile? Base => below;

    /// <summary>Every path by which documents call it.</summary>
    public HashSet<string> Paths { get; } = new(StringComparer.Ordinal) { path };
}

/// <summary>All that goes into an archive.</summary>
/// <param name="Definition">The domain.</param>
/// <param name="Snapshots">Its snapshots.</param>
/// <param name="Checkpoints">Its checkpoints.</param>
/// <param name="Files">Every file once, an image after the one it stands on.</param>
internal sealed record ExportPlan(DomainConfig Definition, SnapshotTree<QemuSnapshot> Snapshots, SnapshotTree<QemuCheckpoint> Checkpoints, IReadOnlyList<ExportedFile> Files);
