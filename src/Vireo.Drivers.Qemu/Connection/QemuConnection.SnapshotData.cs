using Vireo.Drivers.Qemu.Cloning;
using Vireo.Drivers.Qemu.Comparison;
using Vireo.Drivers.Qemu.Defaults;
using Vireo.Drivers.Qemu.Snapshots;

namespace Vireo.Drivers.Qemu;

/// <content>The data of snapshots, read.</content>
internal sealed partial class QemuConnection
{
    /// <inheritdoc/>
    public override async ValueTask<DomainRef> VireoDomainSnapshotCloneAsync(DomainSnapshotRef snap, string name, string? directory, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, (uint)DomainSnapshotCloneFlags.Linked, ErrorDomain.Qemu, "vireoDomainSnapshotClone");
        DomainNames.Check(name);
        var domain = Find(snap.Dom);
        using var job = await domain.EnterAsync("vireoDomainSnapshotClone", cancellationToken).ConfigureAwait(false);
        var clone = await LongAsync(
            job,
            DomainJobOperation.Snapshot,
            token => new SnapshotCloning(domain).RunAsync(snap.Name, new CloneRequest(name, directory, (flags & (uint)DomainSnapshotCloneFlags.Linked) != 0), token),
            cancellationToken).ConfigureAwait(false);
        return clone.View.Ref;
    }

    /// <inheritdoc/>
    public override async ValueTask<string> VireoDomainSnapshotVerifyAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, (uint)DomainSnapshotVerifyFlags.Repair, ErrorDomain.Qemu, "vireoDomainSnapshotVerify");
        var domain = Find(dom);
        using var job = await domain.EnterAsync("vireoDomainSnapshotVerify", cancellationToken).ConfigureAwait(false);
        try
        {
            var verification = await LongAsync(
                job,
                DomainJobOperation.Snapshot,
                token => domain.Snapshots.VerifyAsync(new QemuSnapshotDomain(domain), (DomainSnapshotVerifyFlags)flags, token),
                cancellationToken).ConfigureAwait(false);
            return verification.ToXml();
        }
        finally
        {
            Counted(domain);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<string> VireoDomainGetSnapshotUsageAsync(DomainRef dom, CancellationToken cancellationToken)
    {
        var domain = Find(dom);
        return await Task.Run(() => SnapshotUsage.Of(domain.View.Name, domain.Snapshots.Tree).ToXml(), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<ulong> VireoDomainGetImageUsageAsync(DomainRef dom, CancellationToken cancellationToken)
    {
        var domain = Find(dom);
        return (ulong)await Task.Run(() => DomainImages.Usage(domain), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<string> VireoDomainSnapshotDiffAsync(DomainSnapshotRef snap, string? to, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, (uint)DomainSnapshotDiffFlags.Extents, ErrorDomain.Qemu, "vireoDomainSnapshotDiff");
        var domain = Find(snap.Dom);
        using var job = await domain.EnterAsync("vireoDomainSnapshotDiff", cancellationToken).ConfigureAwait(false);
        var comparison = new SnapshotComparison(domain, extents: flags != 0);
        var diff = await LongAsync(job, DomainJobOperation.Snapshot, token => comparison.RunAsync(snap.Name, to, token), cancellationToken).ConfigureAwait(false);
        return diff.ToXml();
    }
}
