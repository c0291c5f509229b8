using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Checkpoints;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.State;
using Vireo.Host.Undo;

namespace Vireo.Drivers.Qemu.Backup;

/// <summary>
/// Begins and ends the backup of a running domain. Called within the domain's modifying job; the backup itself goes on beside it, and is concluded in a
/// modifying job of its own.
/// </summary>
internal sealed class DomainBackup(QemuDomain domain, QemuProcess process)
{
    private QmpMonitor Monitor => process.Monitor;

    private RunningBackup? Current => process.Disks.Backup;

    /// <summary>Begins a backup and, with it, a checkpoint.</summary>
    /// <param name="config">The complete document.</param>
    /// <param name="checkpoint">The checkpoint; null for none.</param>
    /// <param name="reuse">The targets are there already.</param>
    /// <param name="cancellationToken">Gives up before it has begun.</param>
    public async Task BeginAsync(DomainBackupConfig config, QemuCheckpoint? checkpoint, bool reuse, CancellationToken cancellationToken)
    {
        var numbers = new NodeNumbers(process.Disks.LastNumber);
        var numbered = config with { Disks = [.. config.Disks.Select(d => d.Backup == true ? d with { Index = (uint)numbers.Next() } : d)] };
        var backup = new RunningBackup(numbered, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), reuse);
        var before = process.Disks;
        await UndoStack.RunAsync(
            async undo =>
            {
                // Known before it begins: a daemon that dies in between finds no such jobs with the hypervisor and clears away.
                undo.Push("forget the backup", () => NoteAsync(null));
                await NoteAsync(backup, numbers.Last).ConfigureAwait(false);
                await new BackupStart(process, backup, checkpoint, domain.Hypervisor.Settings).RunAsync(undo, cancellationToken).ConfigureAwait(false);
                if (checkpoint is not null)
                {
                    undo.Push("remove the checkpoint's bitmaps", () => new ValueTask(new CheckpointBitmaps(process).RemoveAsync([checkpoint], CancellationToken.None)));
                    await domain.Checkpoints.KeepAsync(checkpoint).ConfigureAwait(false);
                }

                return before;
            },
            failure => domain.Hypervisor.Snapshots.Report(failure.What, failure.Error)).ConfigureAwait(false);
        Watch(backup);
    }

    /// <summary>Gives the backup up; it is concluded beside.</summary>
    public async Task AbortAsync(CancellationToken cancellationToken)
    {
        foreach (var disk in Current?.Disks.Where(d => d.State == RunningBackup.Running).ToList() ?? [])
        {
            await NoteAsync(Current!.With(disk with { State = RunningBackup.Cancelling })).ConfigureAwait(false);
            try
            {
                await Monitor.ExecuteAsync(Qmp.BlockJobCancel(RunningBackup.JobOf(disk), force: true), cancellationToken).ConfigureAwait(false);
            }
            catch (VireoException e) when (e.InnerException is QmpErrorException)
            {
                // It has ended by itself.
                domain.Hypervisor.Snapshots.Report($"giving up the backup of disk '{disk.Name}' of domain '{domain.View.Name}'", e);
            }
        }
    }

    /// <summary>Takes up, in a new daemon, the backup that the live state speaks of.</summary>
    public async Task TakeUpAsync()
    {
        if (Current is not { } backup)
        {
            return;
        }

        var jobs = await Monitor.ExecuteAsync(Qmp.QueryJobs, CancellationToken.None).ConfigureAwait(false);
        foreach (var disk in backup.Disks.Where(d => jobs.FirstOrDefault(j => j.Id == RunningBackup.JobOf(d))?.Status is null or "concluded"))
        {
            process.BlockJobs.Concluded(RunningBackup.JobOf(disk));
        }

        Watch(backup);
    }

    /// <summary>Removes the files of a backup whose process is gone.</summary>
    public static void Remove(RunningBackup backup, Action<string, Exception> report)
    {
        foreach (var path in backup.Disks.Where(d => !backup.Reuse && (backup.IsPull || d.State != RunningBackup.Complete)).Select(RunningBackup.PathOf).OfType<string>())
        {
            try
            {
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                report($"removing '{path}' of a backup that did not succeed", e);
            }
        }
    }

    private void Watch(RunningBackup backup)
    {
        foreach (var disk in backup.Disks.Where(RunningBackup.IsActive))
        {
            _ = Task.Run(async () =>
            {
                await process.BlockJobs.ConcludedAsync(RunningBackup.JobOf(disk)).ConfigureAwait(false);
                await WithinJobAsync(() => ConcludeAsync(disk.Name!)).ConfigureAwait(false);
            });
        }

        if (!backup.Disks.Any(RunningBackup.IsActive))
        {
            _ = Task.Run(() => WithinJobAsync(FinishAsync));
        }
    }

    private async Task WithinJobAsync(Func<Task> work)
    {
        try
        {
            using var turn = await domain.Jobs.EnterAsync("backup", domain.View.Name, Timeout.InfiniteTimeSpan, CancellationToken.None).ConfigureAwait(false);
            if (ReferenceEquals(domain.Process, process) && !process.IsEnding)
            {
                await work().ConfigureAwait(false);
            }
        }
        catch (VireoException e)
        {
            domain.Hypervisor.Snapshots.Report($"concluding the backup of domain '{domain.View.Name}'", e);
        }
    }

    private async Task ConcludeAsync(string target)
    {
        if (Current is not { } backup || backup.DiskOf(target) is not { } disk || !RunningBackup.IsActive(disk))
        {
            return;
        }

        var jobs = await Monitor.ExecuteAsync(Qmp.QueryJobs, CancellationToken.None).ConfigureAwait(false);
        var job = jobs.FirstOrDefault(j => j.Id == RunningBackup.JobOf(disk));
        var state = disk.State == RunningBackup.Cancelling ? RunningBackup.Cancelled
            : job is { Error: null } && !backup.IsPull ? RunningBackup.Complete
            : RunningBackup.Failed;

        // Before the hypervisor forgets it: afterwards nobody could tell that it was whole.
        await NoteAsync(backup.With(disk with { State = state })).ConfigureAwait(false);
        if (job is not null)
        {
            await Monitor.ExecuteAsync(Qmp.JobDismiss(job.Id), CancellationToken.None).ConfigureAwait(false);
        }

        process.BlockJobs.Forget(RunningBackup.JobOf(disk));
        if (!backup.IsPull)
        {
            await CloseAsync(disk, backup).ConfigureAwait(false);
        }

        if (state == RunningBackup.Failed)
        {
            // A backup of some disks is none.
            await AbortAsync(CancellationToken.None).ConfigureAwait(false);
        }

        if (!Current.Disks.Any(RunningBackup.IsActive))
        {
            await FinishAsync().ConfigureAwait(false);
        }

        Tell(disk, state);
    }

    private async Task FinishAsync()
    {
        var backup = Current!;
        if (backup.IsPull)
        {
            await TryAsync(Qmp.NbdServerStop).ConfigureAwait(false);
            if (backup.Credentials is { } credentials)
            {
                await TryAsync(Qmp.ObjectDel(credentials)).ConfigureAwait(false);
            }

            foreach (var disk in backup.Disks)
            {
                await CloseAsync(disk, backup).ConfigureAwait(false);
            }
        }

        Remove(backup, domain.Hypervisor.Snapshots.Report);
        await NoteAsync(null).ConfigureAwait(false);
        domain.Completed(BackupStatistics.Ended(backup, process.Disks));
    }

    private async Task CloseAsync(BackupDisk disk, RunningBackup backup)
    {
        await TryAsync(Qmp.BlockdevDel(RunningBackup.NodeOf(disk))).ConfigureAwait(false);
        if (!backup.IsPull && RunningBackup.BitmapOf(disk) is { } bitmap && process.Disks.Find(disk.Name!) is { } source)
        {
            await TryAsync(Qmp.BitmapRemove(NodeNumbers.Format(source.Numbers[0]), bitmap)).ConfigureAwait(false);
        }
    }

    // What a daemon that died had cleared away already is not there to be cleared again.
    private async Task TryAsync(QmpCommand command)
    {
        try
        {
            await Monitor.ExecuteAsync(command, CancellationToken.None).ConfigureAwait(false);
        }
        catch (VireoException e) when (e.InnerException is QmpErrorException)
        {
            domain.Hypervisor.Snapshots.Report($"clearing away after the backup of domain '{domain.View.Name}'", e);
        }
    }

    private ValueTask NoteAsync(RunningBackup? backup) => NoteAsync(backup, process.Disks.LastNumber);

    private async ValueTask NoteAsync(RunningBackup? backup, int last)
    {
        process.Disks = process.Disks with { Backup = backup, LastNumber = last };
        if (!process.IsEnding)
        {
            await domain.Hypervisor.SaveStatusNowAsync(domain, process).ConfigureAwait(false);
        }
    }

    private void Tell(BackupDisk disk, string state)
    {
        var status = state switch
        {
            RunningBackup.Complete => ConnectDomainEventBlockJobStatus.Completed,
            RunningBackup.Cancelled => ConnectDomainEventBlockJobStatus.Canceled,
            _ => ConnectDomainEventBlockJobStatus.Failed,
        };
        var top = process.Disks.Find(disk.Name!)?.Chain?.Top.Location.Display ?? "";
        domain.Publish(new DomainBlockJobEvent(domain.View.Ref, top, (int)DomainBlockJobType.Backup, (int)status));
        domain.Publish(new DomainBlockJob2Event(domain.View.Ref, disk.Name!, (int)DomainBlockJobType.Backup, (int)status));
    }
}
