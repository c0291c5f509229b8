using System.Text;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Checkpoints;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Host.Undo;

namespace Vireo.Drivers.Qemu.Backup;

/// <summary>Begins a backup: targets, server, then checkpoint and jobs in one step. Before that step an error leaves everything as it was.</summary>
/// <param name="process">The process that runs the domain.</param>
/// <param name="backup">The backup, its targets numbered.</param>
/// <param name="checkpoint">The checkpoint that is made with it; null for none.</param>
/// <param name="settings">Where certificates lie.</param>
internal sealed class BackupStart(QemuProcess process, RunningBackup backup, QemuCheckpoint? checkpoint, QemuSettings settings)
{
    private QmpMonitor Monitor => process.Monitor;

    /// <summary>Begins it.</summary>
    /// <param name="undo">Gets the reverse of each step.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask RunAsync(UndoStack undo, CancellationToken cancellationToken)
    {
        foreach (var disk in backup.Disks)
        {
            await OpenAsync(disk, undo, cancellationToken).ConfigureAwait(false);
        }

        if (backup.Config.Server is { } server)
        {
            await ServeAsync(server, undo, cancellationToken).ConfigureAwait(false);
        }

        var bitmaps = await BlockBitmaps.QueryAsync(Monitor, cancellationToken).ConfigureAwait(false);
        await Monitor.ExecuteAsync(Transaction(bitmaps).Command, cancellationToken).ConfigureAwait(false);
        undo.Push("give the jobs up", CancelAsync);
        foreach (var disk in backup.Disks.Where(_ => backup.IsPull))
        {
            var node = RunningBackup.NodeOf(disk);
            await Monitor.ExecuteAsync(Qmp.NbdExport("nbd-" + node, node, disk.ExportName!, RunningBackup.BitmapOf(disk)), cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask ServeAsync(BackupServer server, UndoStack undo, CancellationToken cancellationToken)
    {
        if (backup.Credentials is { } credentials)
        {
            await Monitor.ExecuteAsync(Credentials(credentials), cancellationToken).ConfigureAwait(false);
            undo.Push("forget the credentials", async () => await Monitor.ExecuteAsync(Qmp.ObjectDel(credentials), CancellationToken.None).ConfigureAwait(false));
        }

        await Monitor.ExecuteAsync(
            server.Transport == "unix" ? Qmp.NbdServerStart(server.Socket!, backup.Credentials) : Qmp.NbdServerStart(server.Name!, server.Port!.Value, backup.Credentials),
            cancellationToken).ConfigureAwait(false);
        undo.Push("stop the NBD server", async () => await Monitor.ExecuteAsync(Qmp.NbdServerStop, CancellationToken.None).ConfigureAwait(false));
    }

    private QmpCommand Credentials(string id) => Qmp.ObjectAdd(w =>
    {
        w.WriteString("qom-type", "tls-creds-x509");
        w.WriteString("id", id);
        w.WriteString("dir", settings.BackupTlsDirectory);
        w.WriteString("endpoint", "server");
        w.WriteBoolean("verify-peer", settings.BackupTlsVerify);
    });

    private async ValueTask OpenAsync(BackupDisk disk, UndoStack undo, CancellationToken cancellationToken)
    {
        var target = new BackupTarget(disk, process.Disks.Find(disk.Name!)!, backup.IsPull);
        if (!backup.Reuse)
        {
            await Task.Run(target.Make, cancellationToken).ConfigureAwait(false);
            if (RunningBackup.PathOf(disk) is { } path)
            {
                undo.Push($"remove '{path}'", () => File.Delete(path));
            }
        }

        await process.ClaimAsync(process.Live, process.Disks with { Backup = backup }, cancellationToken).ConfigureAwait(false);
        await Monitor.ExecuteAsync(Qmp.BlockdevAdd(Encoding.UTF8.GetBytes(target.Node((int)disk.Index!.Value))), cancellationToken).ConfigureAwait(false);
        undo.Push(
            $"close the target of disk '{disk.Name}'",
            async () => await Monitor.ExecuteAsync(Qmp.BlockdevDel(RunningBackup.NodeOf(disk)), CancellationToken.None).ConfigureAwait(false));
    }

    private BlockTransaction Transaction(BlockBitmaps bitmaps)
    {
        var transaction = new BlockTransaction();
        foreach (var disk in backup.Disks.Where(d => d.Mode == BackupDiskMode.Incremental))
        {
            // What is pulled tells its changes by the node that is served.
            var source = process.Disks.Find(disk.Name!)!;
            var node = backup.IsPull ? RunningBackup.NodeOf(disk) : NodeNumbers.Format(source.Numbers[0]);
            CheckpointBitmaps.Collect(transaction, bitmaps, source, disk.Incremental!, node, RunningBackup.BitmapOf(disk)!);
        }

        if (checkpoint is not null)
        {
            CheckpointBitmaps.Add(transaction, checkpoint, process.Disks);
        }

        foreach (var disk in backup.Disks)
        {
            var bitmap = backup.IsPull ? null : RunningBackup.BitmapOf(disk);
            var sync = backup.IsPull ? "none" : bitmap is null ? "full" : "incremental";
            transaction.Backup(RunningBackup.JobOf(disk), NodeNumbers.Format(process.Disks.Find(disk.Name!)!.Numbers[0]), RunningBackup.NodeOf(disk), sync, bitmap);
        }

        return transaction;
    }

    private async ValueTask CancelAsync()
    {
        foreach (var disk in backup.Disks)
        {
            var job = RunningBackup.JobOf(disk);
            await Monitor.ExecuteAsync(Qmp.BlockJobCancel(job, force: true), CancellationToken.None).ConfigureAwait(false);
            await process.BlockJobs.ConcludedAsync(job).ConfigureAwait(false);
            await Monitor.ExecuteAsync(Qmp.JobDismiss(job), CancellationToken.None).ConfigureAwait(false);
            process.BlockJobs.Forget(job);
            if (!backup.IsPull && RunningBackup.BitmapOf(disk) is { } bitmap)
            {
                var node = NodeNumbers.Format(process.Disks.Find(disk.Name!)!.Numbers[0]);
                await Monitor.ExecuteAsync(Qmp.BitmapRemove(node, bitmap), CancellationToken.None).ConfigureAwait(false);
            }
        }
    }
}
