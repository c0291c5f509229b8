using System.Collections.Immutable;
using System.Globalization;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Checkpoints;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Qemu.State;
using Vireo.Host.Faults;

namespace Vireo.Drivers.Qemu.BlockJobs;

/// <summary>
/// Starts and ends the block jobs of a running domain. Everything is called within the domain's modifying job; a block job itself goes on
/// beside it, and is concluded in a modifying job of its own when nobody waits for it.
/// </summary>
internal sealed class DomainBlockJobs(QemuDomain domain)
{
    private readonly QemuProcess _process = domain.RequireProcess();
    private readonly QemuSnapshotDomain _documents = new(domain);

    private QmpMonitor Monitor => _process.Monitor;

    /// <summary>Merges images down. The lowest image keeps all the data; when the uppermost is the one that is written to, the job becomes ready and waits.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="top">The place in the chain of the uppermost image to merge; 0 is the one that is written to.</param>
    /// <param name="bottom">The place of the image that takes them.</param>
    /// <param name="backingName">The name by which the image above is to call the one that takes them; null for its own.</param>
    /// <param name="delete">Whether the merged files are removed.</param>
    /// <param name="speed">Bytes a second; 0 for no limit.</param>
    /// <param name="cancellationToken">Gives up before it has begun.</param>
    public async Task<BlockJob> CommitAsync(LiveDisk disk, int top, int bottom, string? backingName, bool delete, long speed, CancellationToken cancellationToken)
    {
        LentFiles.Refuse(disk.Chain, "takes part in no block job");
        var job = New(disk, top == 0 ? DomainBlockJobType.ActiveCommit : DomainBlockJobType.Commit) with { Top = disk.Numbers[top], Base = disk.Numbers[bottom], Delete = delete };
        var name = top == 0 ? null : backingName ?? disk.Chain!.Layers[bottom].Location.LocalPath;
        await BeginAsync(
            job,
            Qmp.BlockCommit(job.Id, disk.DeviceNode, NodeNumbers.Format(job.Top), NodeNumbers.Format(job.Base), name, speed),
            cancellationToken).ConfigureAwait(false);
        return job;
    }

    /// <summary>Fills the image at the place <paramref name="top"/> with all that lies between it and the one at <paramref name="bottom"/>.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="top">The place of the image that is filled; 0 is the one that is written to.</param>
    /// <param name="bottom">The place of the image that stays below; null to leave none.</param>
    /// <param name="backingName">The name by which that one is to be called; null for its own.</param>
    /// <param name="speed">Bytes a second; 0 for no limit.</param>
    /// <param name="cancellationToken">Gives up before it has begun.</param>
    public async Task<BlockJob> PullAsync(LiveDisk disk, int top, int? bottom, string? backingName, long speed, CancellationToken cancellationToken)
    {
        LentFiles.Refuse(disk.Chain, "takes part in no block job");
        var job = New(disk, DomainBlockJobType.Pull) with { Top = disk.Numbers[top], Base = bottom is { } place ? disk.Numbers[place] : 0 };
        var name = bottom is { } below ? backingName ?? disk.Chain!.Layers[below].Location.LocalPath : null;
        await BeginAsync(
            job,
            Qmp.BlockStream(job.Id, NodeNumbers.Format(job.Top), job.Base == 0 ? null : NodeNumbers.Format(job.Base), name, speed),
            cancellationToken).ConfigureAwait(false);
        return job;
    }

    /// <summary>Copies the disk to other images and keeps both alike until it is pivoted to them or given up.</summary>
    public async Task<BlockJob> CopyAsync(LiveDisk disk, CopyDestination destination, CancellationToken cancellationToken)
    {
        var numbers = new NodeNumbers(_process.Disks.LastNumber);
        var own = destination.Chain.Layers.Select(_ => numbers.Next()).ToImmutableArray();
        var job = New(disk, DomainBlockJobType.Copy) with { Mirror = destination.Chain.Layers, MirrorNumbers = own, SharesBacking = destination.SharesBacking };
        _process.Disks = _process.Disks with { LastNumber = numbers.Last };
        await _process.ClaimAsync(_process.Live, _process.Disks.With(job), cancellationToken).ConfigureAwait(false);
        var access = disk.Access with { ReadOnly = false };
        var nodes = destination.SharesBacking
            ? [BlockNodeJson.ForLayer(destination.Chain.Top, own[0], disk.Numbers[1], access)]
            : BlockNodeJson.ForChain(destination.Chain, own, access);
        var added = 0;
        try
        {
            foreach (var node in nodes)
            {
                await Monitor.ExecuteAsync(Qmp.BlockdevAdd(System.Text.Encoding.UTF8.GetBytes(node)), cancellationToken).ConfigureAwait(false);
                added++;
            }

            var command = Qmp.BlockdevMirror(
                job.Id, disk.DeviceNode, disk.Above is null ? null : NodeNumbers.Format(disk.Numbers[0]), NodeNumbers.Format(own[0]), destination.Shallow, destination.Speed, destination.Granularity, destination.Buffer, destination.Synchronous);
            await BeginAsync(job, command, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await CloseAsync(own.Skip(own.Length - added)).ConfigureAwait(false);
            throw;
        }

        return job;
    }

    /// <summary>Moves the guest to the other side of a job that is ready, and concludes it.</summary>
    /// <exception cref="VireoException">VIR_ERR_BLOCK_COPY_ACTIVE: it is not ready; VIR_ERR_OPERATION_FAILED: it failed, the guest is where it was.</exception>
    public async Task PivotAsync(BlockJob job, bool wait, CancellationToken cancellationToken)
    {
        if (job.Phase != BlockJobPhase.Ready)
        {
            throw new VireoException(ErrorCode.BlockCopyActive, ErrorDomain.Qemu, $"block job '{job.Id}' not ready for pivot yet");
        }

        var pivoting = await NoteAsync(job with { Phase = BlockJobPhase.Pivoting }).ConfigureAwait(false);
        try
        {
            await Monitor.ExecuteAsync(Qmp.JobComplete(job.Id), cancellationToken).ConfigureAwait(false);
        }
        catch (VireoException)
        {
            await NoteAsync(job).ConfigureAwait(false);
            throw;
        }

        if (wait)
        {
            await ConcludedAsync(pivoting, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives a job up; the guest stays where it is.</summary>
    public async Task AbortAsync(BlockJob job, bool wait, CancellationToken cancellationToken)
    {
        // A copy that is ready may end as a whole copy of this moment; a commit that is ready has nothing to keep.
        var force = job is not { Type: DomainBlockJobType.Copy, Phase: BlockJobPhase.Ready };
        var aborting = await NoteAsync(job with { Phase = BlockJobPhase.Aborting }).ConfigureAwait(false);
        try
        {
            await Monitor.ExecuteAsync(Qmp.BlockJobCancel(job.Id, force), cancellationToken).ConfigureAwait(false);
        }
        catch (VireoException e) when (e.InnerException is QmpErrorException && _process.BlockJobs.ConcludedAsync(job.Id).IsCompleted)
        {
            // It has ended by itself in the same moment: what has become of it is seen below, or by who watches it.
        }

        if (wait)
        {
            await ConcludedAsync(aborting, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends a job that was left over, the way it was going: a merge that goes on is given up, one that moves the guest is waited for.</summary>
    public async Task EndAsync(BlockJob job)
    {
        if (job.Phase != BlockJobPhase.Pivoting && !_process.BlockJobs.ConcludedAsync(job.Id).IsCompleted)
        {
            await AbortAsync(job, wait: true, CancellationToken.None).ConfigureAwait(false);
        }
        else
        {
            await _process.BlockJobs.ConcludedAsync(job.Id).ConfigureAwait(false);
            await ConcludeAsync(job).ConfigureAwait(false);
        }
    }

    /// <summary>How much of a job is done, from 0 to 1; 1 for one that the hypervisor no longer has.</summary>
    public async Task<double> ShareDoneAsync(BlockJob job)
    {
        var all = await Monitor.ExecuteAsync(Qmp.QueryBlockJobs, CancellationToken.None).ConfigureAwait(false);
        return all.FirstOrDefault(j => j.Device == job.Id) is { } told ? (double)told.Offset / Math.Max(told.Length, 1) : 1;
    }

    /// <summary>Waits until a job can be pivoted; it has failed when it concludes instead, and is concluded here.</summary>
    public async Task ReadyAsync(BlockJob job, CancellationToken cancellationToken)
    {
        await _process.BlockJobs.ReadyAsync(job.Id).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_process.BlockJobs.ConcludedAsync(job.Id).IsCompleted)
        {
            await ConcludeAsync(job).ConfigureAwait(false);
            throw VireoException.OperationFailed(ErrorDomain.Qemu, $"block job on disk '{job.Target}' of domain '{domain.View.Name}' ended before it was ready");
        }
    }

    /// <summary>Waits for a job's end within this modifying job, and concludes it.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: it failed.</exception>
    public async Task ConcludedAsync(BlockJob job, CancellationToken cancellationToken)
    {
        await _process.BlockJobs.ConcludedAsync(job.Id).WaitAsync(cancellationToken).ConfigureAwait(false);
        var failure = await ConcludeAsync(_process.Disks.Jobs.FirstOrDefault(j => j.Id == job.Id) ?? job).ConfigureAwait(false);
        if (failure is not null && job.Phase != BlockJobPhase.Aborting)
        {
            throw VireoException.OperationFailed(ErrorDomain.Qemu, $"block job on disk '{job.Target}' of domain '{domain.View.Name}' failed: {failure}");
        }
    }

    /// <summary>Brings the documents in line with what a concluded job has left, and has the hypervisor forget it. Nothing when that is done.</summary>
    /// <returns>Why the job failed; null when it succeeded.</returns>
    public async Task<string?> ConcludeAsync(BlockJob job)
    {
        if (_process.IsEnding || _process.Disks.Jobs.All(j => j.Id != job.Id))
        {
            return null;
        }

        var jobs = await Monitor.ExecuteAsync(Qmp.QueryJobs, CancellationToken.None).ConfigureAwait(false);
        if (jobs.FirstOrDefault(j => j.Id == job.Id) is not { } ended)
        {
            // Dismissed, but a daemon died before it noted that: the graph was brought in line then.
            await NoteAsync(_process.Disks.Without(job)).ConfigureAwait(false);
            return null;
        }

        var outcome = new BlockJobOutcome(_process.Disks, job, ended.Error is null);
        if (job.Type == DomainBlockJobType.Pull && outcome.Status == ConnectDomainEventBlockJobStatus.Completed && outcome.Disks.Find(job.Target) is { } filled)
        {
            await new CheckpointBitmaps(_process).TakeOverAsync(domain.Checkpoints.Tree.All, filled, job.Top, outcome.Closed).ConfigureAwait(false);
        }

        var (live, persistent) = (_documents.Live!, outcome.Persistent(_documents.Persistent));
        if (!ReferenceEquals(persistent, _documents.Persistent))
        {
            await domain.Hypervisor.Files.SaveDefinitionAsync(persistent!, CancellationToken.None).ConfigureAwait(false);
        }

        var before = _process.Disks;
        _documents.Adopt(outcome.Live(live), persistent, outcome.Disks);
        try
        {
            await SaveAsync().ConfigureAwait(false);
        }
        catch (VireoException)
        {
            // The job stays concluded with the hypervisor, and is concluded here by whoever wants the disk next.
            _documents.Adopt(live, persistent, before);
            throw;
        }

        FaultPoint.Hit(FaultPoints.JobConcluded);

        // A concluded commit or stream holds its nodes until it is dismissed.
        await Monitor.ExecuteAsync(Qmp.JobDismiss(job.Id), CancellationToken.None).ConfigureAwait(false);
        FaultPoint.Hit(FaultPoints.JobDismissed);
        await CloseAsync(outcome.Closed).ConfigureAwait(false);
        _process.BlockJobs.Forget(job.Id);
        Remove(outcome.Removed);
        Tell(job, outcome.Status);
        return ended.Error;
    }

    /// <summary>Concludes the jobs of a domain that have ended and could not be concluded then, or have not been yet.</summary>
    /// <param name="domain">The domain, within its modifying job.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: what has become of the images can still not be written down.</exception>
    public static async Task ConcludeLeftAsync(QemuDomain domain)
    {
        if (domain.Process is { IsEnding: false } process)
        {
            foreach (var job in process.Disks.Jobs.Where(j => process.BlockJobs.ConcludedAsync(j.Id).IsCompleted).ToList())
            {
                await new DomainBlockJobs(domain).ConcludeAsync(job).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes up, in a new daemon, the jobs that the live state speaks of, and clears away what an earlier one was about to.</summary>
    public async Task TakeUpAsync()
    {
        var jobs = await Monitor.ExecuteAsync(Qmp.QueryJobs, CancellationToken.None).ConfigureAwait(false);
        foreach (var job in _process.Disks.Jobs)
        {
            Watch(job);
            switch (jobs.FirstOrDefault(j => j.Id == job.Id)?.Status)
            {
                case null or "concluded":
                    _process.BlockJobs.Concluded(job.Id);
                    break;
                case "ready" when job.Phase == BlockJobPhase.Running:
                    _process.BlockJobs.Ready(job.Id);
                    await ReadyNowAsync(job.Id).ConfigureAwait(false);
                    break;
            }
        }

        foreach (var left in jobs.Where(j => j.Status == "concluded" && IsOurs(j.Id) && _process.Disks.Jobs.All(k => k.Id != j.Id)))
        {
            await Monitor.ExecuteAsync(Qmp.JobDismiss(left.Id), CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Notes that a job is ready and tells of it.</summary>
    public async Task ReadyNowAsync(string id)
    {
        if (_process.Disks.Jobs.FirstOrDefault(j => j.Id == id) is { Phase: BlockJobPhase.Running } job)
        {
            await NoteAsync(job with { Phase = BlockJobPhase.Ready }).ConfigureAwait(false);
            Tell(job, ConnectDomainEventBlockJobStatus.Ready);
        }
    }

    private static bool IsOurs(string id) => id.Length > 1 && id[0] == 'j' && id.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;

    private BlockJob New(LiveDisk disk, DomainBlockJobType type)
    {
        var numbers = new NodeNumbers(_process.Disks.LastNumber);
        var id = "j" + numbers.Next().ToString(CultureInfo.InvariantCulture);
        _process.Disks = _process.Disks with { LastNumber = numbers.Last };
        return new BlockJob { Id = id, Type = type, Target = disk.Target };
    }

    private async Task BeginAsync(BlockJob job, QmpCommand command, CancellationToken cancellationToken)
    {
        await _process.ClaimAsync(_process.Live, _process.Disks.With(job), cancellationToken).ConfigureAwait(false);

        // Known before it begins: a daemon that dies in between finds no such job with the hypervisor and forgets it.
        await NoteAsync(job).ConfigureAwait(false);
        Watch(job);
        try
        {
            await Monitor.ExecuteAsync(command, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _process.BlockJobs.Concluded(job.Id);
            await NoteAsync(_process.Disks.Without(job)).ConfigureAwait(false);
            _process.BlockJobs.Forget(job.Id);
            throw;
        }
    }

    private void Watch(BlockJob job) => _ = Task.Run(async () =>
    {
        await _process.BlockJobs.ReadyAsync(job.Id).ConfigureAwait(false);
        if (!_process.BlockJobs.ConcludedAsync(job.Id).IsCompleted)
        {
            await WithinJobAsync(() => ReadyNowAsync(job.Id)).ConfigureAwait(false);
        }

        await _process.BlockJobs.ConcludedAsync(job.Id).ConfigureAwait(false);
        await WithinJobAsync(async () =>
        {
            if (_process.Disks.Jobs.FirstOrDefault(j => j.Id == job.Id) is { } left)
            {
                await ConcludeAsync(left).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
    });

    private async Task WithinJobAsync(Func<Task> work)
    {
        try
        {
            using var turn = await domain.Jobs.EnterAsync("block job", domain.View.Name, Timeout.InfiniteTimeSpan, CancellationToken.None).ConfigureAwait(false);
            if (ReferenceEquals(domain.Process, _process) && !_process.IsEnding)
            {
                await work().ConfigureAwait(false);
            }
        }
        catch (VireoException e)
        {
            domain.Hypervisor.Snapshots.Report($"concluding a block job of domain '{domain.View.Name}'", e);
        }
    }

    private async Task<BlockJob> NoteAsync(BlockJob job)
    {
        await NoteAsync(_process.Disks.With(job)).ConfigureAwait(false);
        return job;
    }

    private async Task NoteAsync(LiveDisks disks)
    {
        var before = _process.Disks;
        _documents.Adopt(_documents.Live, _documents.Persistent, disks);
        try
        {
            await SaveAsync().ConfigureAwait(false);
        }
        catch (VireoException)
        {
            _documents.Adopt(_documents.Live, _documents.Persistent, before);
            throw;
        }
    }

    private Task SaveAsync() => domain.Hypervisor.SaveStatusNowAsync(domain, _process);

    private async Task CloseAsync(IEnumerable<int> numbers)
    {
        foreach (var number in numbers)
        {
            try
            {
                await Monitor.ExecuteAsync(Qmp.BlockdevDel(NodeNumbers.Format(number)), CancellationToken.None).ConfigureAwait(false);
            }
            catch (VireoException e) when (e.InnerException is QmpErrorException)
            {
                // Closed before a daemon died, or still used by a job that ends by itself: the name is never used again, so it harms nobody.
                domain.Hypervisor.Snapshots.Report($"closing block node {NodeNumbers.Format(number)} of domain '{domain.View.Name}'", e);
            }
        }
    }

    private void Remove(IEnumerable<ImageLayer> images)
    {
        foreach (var path in images.Select(i => i.Location.LocalPath).OfType<string>().Where(File.Exists))
        {
            try
            {
                FileSystemCalls.Remove(path);
            }
            catch (VireoException e)
            {
                domain.Hypervisor.Snapshots.Report($"removing '{path}', which is merged", e);
            }
        }
    }

    private void Tell(BlockJob job, ConnectDomainEventBlockJobStatus status)
    {
        var top = _process.Disks.Find(job.Target)?.Chain?.Top.Location.Display ?? "";
        domain.Publish(new DomainBlockJobEvent(domain.View.Ref, top, (int)job.Type, (int)status));
        domain.Publish(new DomainBlockJob2Event(domain.View.Ref, job.Target, (int)job.Type, (int)status));
    }
}
