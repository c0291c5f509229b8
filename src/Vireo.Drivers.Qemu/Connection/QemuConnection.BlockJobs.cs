using Vireo.Drivers.Qemu.Backup;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.BlockJobs;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu;

/// <content>Jobs on the images of a running domain's disks.</content>
internal sealed partial class QemuConnection
{
    /// <inheritdoc/>
    public override async ValueTask DomainBlockCommitAsync(DomainRef dom, string disk, string? @base, string? top, ulong bandwidth, uint flags, CancellationToken cancellationToken)
    {
        const DomainBlockCommitFlags known = DomainBlockCommitFlags.Shallow | DomainBlockCommitFlags.Active | DomainBlockCommitFlags.Delete
            | DomainBlockCommitFlags.Relative | DomainBlockCommitFlags.BandwidthBytes;
        CheckFlags(flags, known, "qemuDomainBlockCommit");
        var wanted = (DomainBlockCommitFlags)flags;
        var speed = Speed(bandwidth, wanted.HasFlag(DomainBlockCommitFlags.BandwidthBytes));
        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainBlockCommit", cancellationToken).ConfigureAwait(false);
        var live = await IdleDiskAsync(domain, disk).ConfigureAwait(false);
        var upper = top is null || top == live.Target ? 0 : ChainLookup.Find(live, top);
        var lower = @base is not null ? ChainLookup.Find(live, @base, upper) : wanted.HasFlag(DomainBlockCommitFlags.Shallow) ? upper + 1 : live.Numbers.Length - 1;
        if (lower <= upper || lower >= live.Numbers.Length)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Storage, $"could not find base image in chain for '{live.Target}'");
        }

        if (upper == 0 && !wanted.HasFlag(DomainBlockCommitFlags.Active))
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"commit of '{live.Target}' active layer requires active flag");
        }

        if (upper > 0 && wanted.HasFlag(DomainBlockCommitFlags.Active))
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"active commit requested but '{top}' is not active");
        }

        if (wanted.HasFlag(DomainBlockCommitFlags.Shallow) && lower != upper + 1)
        {
            throw VireoException.InvalidArgument(
                ErrorDomain.Qemu,
                $"base '{@base}' is not immediately below '{live.Chain!.Layers[upper].Location.Display}' in chain for '{live.Chain.Top.Location.Display}'");
        }

        // They lose what they stand on; the lowest image keeps its own.
        RefuseLoss(domain, live.Chain!.Layers[upper..lower]);
        RefuseForeign(domain, live, lower);
        var name = wanted.HasFlag(DomainBlockCommitFlags.Relative) && upper > 0 ? RelativeName.Between(live.Chain!, upper - 1, lower) : null;
        await new DomainBlockJobs(domain).CommitAsync(live, upper, lower, name, wanted.HasFlag(DomainBlockCommitFlags.Delete), speed, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainBlockPullAsync(DomainRef dom, string path, ulong bandwidth, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainBlockPullFlags.BandwidthBytes, "qemuDomainBlockPull");
        await PullAsync(dom, path, null, Speed(bandwidth, flags != 0), relative: false, "virDomainBlockPull", cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainBlockRebaseAsync(DomainRef dom, string path, string? @base, ulong bandwidth, uint flags, CancellationToken cancellationToken)
    {
        const DomainBlockRebaseFlags known = DomainBlockRebaseFlags.Shallow | DomainBlockRebaseFlags.ReuseExt | DomainBlockRebaseFlags.Copy | DomainBlockRebaseFlags.CopyRaw
            | DomainBlockRebaseFlags.Relative | DomainBlockRebaseFlags.CopyDev | DomainBlockRebaseFlags.BandwidthBytes;
        CheckFlags(flags, known, "qemuDomainBlockRebase");
        var wanted = (DomainBlockRebaseFlags)flags;
        var speed = Speed(bandwidth, wanted.HasFlag(DomainBlockRebaseFlags.BandwidthBytes));
        if (wanted.HasFlag(DomainBlockRebaseFlags.Copy))
        {
            await CopyToPathAsync(dom, path, @base, speed, wanted, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (wanted.HasFlag(DomainBlockRebaseFlags.Relative) && @base is null)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, "flag VIR_DOMAIN_BLOCK_REBASE_RELATIVE is valid only with non-null base");
        }

        await PullAsync(dom, path, @base, speed, wanted.HasFlag(DomainBlockRebaseFlags.Relative), "virDomainBlockRebase", cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<DomainGetBlockJobInfoResult> DomainGetBlockJobInfoAsync(DomainRef dom, string path, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainBlockJobInfoFlags.BandwidthBytes, "qemuDomainGetBlockJobInfo");
        var domain = Find(dom);
        var disks = RequireDisks(domain);
        var target = NamedDisk(disks, path).Target;
        (string Id, DomainBlockJobType Type) job = disks.JobOf(target) is { } own ? (own.Id, own.Type)
            : disks.Backup?.DiskOf(target) is { } disk ? (RunningBackup.JobOf(disk), DomainBlockJobType.Backup)
            : default;
        if (job.Id is null)
        {
            return new DomainGetBlockJobInfoResult(0, 0, 0, 0, 0);
        }

        var all = await domain.RequireProcess().Monitor.ExecuteAsync(Qmp.QueryBlockJobs, cancellationToken).ConfigureAwait(false);
        return all.FirstOrDefault(j => j.Device == job.Id) is { } told
            ? BlockJobProgress.Of(job.Type, told, inBytes: flags != 0)
            : new DomainGetBlockJobInfoResult(0, 0, 0, 0, 0);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainBlockJobAbortAsync(DomainRef dom, string path, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainBlockJobAbortFlags.Async | DomainBlockJobAbortFlags.Pivot, "qemuDomainBlockJobAbort");
        var wanted = (DomainBlockJobAbortFlags)flags;
        var domain = Find(dom);
        using var turn = await domain.EnterAsync("virDomainBlockJobAbort", cancellationToken).ConfigureAwait(false);
        var job = JobOf(domain, path);
        var wait = !wanted.HasFlag(DomainBlockJobAbortFlags.Async);
        if (!wanted.HasFlag(DomainBlockJobAbortFlags.Pivot))
        {
            await new DomainBlockJobs(domain).AbortAsync(job, wait, cancellationToken).ConfigureAwait(false);
            return;
        }

        await new DomainBlockJobs(domain).PivotAsync(job, wait, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainBlockJobSetSpeedAsync(DomainRef dom, string path, ulong bandwidth, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainBlockJobSetSpeedFlags.SpeedBandwidthBytes, "qemuDomainBlockJobSetSpeed");
        var inBytes = flags != 0;
        _ = inBytes ? 0 : Speed(bandwidth, inBytes);
        var domain = Find(dom);
        using var turn = await domain.EnterAsync("virDomainBlockJobSetSpeed", cancellationToken).ConfigureAwait(false);
        var job = JobOf(domain, path);
        var speed = Speed(bandwidth, inBytes);
        await domain.RequireProcess().Monitor.ExecuteAsync(Qmp.BlockJobSetSpeed(job.Id, speed), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is committed changes the base, and with it whatever stands on that: another domain's disk must not be among it.</summary>
    private static void RefuseForeign(QemuDomain domain, LiveDisk disk, int @base)
    {
        var image = disk.Chain!.Layers[@base];
        if (image.Location.LocalPath is { } path && FileIdentity.Of(path) is { } identity && DomainImages.OfOthers(domain).Contains(identity))
        {
            throw VireoException.OperationInvalid(
                ErrorDomain.Qemu,
                $"nothing can be committed into '{path}' of disk '{disk.Target}': another domain needs that image as it is; make the other domain's disk independent of it first (blockpull)");
        }
    }

    private static LiveDisks RequireDisks(QemuDomain domain)
    {
        RequireActive(domain);
        return domain.RequireProcess().Disks;
    }

    private static LiveDisk NamedDisk(LiveDisks disks, string name) => disks.Find(name)
        ?? disks.Disks.FirstOrDefault(d => d.Chain?.Top.Location.LocalPath == name)
        ?? throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"disk '{name}' not found in domain");

    /// <summary>The disk of that name when no job works on it.</summary>
    private static async ValueTask<LiveDisk> IdleDiskAsync(QemuDomain domain, string name)
    {
        await DomainBlockJobs.ConcludeLeftAsync(domain).ConfigureAwait(false);
        JournalRecovery.RefuseUnfinished(domain.Hypervisor.Paths.QemuJournal, domain.View.Uuid);
        var disks = RequireDisks(domain);
        var disk = NamedDisk(disks, name);
        FixedImages.RefuseJob(domain.RequireProcess().Live, disk.Target);
        BlockJobProgress.RefuseBusy(disks, disk.Target);
        return disk.Chain is null ? throw VireoException.InvalidArgument(ErrorDomain.Storage, $"could not find base image in chain for '{disk.Target}'") : disk;
    }

    /// <summary>Refuses to change what images read from below while internal snapshots of the domain lie in them: those would read other data, without a word.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_INVALID.</exception>
    private static void RefuseLoss(QemuDomain domain, IEnumerable<ImageLayer> images)
    {
        var paths = images.Select(i => i.Location.LocalPath).ToHashSet(StringComparer.Ordinal);
        if (domain.Snapshots.Tree.All.SelectMany(InternalTags.Of).FirstOrDefault(t => paths.Contains(t.Path)) is { } held)
        {
            throw VireoException.OperationInvalid(
                ErrorDomain.Qemu,
                $"internal snapshot '{held.Tag}' of domain '{domain.View.Name}' lies in image '{held.Path}' and would be lost; delete the snapshot first");
        }
    }

    private static BlockJob JobOf(QemuDomain domain, string path)
    {
        var disks = RequireDisks(domain);
        return disks.JobOf(NamedDisk(disks, path).Target)
            ?? throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"disk {path} does not have an active block job");
    }

    /// <summary>Bytes a second.</summary>
    private static long Speed(ulong bandwidth, bool inBytes)
    {
        const ulong mostMiB = long.MaxValue >> 20;
        if (inBytes)
        {
            return bandwidth <= long.MaxValue ? (long)bandwidth : throw Invalid(long.MaxValue);
        }

        return bandwidth <= mostMiB ? (long)bandwidth << 20 : throw Invalid(mostMiB);

        static VireoException Invalid(ulong most) => new(ErrorCode.Overflow, ErrorDomain.Qemu, $"bandwidth must be less than {most}");
    }

    private async ValueTask PullAsync(DomainRef dom, string path, string? lowest, long speed, bool relative, string api, CancellationToken cancellationToken)
    {
        var domain = Find(dom);
        using var turn = await domain.EnterAsync(api, cancellationToken).ConfigureAwait(false);
        var disk = await IdleDiskAsync(domain, path).ConfigureAwait(false);
        int? below = lowest is null ? null : ChainLookup.Find(disk, lowest, 0);
        RefuseLoss(domain, disk.Chain!.Layers[..1]);
        var name = relative ? RelativeName.Between(disk.Chain!, 0, below!.Value) : null;
        await new DomainBlockJobs(domain).PullAsync(disk, 0, below, name, speed, cancellationToken).ConfigureAwait(false);
    }
}
