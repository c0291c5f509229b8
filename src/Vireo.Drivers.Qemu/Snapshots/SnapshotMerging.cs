using System.Text.Json;
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
        foreach (var image in plan.Tags)
        {
            await RemoveAsync(image, cancellationToken).ConfigureAwait(false);
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

    private async Task RemoveAsync(TaggedImage image, CancellationToken cancellationToken)
    {
        if (domain.Disks?.Disks.FirstOrDefault(d => d.Chain?.Top.Location.LocalPath == image.Path) is not { } open)
        {
            await ImageTool.RemoveSnapshotAsync(image, cancellationToken).ConfigureAwait(false);
            return;
        }

        var name = JsonEncodedText.Encode(image.Tag);
        await domain.ExecuteAsync(
            "blockdev-snapshot-delete-internal-sync",
            $$"""{"device":"{{NodeNumbers.Format(open.Numbers[0])}}","name":"{{name}}"}""",
            cancellationToken).ConfigureAwait(false);

        // Opened anew as it is, the image's tables are written: a crash leaks no cluster that has come free.
        var node = BlockNodeJson.ForReopen(open.Chain!.Top, open.Numbers[0], open.Numbers.Length > 1 ? open.Numbers[1] : null, open.Access);
        await domain.ExecuteAsync("blockdev-reopen", $$"""{"options":[{{node}}]}""", CancellationToken.None).ConfigureAwait(false);
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
