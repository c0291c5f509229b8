namespace Vireo.Drivers.Test;

/// <summary>One client's view of the test hypervisor.</summary>
internal sealed partial class TestConnection(TestHypervisor hypervisor, string uri) : HypervisorDriver
{
    public override ValueTask<IAsyncDisposable> SubscribeDomainEventsAsync(int eventId, DomainRef? domain, Action<DomainEvent> handler, CancellationToken cancellationToken)
    {
        if (!Enum.IsDefined((DomainEventID)eventId))
        {
            throw VireoException.InvalidArgument(ErrorDomain.Test, $"unknown event id {eventId}");
        }

        if (domain is { } only)
        {
            lock (hypervisor.Gate)
            {
                _ = hypervisor.Find(only);
            }
        }

        return ValueTask.FromResult(hypervisor.Events.Subscribe(eventId, domain, handler));
    }

    // What every call on a domain does: find it, under the lock.
    private ValueTask<T> On<T>(DomainRef reference, Func<TestDomain, T> work)
    {
        lock (hypervisor.Gate)
        {
            return ValueTask.FromResult(work(hypervisor.Find(reference)));
        }
    }

    private ValueTask On(DomainRef reference, Action<TestDomain> work)
    {
        lock (hypervisor.Gate)
        {
            work(hypervisor.Find(reference));
        }

        return ValueTask.CompletedTask;
    }

    private static void MustRun(TestDomain domain)
    {
        if (!domain.IsActive)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Test, "domain is not running");
        }
    }
}
