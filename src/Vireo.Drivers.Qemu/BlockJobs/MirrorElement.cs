using Vireo.Config;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.BlockJobs;

/// <summary>How the live document shows the other side of a job.</summary>
internal static class MirrorElement
{
    /// <summary>The element; null for a job that has no other side.</summary>
    public static DiskMirror? Of(BlockJob? job, LiveDisk disk)
    {
        if (job is not { Mirrors: true })
        {
            return null;
        }

        var copy = job.Type == DomainBlockJobType.Copy;
        var layer = copy ? job.Mirror[0] : disk.Chain!.Layers[disk.Numbers.IndexOf(job.Base)];
        var (type, source) = DiskDocuments.Source(layer.Location);
        return new DiskMirror
        {
            Type = type,
            File = copy ? layer.Location.LocalPath : null,
            LegacyFormat = copy ? layer.Format.Name() : null,
            Job = copy ? "copy" : "active-commit",
            Ready = job.Phase switch
            {
                BlockJobPhase.Ready => "yes",
                BlockJobPhase.Pivoting => "pivot",
                BlockJobPhase.Aborting => "abort",
                _ => null,
            },
            Format = new BackingFormat { Type = layer.Format.Name() },
            Source = source with { Index = (uint)(copy ? job.MirrorNumbers[0] : job.Base) },
            BackingStore = copy ? Below(job, disk) : null,
        };
    }

    private static BackingStore Below(BlockJob job, LiveDisk disk)
    {
        var layers = job.Mirror.Zip(job.MirrorNumbers).Skip(1);
        if (job.SharesBacking)
        {
            layers = layers.Concat(disk.Chain!.Layers.Zip(disk.Numbers).Skip(1));
        }

        return layers.Reverse().Aggregate(new BackingStore(), (below, image) =>
        {
            var (type, source) = DiskDocuments.Source(image.First.Location);
            return new BackingStore { Type = type, Index = (uint)image.Second, Format = new BackingFormat { Type = image.First.Format.Name() }, Source = source, Backing = below };
        });
    }
}
