using Vireo.Config;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu;

/// <content>What changes of snapshots would do. A plan takes the domain's turn, so that it is of one moment; nothing is changed.</content>
internal sealed partial class QemuConnection
{
    /// <inheritdoc/>
    public override ValueTask<string> VireoDomainSnapshotPlanCreateAsync(DomainRef dom, string xmlDesc, uint flags, CancellationToken cancellationToken) =>
        PlanAsync(Find(dom), d => d.Snapshots.PlanCreateAsync(new QemuSnapshotDomain(d), xmlDesc, (DomainSnapshotCreateFlags)flags, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<string> VireoDomainSnapshotPlanRevertAsync(DomainSnapshotRef snap, string? keep, uint flags, CancellationToken cancellationToken) =>
        PlanAsync(Find(snap.Dom), d => d.Snapshots.PlanRevertAsync(new QemuSnapshotDomain(d), snap.Name, keep, (DomainSnapshotRevertFlags)flags, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<string> VireoDomainSnapshotPlanDeleteAsync(DomainSnapshotRef snap, uint flags, CancellationToken cancellationToken) =>
        PlanAsync(Find(snap.Dom), d => d.Snapshots.PlanDeleteAsync(new QemuSnapshotDomain(d), snap.Name, (DomainSnapshotDeleteFlags)flags, cancellationToken), cancellationToken);

    private static async ValueTask<string> PlanAsync(QemuDomain domain, Func<QemuDomain, ValueTask<SnapshotPlanConfig>> plan, CancellationToken cancellationToken)
    {
        using var job = await domain.EnterAsync("snapshot plan", cancellationToken).ConfigureAwait(false);
        return (await plan(domain).ConfigureAwait(false)).ToXml();
    }
}
