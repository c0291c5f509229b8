using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.BlockJobs;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>One merge of images that a running guest has open.</summary>
/// <param name="jobs">The domain's block jobs, within its modifying job.</param>
/// <param name="merge">The merge.</param>
/// <param name="progress">Told how much of it is done, from 0 to 1.</param>
internal sealed class LiveMerge(DomainBlockJobs jobs, PlannedMerge merge, Action<double> progress)
{
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(250);

    /// <summary>Starts the block job and waits for its end; on cancellation it is given up.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: it failed.</exception>
    public async Task RunAsync(LiveDisks disks, CancellationToken cancellationToken)
    {
        var disk = disks.Find(merge.Target)!;
        var top = PlaceOf(disk, merge.Top);
        var first = PlaceOf(disk, merge.Images[0]);
        if (!merge.IntoBottom)
        {
            var pull = await jobs.PullAsync(disk, top, first + 1 < disk.Numbers.Length ? first + 1 : null, null, 0, CancellationToken.None).ConfigureAwait(false);
            await WaitAsync(pull, cancellationToken).ConfigureAwait(false);
            return;
        }

        var commit = await jobs.CommitAsync(disk, top, first, null, delete: false, 0, CancellationToken.None).ConfigureAwait(false);
        if (top > 0)
        {
            await WaitAsync(commit, cancellationToken).ConfigureAwait(false);
            return;
        }

        await WatchAsync(commit, token => jobs.ReadyAsync(commit, token), cancellationToken).ConfigureAwait(false);
        await jobs.ReadyNowAsync(commit.Id).ConfigureAwait(false);
        await jobs.PivotAsync(commit with { Phase = BlockJobPhase.Ready }, wait: true, CancellationToken.None).ConfigureAwait(false);
    }

    private static int PlaceOf(LiveDisk disk, ImageLayer image)
    {
        for (var i = 0; i < disk.Chain!.Layers.Length; i++)
        {
            if (disk.Chain.Layers[i].Location.LocalPath == image.Location.LocalPath)
            {
                return i;
            }
        }

        throw VireoException.Internal(ErrorDomain.Qemu, $"image '{image.Location.Display}' of disk '{disk.Target}' is not open");
    }

    private Task WaitAsync(BlockJob job, CancellationToken cancellationToken) => WatchAsync(job, token => jobs.ConcludedAsync(job, token), cancellationToken);

    /// <summary>Measures a job until the wait for it is over, and gives it up when that was cancelled or the hypervisor does not tell how far it is.</summary>
    private async Task WatchAsync(BlockJob job, Func<CancellationToken, Task> waiting, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var wait = waiting(end.Token);
        try
        {
            while (await Task.WhenAny(wait, Task.Delay(s_pace, CancellationToken.None)).ConfigureAwait(false) != wait)
            {
                progress(await jobs.ShareDoneAsync(job).ConfigureAwait(false));
            }
        }
        catch (VireoException)
        {
            await GiveUpAsync(job, wait, end).ConfigureAwait(false);
            throw;
        }

        if (wait.IsCanceled)
        {
            await GiveUpAsync(job, wait, end).ConfigureAwait(false);
        }

        await wait.ConfigureAwait(false);
    }

    private async Task GiveUpAsync(BlockJob job, Task wait, CancellationTokenSource end)
    {
        await end.CancelAsync().ConfigureAwait(false);
        await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!wait.IsCompletedSuccessfully)
        {
            await jobs.EndAsync(job).ConfigureAwait(false);
        }
    }
}
