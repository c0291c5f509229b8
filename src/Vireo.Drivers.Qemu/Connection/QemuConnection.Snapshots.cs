using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu;

/// <content>Snapshots. Reading never waits; changes take the domain's turn.</content>
internal sealed partial class QemuConnection
{
    private const DomainSnapshotListFlags KnownListFlags =
        DomainSnapshotListFlags.Roots | DomainSnapshotListFlags.Metadata | DomainSnapshotListFlags.Leaves | DomainSnapshotListFlags.NoLeaves |
        DomainSnapshotListFlags.NoMetadata | DomainSnapshotListFlags.Inactive | DomainSnapshotListFlags.Active | DomainSnapshotListFlags.DiskOnly |
        DomainSnapshotListFlags.Internal | DomainSnapshotListFlags.External | DomainSnapshotListFlags.Topological;

    /// <inheritdoc/>
    public override async ValueTask<DomainSnapshotRef> DomainSnapshotCreateXmlAsync(DomainRef dom, string xmlDesc, uint flags, CancellationToken cancellationToken)
    {
        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainSnapshotCreateXML", cancellationToken).ConfigureAwait(false);
        try
        {
            var snapshot = await LongAsync(
                job,
                DomainJobOperation.Snapshot,
                token => domain.Snapshots.CreateAsync(new QemuSnapshotDomain(domain), xmlDesc, (DomainSnapshotCreateFlags)flags, token),
                cancellationToken).ConfigureAwait(false);
            return new DomainSnapshotRef(snapshot.Name, domain.View.Ref);
        }
        finally
        {
            Counted(domain);
        }
    }

    /// <inheritdoc/>
    public override ValueTask<string> DomainSnapshotGetXmlDescAsync(DomainSnapshotRef snap, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 1, ErrorDomain.Qemu, "qemuDomainSnapshotGetXMLDesc");
        var visible = Snapshot(snap).Visible;
        return ValueTask.FromResult((flags & 1) != 0 ? visible.ToXml() : SnapshotSecrets.Without(visible).ToXml());
    }

    /// <inheritdoc/>
    public override async ValueTask DomainRevertToSnapshotAsync(DomainSnapshotRef snap, uint flags, CancellationToken cancellationToken) =>
        await RevertAsync(Find(snap.Dom), snap.Name, null, flags, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async ValueTask<DomainSnapshotRef> VireoDomainSnapshotRevertKeepingAsync(DomainSnapshotRef snap, string keep, uint flags, CancellationToken cancellationToken)
    {
        var domain = Find(snap.Dom);
        var kept = await RevertAsync(domain, snap.Name, keep, flags, cancellationToken).ConfigureAwait(false);
        return Reference(domain, kept!);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainSnapshotDeleteAsync(DomainSnapshotRef snap, uint flags, CancellationToken cancellationToken)
    {
        var domain = Find(snap.Dom);
        using var job = await domain.EnterAsync("virDomainSnapshotDelete", cancellationToken).ConfigureAwait(false);
        await LongAsync(
            job,
            DomainJobOperation.SnapshotDelete,
            token => domain.Snapshots.DeleteAsync(new QemuSnapshotDomain(domain), snap.Name, (DomainSnapshotDeleteFlags)flags, token),
            cancellationToken).ConfigureAwait(false);
        Counted(domain);
    }

    /// <inheritdoc/>
    public override ValueTask<DomainSnapshotRef> DomainSnapshotLookupByNameAsync(DomainRef dom, string name, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainSnapshotLookupByName");
        var domain = Find(dom);
        return ValueTask.FromResult(Reference(domain, domain.Snapshots.Find(name)));
    }

    /// <inheritdoc/>
    public override ValueTask<int> DomainHasCurrentSnapshotAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainHasCurrentSnapshot");
        return ValueTask.FromResult(Find(dom).Snapshots.Tree.Current is null ? 0 : 1);
    }

    /// <inheritdoc/>
    public override ValueTask<DomainSnapshotRef> DomainSnapshotCurrentAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainSnapshotCurrent");
        var domain = Find(dom);
        return ValueTask.FromResult(Reference(domain, domain.Snapshots.Current()));
    }

    /// <inheritdoc/>
    public override ValueTask<DomainSnapshotRef> DomainSnapshotGetParentAsync(DomainSnapshotRef snap, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainSnapshotGetParent");
        var domain = Find(snap.Dom);
        return ValueTask.FromResult(Reference(domain, domain.Snapshots.Parent(snap.Name)));
    }

    /// <inheritdoc/>
    public override ValueTask<int> DomainSnapshotIsCurrentAsync(DomainSnapshotRef snap, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainSnapshotIsCurrent");
        return ValueTask.FromResult(Find(snap.Dom).Snapshots.Tree.CurrentName == Snapshot(snap).Name ? 1 : 0);
    }

    /// <inheritdoc/>
    public override ValueTask<int> DomainSnapshotHasMetadataAsync(DomainSnapshotRef snap, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainSnapshotHasMetadata");
        Snapshot(snap);
        return ValueTask.FromResult(1);
    }

    /// <inheritdoc/>
    public override ValueTask<int> DomainSnapshotNumAsync(DomainRef dom, uint flags, CancellationToken cancellationToken) =>
        ValueTask.FromResult(List(Find(dom), null, flags, "qemuDomainSnapshotNum").Count);

    /// <inheritdoc/>
    public override ValueTask<string[]> DomainSnapshotListNamesAsync(DomainRef dom, int maxnames, uint flags, CancellationToken cancellationToken) =>
        ValueTask.FromResult(List(Find(dom), null, flags, "qemuDomainSnapshotListNames").Take(maxnames).Select(s => s.Name).ToArray());

    /// <inheritdoc/>
    public override ValueTask<int> DomainSnapshotNumChildrenAsync(DomainSnapshotRef snap, uint flags, CancellationToken cancellationToken) =>
        ValueTask.FromResult(List(Find(snap.Dom), Snapshot(snap), flags, "qemuDomainSnapshotNumChildren").Count);

    /// <inheritdoc/>
    public override ValueTask<string[]> DomainSnapshotListChildrenNamesAsync(DomainSnapshotRef snap, int maxnames, uint flags, CancellationToken cancellationToken) =>
        ValueTask.FromResult(List(Find(snap.Dom), Snapshot(snap), flags, "qemuDomainSnapshotListChildrenNames").Take(maxnames).Select(s => s.Name).ToArray());

    /// <inheritdoc/>
    public override ValueTask<DomainListAllSnapshotsResult> DomainListAllSnapshotsAsync(DomainRef dom, int needResults, uint flags, CancellationToken cancellationToken)
    {
        var domain = Find(dom);
        var found = List(domain, null, flags, "qemuDomainListAllSnapshots");
        return ValueTask.FromResult(new DomainListAllSnapshotsResult(needResults == 0 ? [] : [.. found.Select(s => Reference(domain, s))], found.Count));
    }

    /// <inheritdoc/>
    public override ValueTask<DomainSnapshotListAllChildrenResult> DomainSnapshotListAllChildrenAsync(DomainSnapshotRef snapshot, int needResults, uint flags, CancellationToken cancellationToken)
    {
        var domain = Find(snapshot.Dom);
        var found = List(domain, Snapshot(snapshot), flags, "qemuDomainSnapshotListAllChildren");
        return ValueTask.FromResult(new DomainSnapshotListAllChildrenResult(needResults == 0 ? [] : [.. found.Select(s => Reference(domain, s))], found.Count));
    }

    private static IReadOnlyList<QemuSnapshot> List(QemuDomain domain, QemuSnapshot? from, uint flags, string function)
    {
        VireoException.CheckFlags(flags, (uint)KnownListFlags, ErrorDomain.Qemu, function);
        return domain.Snapshots.Tree.List(from, (DomainSnapshotListFlags)flags);
    }

    private static DomainSnapshotRef Reference(QemuDomain domain, QemuSnapshot snapshot) => new(snapshot.Name, domain.View.Ref);

    private static async ValueTask<QemuSnapshot?> RevertAsync(QemuDomain domain, string name, string? keep, uint flags, CancellationToken cancellationToken)
    {
        using var job = await domain.EnterAsync("virDomainRevertToSnapshot", cancellationToken).ConfigureAwait(false);
        try
        {
            var kept = await LongAsync(
                job,
                DomainJobOperation.SnapshotRevert,
                token => domain.Snapshots.RevertAsync(new QemuSnapshotDomain(domain), name, keep, (DomainSnapshotRevertFlags)flags, token),
                cancellationToken).ConfigureAwait(false);
            if (domain.View.State == DomainState.Paused)
            {
                domain.Lifecycle(DomainEventType.Suspended, (int)DomainEventSuspendedDetailType.FromSnapshot);
            }

            return kept;
        }
        finally
        {
            Counted(domain);
        }
    }

    private static void Counted(QemuDomain domain)
    {
        var count = domain.Snapshots.Tree.Count;
        domain.Update(v => v with { SnapshotCount = count });
    }

    private QemuSnapshot Snapshot(DomainSnapshotRef reference) => Find(reference.Dom).Snapshots.Find(reference.Name);
}
