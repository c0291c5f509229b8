using Vireo.Drivers.Qemu.Backup;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu;

/// <content>Long jobs of a domain: asked about and cancelled from beside, never waiting for the domain's turn.</content>
internal sealed partial class QemuConnection
{
    /// <inheritdoc/>
    public override async ValueTask<DomainGetJobInfoResult> DomainGetJobInfoAsync(DomainRef dom, CancellationToken cancellationToken)
    {
        var domain = Find(dom);
        RequireActiveOrBusy(domain);
        var job = await UnderWayAsync(domain, cancellationToken).ConfigureAwait(false);
        return job?.ToInfo() ?? new DomainGetJobInfoResult((int)DomainJobType.None, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /// <inheritdoc/>
    public override async ValueTask<DomainGetJobStatsResult> DomainGetJobStatsAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainGetJobStatsFlags.Completed | DomainGetJobStatsFlags.KeepCompleted, "qemuDomainGetJobStats");
        var wanted = (DomainGetJobStatsFlags)flags;
        var domain = Find(dom);
        if (!wanted.HasFlag(DomainGetJobStatsFlags.Completed))
        {
            RequireActiveOrBusy(domain);
        }

        var told = wanted.HasFlag(DomainGetJobStatsFlags.Completed) ? domain.CompletedJob(keep: wanted.HasFlag(DomainGetJobStatsFlags.KeepCompleted))
            : await UnderWayAsync(domain, cancellationToken).ConfigureAwait(false);
        return told is null ? new DomainGetJobStatsResult((int)DomainJobType.None, []) : new DomainGetJobStatsResult((int)told.Type, told.ToParameters());
    }

    /// <inheritdoc/>
    public override ValueTask DomainAbortJobAsync(DomainRef dom, CancellationToken cancellationToken) => DomainAbortJobFlagsAsync(dom, 0, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask DomainAbortJobFlagsAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainAbortJobFlags.Postcopy, "qemuDomainAbortJobFlags");
        var domain = Find(dom);
        RequireActiveOrBusy(domain);
        if (flags != 0)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, "current job is not outgoing migration in post-copy mode");
        }

        if (domain.Jobs.Long is { CannotAbort: { } why })
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, why);
        }

        if (!(domain.Jobs.Long is { } job && job.TryAbort()) && !await TryAbortBackupAsync(domain, cancellationToken).ConfigureAwait(false))
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, "no job is active on the domain");
        }
    }

    private static async ValueTask<JobStatistics?> UnderWayAsync(QemuDomain domain, CancellationToken cancellationToken) =>
        domain.Jobs.Long is { } job ? JobStatistics.Of(job)
        : domain.Process is { Disks.Backup: { } backup } process ? await BackupStatistics.MeasureAsync(process, backup, cancellationToken).ConfigureAwait(false)
        : null;

    /// <summary>Images are merged while a domain is shut off, too: that can be watched and cancelled.</summary>
    private static void RequireActiveOrBusy(QemuDomain domain)
    {
        if (domain.Jobs.Long is null)
        {
            RequireActive(domain);
        }
    }

    /// <summary>Does what takes long within a domain's job.</summary>
    /// <param name="turn">The domain's job.</param>
    /// <param name="operation">What is done.</param>
    /// <param name="work">Does it.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_ABORTED: it was cancelled.</exception>
    private static ValueTask LongAsync(
        DomainJobQueue.DomainJob turn, DomainJobOperation operation, Func<CancellationToken, ValueTask> work, CancellationToken cancellationToken) =>
        new(LongAsync(turn, operation, async token =>
        {
            await work(token).ConfigureAwait(false);
            return true;
        }, cancellationToken).AsTask());

    private static async ValueTask<T> LongAsync<T>(
        DomainJobQueue.DomainJob turn, DomainJobOperation operation, Func<CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        using var job = turn.Begin(operation, cancellationToken);
        try
        {
            return await work(job.CancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (job.IsAborted)
        {
            throw new VireoException(ErrorCode.OperationAborted, ErrorDomain.Qemu, job.Operation switch
            {
                DomainJobOperation.Save => "domain save job: canceled by client",
                DomainJobOperation.Dump => "domain core dump job: canceled by client",
                _ => "job 'snapshot' canceled by client",
            }, e);
        }
    }
}
