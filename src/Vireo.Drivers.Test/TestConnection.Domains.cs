namespace Vireo.Drivers.Test;

/// <content>Finding, defining and forgetting domains, and asking about them.</content>
internal sealed partial class TestConnection
{
    public override ValueTask<DomainRef> DomainLookupByNameAsync(string name, CancellationToken cancellationToken) =>
        Lookup(() => hypervisor.FindByName(name), $"no domain with matching name '{name}'");

    public override ValueTask<DomainRef> DomainLookupByUuidAsync(Guid uuid, CancellationToken cancellationToken) =>
        Lookup(() => hypervisor.FindByUuid(uuid), $"no domain with matching uuid '{uuid}'");

    public override ValueTask<DomainRef> DomainLookupByIdAsync(int id, CancellationToken cancellationToken) =>
        Lookup(() => hypervisor.Domains.FirstOrDefault(d => d.IsActive && d.Id == id), $"no domain with matching id '{id}'");

    public override ValueTask<ConnectListAllDomainsResult> ConnectListAllDomainsAsync(int needResults, uint flags, CancellationToken cancellationToken)
    {
        lock (hypervisor.Gate)
        {
            DomainRef[] domains = [.. hypervisor.Domains.Where(d => DomainFilter.Passes(Facts(d), (ConnectListAllDomainsFlags)flags)).Select(d => d.Reference)];
            return ValueTask.FromResult(new ConnectListAllDomainsResult(needResults != 0 ? domains : [], (uint)domains.Length));
        }
    }

    public override ValueTask<int[]> ConnectListDomainsAsync(int maxids, CancellationToken cancellationToken) =>
        Select(d => d.IsActive, d => d.Id, maxids);

    public override ValueTask<string[]> ConnectListDefinedDomainsAsync(int maxnames, CancellationToken cancellationToken) =>
        Select(d => !d.IsActive, d => d.Name, maxnames);

    public override async ValueTask<int> ConnectNumOfDomainsAsync(CancellationToken cancellationToken) =>
        (await ConnectListDomainsAsync(int.MaxValue, cancellationToken).ConfigureAwait(false)).Length;

    public override async ValueTask<int> ConnectNumOfDefinedDomainsAsync(CancellationToken cancellationToken) =>
        (await ConnectListDefinedDomainsAsync(int.MaxValue, cancellationToken).ConfigureAwait(false)).Length;

    public override ValueTask<DomainRef> DomainDefineXmlAsync(string xml, CancellationToken cancellationToken) => DomainDefineXmlFlagsAsync(xml, 0, cancellationToken);

    public override ValueTask<DomainRef> DomainDefineXmlFlagsAsync(string xml, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, (uint)DomainDefineFlags.Validate, ErrorDomain.Test, "virDomainDefineXMLFlags");
        var config = TestDocuments.Read(xml, (flags & (uint)DomainDefineFlags.Validate) != 0);
        lock (hypervisor.Gate)
        {
            var domain = hypervisor.Claim(config, mustNotRun: false);
            var added = domain.Persistent is null;
            domain.Persistent = config;
            hypervisor.Keep(domain);
            hypervisor.Tell(domain.Reference, DomainEventType.Defined, (int)(added ? DomainEventDefinedDetailType.Added : DomainEventDefinedDetailType.Updated));
            return ValueTask.FromResult(domain.Reference);
        }
    }

    public override ValueTask DomainUndefineAsync(DomainRef dom, CancellationToken cancellationToken) => DomainUndefineFlagsAsync(dom, 0, cancellationToken);

    public override ValueTask DomainUndefineFlagsAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        const DomainUndefineFlags known = DomainUndefineFlags.ManagedSave | DomainUndefineFlags.SnapshotsMetadata | DomainUndefineFlags.CheckpointsMetadata;
        VireoException.CheckFlags(flags, (uint)known, ErrorDomain.Test, "virDomainUndefineFlags");
        return On(dom, domain =>
        {
            if (domain.Persistent is null)
            {
                throw VireoException.OperationInvalid(ErrorDomain.Test, "cannot undefine transient domain");
            }

            if (!domain.IsActive && domain.Snapshots.Count > 0 && ((DomainUndefineFlags)flags & DomainUndefineFlags.SnapshotsMetadata) == 0)
            {
                throw VireoException.OperationInvalid(ErrorDomain.Test, $"cannot delete inactive domain with {domain.Snapshots.Count} snapshots");
            }

            var reference = domain.Reference;
            if (domain.IsActive)
            {
                domain.Persistent = null;
            }
            else
            {
                hypervisor.Drop(domain);
            }

            hypervisor.Tell(reference, DomainEventType.Undefined, (int)DomainEventUndefinedDetailType.Removed);
        });
    }

    public override ValueTask<string> DomainGetXmlDescAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 15, ErrorDomain.Test, "virDomainGetXMLDesc");
        return On(dom, d => TestDocuments.Format(d, (DomainXMLFlags)flags));
    }

    public override ValueTask<DomainGetStateResult> DomainGetStateAsync(DomainRef dom, uint flags, CancellationToken cancellationToken) =>
        On(dom, d => new DomainGetStateResult((int)d.State, d.Reason));

    public override ValueTask<DomainGetInfoResult> DomainGetInfoAsync(DomainRef dom, CancellationToken cancellationToken) => On(dom, d => new DomainGetInfoResult(
        (byte)d.State,
        d.Config.Memory?.Size.KiB ?? 0,
        d.Config.CurrentMemory?.KiB ?? 0,
        (ushort)TestDocuments.Vcpus(d.Config),
        d.IsActive ? (ulong)(DateTimeOffset.UtcNow - d.Started).TotalMicroseconds * 1000 : 0));

    public override ValueTask<ulong> DomainGetMaxMemoryAsync(DomainRef dom, CancellationToken cancellationToken) => On(dom, d => d.Config.Memory?.Size.KiB ?? 0);

    public override ValueTask<int> DomainGetMaxVcpusAsync(DomainRef dom, CancellationToken cancellationToken) => On(dom, d => (int)TestDocuments.MaxVcpus(d.Config));

    public override ValueTask<int> DomainGetVcpusFlagsAsync(DomainRef dom, uint flags, CancellationToken cancellationToken) => On(dom, d =>
    {
        var asked = (DomainVcpuFlags)flags;
        if ((asked & DomainVcpuFlags.Live) != 0)
        {
            MustRun(d);
        }

        var config = (asked & DomainVcpuFlags.Config) != 0 ? d.Persistent ?? d.Config : d.Config;
        return (int)((asked & DomainVcpuFlags.Maximum) != 0 ? TestDocuments.MaxVcpus(config) : TestDocuments.Vcpus(config));
    });

    public override ValueTask<string> DomainGetOsTypeAsync(DomainRef dom, CancellationToken cancellationToken) => On(dom, _ => "linux");

    public override ValueTask<int> DomainIsActiveAsync(DomainRef dom, CancellationToken cancellationToken) => On(dom, d => d.IsActive ? 1 : 0);

    public override ValueTask<int> DomainIsPersistentAsync(DomainRef dom, CancellationToken cancellationToken) => On(dom, d => d.Persistent is null ? 0 : 1);

    public override ValueTask<int> DomainIsUpdatedAsync(DomainRef dom, CancellationToken cancellationToken) => On(dom, _ => 0);

    public override ValueTask<int> DomainHasManagedSaveImageAsync(DomainRef dom, uint flags, CancellationToken cancellationToken) => On(dom, _ => 0);

    public override ValueTask<int> DomainGetAutostartAsync(DomainRef dom, CancellationToken cancellationToken) => On(dom, d => d.Autostart ? 1 : 0);

    public override ValueTask DomainSetAutostartAsync(DomainRef dom, int autostart, CancellationToken cancellationToken) => On(dom, d =>
    {
        if (d.Persistent is null)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Test, "cannot set autostart for transient domain");
        }

        d.Autostart = autostart != 0;
    });

    private static DomainFacts Facts(TestDomain domain) => new()
    {
        State = domain.State,
        IsActive = domain.IsActive,
        IsPersistent = domain.Persistent is not null,
        Autostart = domain.Autostart,
        HasSnapshots = domain.Snapshots.Count > 0,
    };

    private ValueTask<DomainRef> Lookup(Func<TestDomain?> find, string missing)
    {
        lock (hypervisor.Gate)
        {
            return ValueTask.FromResult((find() ?? throw new VireoException(ErrorCode.NoDomain, ErrorDomain.Test, missing)).Reference);
        }
    }

    private ValueTask<T[]> Select<T>(Func<TestDomain, bool> where, Func<TestDomain, T> what, int most)
    {
        lock (hypervisor.Gate)
        {
            return ValueTask.FromResult(hypervisor.Domains.Where(where).Take(most).Select(what).ToArray());
        }
    }
}
