using Vireo.Config;

namespace Vireo.Drivers.Test;

/// <content>Snapshots, which here are documents in a tree.</content>
internal sealed partial class TestConnection
{
    private const DomainSnapshotCreateFlags CreateFlags = DomainSnapshotCreateFlags.Redefine | DomainSnapshotCreateFlags.Current | DomainSnapshotCreateFlags.NoMetadata
        | DomainSnapshotCreateFlags.Halt | DomainSnapshotCreateFlags.Atomic | DomainSnapshotCreateFlags.Validate;

    public override ValueTask<DomainSnapshotRef> DomainSnapshotCreateXmlAsync(DomainRef dom, string xmlDesc, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, (uint)CreateFlags, ErrorDomain.Test, "virDomainSnapshotCreateXML");
        var asked = (flags & (uint)DomainSnapshotCreateFlags.Validate) != 0 ? DomainSnapshotConfig.ParseValidated(xmlDesc) : DomainSnapshotConfig.Parse(xmlDesc);
        var how = (DomainSnapshotCreateFlags)flags;
        return On(dom, domain => (how & DomainSnapshotCreateFlags.Redefine) != 0 ? Redefine(domain, asked, how) : Create(domain, asked, how));
    }

    public override ValueTask<string> DomainSnapshotGetXmlDescAsync(DomainSnapshotRef snap, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, (uint)DomainSnapshotXMLFlags.Secure, ErrorDomain.Test, "virDomainSnapshotGetXMLDesc");
        return On(snap.Dom, domain => Find(domain, snap.Name).Document.ToXml());
    }

    public override ValueTask<DomainListAllSnapshotsResult> DomainListAllSnapshotsAsync(DomainRef dom, int needResults, uint flags, CancellationToken cancellationToken) =>
        On(dom, domain =>
        {
            var found = List(domain, null, flags);
            return new DomainListAllSnapshotsResult(needResults != 0 ? found : [], found.Length);
        });

    public override ValueTask<DomainSnapshotListAllChildrenResult> DomainSnapshotListAllChildrenAsync(DomainSnapshotRef snapshot, int needResults, uint flags, CancellationToken cancellationToken) =>
        On(snapshot.Dom, domain =>
        {
            var found = List(domain, Find(domain, snapshot.Name), flags);
            return new DomainSnapshotListAllChildrenResult(needResults != 0 ? found : [], found.Length);
        });

    public override ValueTask<int> DomainSnapshotNumAsync(DomainRef dom, uint flags, CancellationToken cancellationToken) =>
        On(dom, domain => List(domain, null, flags).Length);

    public override ValueTask<string[]> DomainSnapshotListNamesAsync(DomainRef dom, int maxnames, uint flags, CancellationToken cancellationToken) =>
        On(dom, domain => List(domain, null, flags).Take(maxnames).Select(s => s.Name).ToArray());

    public override ValueTask<int> DomainSnapshotNumChildrenAsync(DomainSnapshotRef snap, uint flags, CancellationToken cancellationToken) =>
        On(snap.Dom, domain => List(domain, Find(domain, snap.Name), flags).Length);

    public override ValueTask<string[]> DomainSnapshotListChildrenNamesAsync(DomainSnapshotRef snap, int maxnames, uint flags, CancellationToken cancellationToken) =>
        On(snap.Dom, domain => List(domain, Find(domain, snap.Name), flags).Take(maxnames).Select(s => s.Name).ToArray());

    public override ValueTask<DomainSnapshotRef> DomainSnapshotLookupByNameAsync(DomainRef dom, string name, uint flags, CancellationToken cancellationToken) =>
        On(dom, domain => new DomainSnapshotRef(Find(domain, name).Name, domain.Reference));

    public override ValueTask<int> DomainHasCurrentSnapshotAsync(DomainRef dom, uint flags, CancellationToken cancellationToken) =>
        On(dom, domain => domain.Snapshots.Current is null ? 0 : 1);

    public override ValueTask<DomainSnapshotRef> DomainSnapshotCurrentAsync(DomainRef dom, uint flags, CancellationToken cancellationToken) => On(dom, domain =>
        new DomainSnapshotRef((domain.Snapshots.Current ?? throw Missing("the domain does not have a current snapshot")).Name, domain.Reference));

    public override ValueTask<int> DomainSnapshotIsCurrentAsync(DomainSnapshotRef snap, uint flags, CancellationToken cancellationToken) =>
        On(snap.Dom, domain => domain.Snapshots.CurrentName == Find(domain, snap.Name).Name ? 1 : 0);

    public override ValueTask<int> DomainSnapshotHasMetadataAsync(DomainSnapshotRef snap, uint flags, CancellationToken cancellationToken) =>
        On(snap.Dom, domain => Find(domain, snap.Name) is null ? 0 : 1);

    public override ValueTask<DomainSnapshotRef> DomainSnapshotGetParentAsync(DomainSnapshotRef snap, uint flags, CancellationToken cancellationToken) => On(snap.Dom, domain =>
        new DomainSnapshotRef(Find(domain, snap.Name).Parent ?? throw Missing($"snapshot '{snap.Name}' does not have a parent"), domain.Reference));

    public override ValueTask DomainSnapshotDeleteAsync(DomainSnapshotRef snap, uint flags, CancellationToken cancellationToken)
    {
        const DomainSnapshotDeleteFlags known = DomainSnapshotDeleteFlags.Children | DomainSnapshotDeleteFlags.ChildrenOnly | DomainSnapshotDeleteFlags.MetadataOnly;
        VireoException.CheckFlags(flags, (uint)known, ErrorDomain.Test, "virDomainSnapshotDelete");
        return On(snap.Dom, domain =>
        {
            domain.Snapshots = SnapshotRemoval.Apply(domain.Snapshots, Find(domain, snap.Name), (DomainSnapshotDeleteFlags)flags);
        });
    }

    private static TestSnapshot Find(TestDomain domain, string name) =>
        domain.Snapshots.Find(name) ?? throw Missing($"no domain snapshot with matching name '{name}'");

    private static VireoException Missing(string detail) => new(ErrorCode.NoDomainSnapshot, ErrorDomain.Test, detail);

    private static DomainSnapshotRef[] List(TestDomain domain, TestSnapshot? from, uint flags) =>
        [.. domain.Snapshots.List(from, (DomainSnapshotListFlags)flags).Select(s => new DomainSnapshotRef(s.Name, domain.Reference))];

    private DomainSnapshotRef Create(TestDomain domain, DomainSnapshotConfig asked, DomainSnapshotCreateFlags how)
    {
        if (asked.Name is not null && domain.Snapshots.Find(asked.Name) is not null)
        {
            throw VireoException.OperationFailed(ErrorDomain.Test, $"domain moment {asked.Name} already exists");
        }

        if ((how & DomainSnapshotCreateFlags.Halt) != 0 && domain.Persistent is null)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Test, "cannot halt after transient domain snapshot");
        }

        var snapshot = TestSnapshot.Of(domain, asked, domain.Snapshots.CurrentName);
        if ((how & DomainSnapshotCreateFlags.NoMetadata) == 0)
        {
            domain.Snapshots = domain.Snapshots.With(snapshot).WithCurrent(snapshot.Name);
        }

        var reference = new DomainSnapshotRef(snapshot.Name, domain.Reference);
        if ((how & DomainSnapshotCreateFlags.Halt) != 0 && domain.IsActive)
        {
            hypervisor.Stop(domain, DomainShutoffReason.FromSnapshot, DomainEventStoppedDetailType.FromSnapshot);
        }

        return reference;
    }

    private static DomainSnapshotRef Redefine(TestDomain domain, DomainSnapshotConfig asked, DomainSnapshotCreateFlags how)
    {
        if (asked.Name is null || asked.State is null || asked.CreationTime is null)
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.DomainSnapshot, "a redefined snapshot must have <name>, <state> and <creationTime>");
        }

        if (asked.Domain is { Uuid: { } uuid } && uuid != domain.Uuid)
        {
            throw VireoException.InvalidArgument(ErrorDomain.DomainSnapshot, $"definition for snapshot {asked.Name} must use uuid {domain.Uuid}");
        }

        var snapshot = new TestSnapshot(asked with { Domain = asked.Domain ?? domain.Snapshots.Find(asked.Name)?.Document.Domain ?? domain.Config with { Id = null } });
        domain.Snapshots = domain.Snapshots.With(snapshot);
        if ((how & DomainSnapshotCreateFlags.Current) != 0)
        {
            domain.Snapshots = domain.Snapshots.WithCurrent(snapshot.Name);
        }

        return new DomainSnapshotRef(snapshot.Name, domain.Reference);
    }
}
