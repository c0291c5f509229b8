using Vireo.Drivers.Qemu.Backup;
using Vireo.Drivers.Qemu.BlockJobs;
using Vireo.Drivers.Qemu.Checkpoints;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu;

/// <content>Backups of a running domain's disks.</content>
internal sealed partial class QemuConnection
{
    /// <inheritdoc/>
    public override async ValueTask DomainBackupBeginAsync(DomainRef dom, string backupXml, string? checkpointXml, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainBackupBeginFlags.ReuseExternal, "qemuBackupBegin");
        var domain = Find(dom);
        var request = BackupPlanner.Read(backupXml);
        var checkpointRequest = checkpointXml is null ? null : CheckpointPlanner.Read(checkpointXml);
        using var job = await domain.EnterAsync("virDomainBackupBegin", cancellationToken).ConfigureAwait(false);
        if (domain.Process is not { } process)
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, "cannot perform disk backup for inactive domain");
        }

        if (process.Disks.Backup is not null)
        {
            // libvirt has one such job at a time and lets the next wait for it, in vain as a rule.
            throw new VireoException(ErrorCode.OperationTimeout, ErrorDomain.Qemu, "cannot acquire state change lock (held by monitor=virDomainBackupBegin)");
        }

        var now = TimeProvider.System.GetUtcNow();
        var tree = domain.Checkpoints.Tree;
        var checkpoint = checkpointRequest is null ? null : new CheckpointPlanner(domain.View.Config, tree, now).Plan(checkpointRequest);
        var reuse = flags != 0;
        var config = new BackupPlanner(domain.View.Config, process.Disks, tree).Plan(request, BackupPlanner.Suffix(checkpoint, now), reuse);
        foreach (var disk in config.Disks.Where(d => d.Backup == true))
        {
            BlockJobProgress.RefuseBusy(process.Disks, disk.Name!);
        }

        await new DomainBackup(domain, process).BeginAsync(config, checkpoint, reuse, cancellationToken).ConfigureAwait(false);
        CountedCheckpoints(domain);
    }

    /// <inheritdoc/>
    public override ValueTask<string> DomainBackupGetXmlDescAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuBackupGetXMLDesc");
        return Find(dom).Process?.Disks.Backup is { } backup
            ? ValueTask.FromResult(backup.Visible.ToXml())
            : throw new VireoException(ErrorCode.NoDomainBackup, ErrorDomain.Qemu, "no domain backup job present");
    }

    /// <summary>Ends the domain's backup; false when there is none.</summary>
    private static async ValueTask<bool> TryAbortBackupAsync(QemuDomain domain, CancellationToken cancellationToken)
    {
        if (domain.Process?.Disks.Backup is null)
        {
            return false;
        }

        using var job = await domain.EnterAsync("virDomainAbortJob", cancellationToken).ConfigureAwait(false);
        if (domain.Process is not { Disks.Backup: not null } process)
        {
            return false;
        }

        await new DomainBackup(domain, process).AbortAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }
}
