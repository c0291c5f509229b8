using Vireo.Config;

namespace Vireo.Drivers.Test;

/// <summary>The state that connections share. Every change is made under one lock, within which nothing waits.</summary>
internal sealed class TestHypervisor
{
    private readonly Dictionary<Guid, TestDomain> _domains = [];
    private int _lastId;

    private TestHypervisor(TestNodeCpus cpus) => Cpus = cpus;

    /// <summary>Guards everything here.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The pretended processors.</summary>
    public TestNodeCpus Cpus { get; }

    /// <summary>Who hears of events.</summary>
    public DomainEventHub Events { get; } = new();

    /// <summary>All domains, in no order.</summary>
    public IEnumerable<TestDomain> Domains => _domains.Values;

    /// <summary>A hypervisor with a node's domains.</summary>
    public static TestHypervisor Load(TestNode node)
    {
        var hypervisor = new TestHypervisor(node.Cpus);
        foreach (var (config, running) in node.Domains)
        {
            var domain = new TestDomain { Persistent = TestDocuments.Complete(config) };
            hypervisor._domains.Add(domain.Uuid, domain);
            if (running)
            {
                hypervisor.Start(domain, DomainRunningReason.Unknown);
            }
        }

        return hypervisor;
    }

    /// <summary>The domain a client means. VIR_ERR_NO_DOMAIN when it is not there.</summary>
    public TestDomain Find(DomainRef reference) => _domains.GetValueOrDefault(reference.Uuid)
        ?? throw new VireoException(ErrorCode.NoDomain, ErrorDomain.Test, $"no domain with matching uuid '{reference.Uuid}' ({reference.Name})");

    /// <summary>The domain of that UUID, if any.</summary>
    public TestDomain? FindByUuid(Guid uuid) => _domains.GetValueOrDefault(uuid);

    /// <summary>The domain of that name, if any.</summary>
    public TestDomain? FindByName(string name) => _domains.Values.FirstOrDefault(d => d.Name == name);

    /// <summary>The domain a document is for: the one of its UUID and name, or a new one.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: name and UUID belong to different domains; VIR_ERR_OPERATION_INVALID: it runs and must not.</exception>
    public TestDomain Claim(DomainConfig config, bool mustNotRun)
    {
        var byUuid = FindByUuid(config.Uuid!.Value);
        if (byUuid is not null && byUuid.Name != config.Name)
        {
            throw VireoException.OperationFailed(ErrorDomain.Test, $"domain '{byUuid.Name}' is already defined with uuid {byUuid.Uuid}");
        }

        if (byUuid is null && FindByName(config.Name!) is { } byName)
        {
            throw VireoException.OperationFailed(ErrorDomain.Test, $"domain '{byName.Name}' already exists with uuid {byName.Uuid}");
        }

        if (mustNotRun && byUuid is { IsActive: true })
        {
            throw VireoException.OperationInvalid(ErrorDomain.Test, $"domain is already active as '{byUuid.Name}'");
        }

        return byUuid ?? new TestDomain();
    }

    /// <summary>Takes a domain up, after its document was set.</summary>
    public void Keep(TestDomain domain) => _domains[domain.Uuid] = domain;

    /// <summary>Forgets a domain.</summary>
    public void Drop(TestDomain domain) => _domains.Remove(domain.Uuid);

    /// <summary>Makes it run.</summary>
    public void Start(TestDomain domain, DomainRunningReason reason)
    {
        domain.Live = domain.Config;
        domain.Id = ++_lastId;
        domain.State = DomainState.Running;
        domain.Reason = (int)reason;
        domain.Started = DateTimeOffset.UtcNow;
    }

    /// <summary>Makes it stop and tells of it; a transient one is gone.</summary>
    public void Stop(TestDomain domain, DomainShutoffReason reason, DomainEventStoppedDetailType detail)
    {
        var reference = domain.Reference;
        if (domain.Persistent is null)
        {
            Drop(domain);
        }
        else
        {
            domain.Live = null;
            domain.Id = -1;
            domain.State = DomainState.Shutoff;
            domain.Reason = (int)reason;
        }

        Tell(reference, DomainEventType.Stopped, (int)detail);
    }

    /// <summary>Tells of a step of a domain's life.</summary>
    public void Tell(DomainRef domain, DomainEventType type, int detail) => Events.Publish(new DomainLifecycleEvent(domain, (int)type, detail));
}
