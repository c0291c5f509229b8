using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.State;
using Vireo.Host.Faults;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>
/// Removes internal snapshots and carries out planned merges. Whatever cuts them short, every image that is still needed reads the same as before, and doing them again finishes them:
/// an image is written only by what moves into it, and names of backing files change last.
/// </summary>
/// <param name="domain">The domain, within its modifying job.</param>
internal sealed class SnapshotMerging(ISnapshotDomain domain)
{
    /// <summary>Removes and merges.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: one of them failed; those before it are done.</exception>
    public async ValueTask RunAsync(DeletePlan plan, CancellationToken cancellationToken)
    {
        var live = new LiveTagRemoval(domain);
        if (plan.IsResumed && domain.Live is not null)
        {
            await live.SettleAsync().ConfigureAwait(false);
        }

        foreach (var image in plan.Tags)
        {
            if (!await live.TryRunAsync(image, cancellationToken).ConfigureAwait(false))
            {
                await ImageTool.RemoveSnapshotAsync(image, cancellationToken).ConfigureAwait(false);
            }

            FaultPoint.Hit(FaultPoints.DeleteTagRemoved);
        }

        var sizes = plan.Merges.Select(m => m.Bytes).ToList();
        var (total, done) = (sizes.Sum(), 0L);
        foreach (var (merge, size) in plan.Merges.Zip(sizes))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var before = done;
            Progress(0);
            void Progress(double share) => domain.Progressed(new JobProgress { Disk = (total, before + (long)(size * Math.Clamp(share, 0, 1))) });
            FaultPoint.Hit(FaultPoints.DeleteMerge);
            if (merge.Live)
            {
                await domain.MergeAsync(merge, Progress, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await MergeFilesAsync(merge, Progress, cancellationToken).ConfigureAwait(false);
                if (plan.IsResumed && merge.Result.Format == ImageFormat.Qcow2)
                {
                    await ImageTool.RepairLeaksAsync(PathOf(merge.Result)).ConfigureAwait(false);
                }
            }

            done += size;
            FaultPoint.Hit(FaultPoints.DeleteMerged);
        }
    }

    private static async Task MergeFilesAsync(PlannedMerge merge, Action<double> progress, CancellationToken cancellationToken)
    {
        var top = PathOf(merge.Top);
        if (!merge.IntoBottom)
        {
            await ImageTool.RebaseAsync(top, merge.Top.Format, merge.Below, progress, cancellationToken).ConfigureAwait(false);
            return;
        }

        await ImageTool.CommitAsync(top, merge.Top.Format, PathOf(merge.Images[0]), progress, cancellationToken).ConfigureAwait(false);
        if (merge.Above is { } above)
        {
            await ImageTool.RenameBackingAsync(PathOf(above), above.Format, merge.Images[0], cancellationToken).ConfigureAwait(false);
        }
    }

    private static string PathOf(ImageLayer layer) => layer.Location.LocalPath
        ?? throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"image '{layer.Location.Display}' cannot be merged: it is no file or block device of this host");
}
