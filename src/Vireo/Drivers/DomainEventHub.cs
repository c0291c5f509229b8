using System.Collections.Immutable;

namespace Vireo.Drivers;

/// <summary>Who wants to hear of which domain events. For the drivers that have events of their own.</summary>
public sealed class DomainEventHub
{
    private ImmutableArray<Subscription> _subscriptions = [];

    /// <summary>Calls the handler for each event of the kind until the result is disposed.</summary>
    /// <param name="eventId">The kind (<c>virDomainEventID</c>).</param>
    /// <param name="domain">Only this domain's events, told by UUID; null for all.</param>
    /// <param name="handler">Called within <see cref="Publish"/>: it must not block or throw.</param>
    public IAsyncDisposable Subscribe(int eventId, DomainRef? domain, Action<DomainEvent> handler)
    {
        var subscription = new Subscription(this, eventId, domain?.Uuid, handler);
        ImmutableInterlocked.Update(ref _subscriptions, s => s.Add(subscription));
        return subscription;
    }

    /// <summary>Whether anybody wants to hear of that kind.</summary>
    /// <param name="eventId">The kind.</param>
    public bool IsHeard(int eventId)
    {
        foreach (var subscription in _subscriptions)
        {
            if (subscription.EventId == eventId)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Tells everybody who asked. Whoever publishes one domain's events in order has them heard in order.</summary>
    public void Publish(DomainEvent happened)
    {
        foreach (var subscription in _subscriptions)
        {
            if (subscription.EventId == happened.EventId && (subscription.Domain ?? happened.Domain.Uuid) == happened.Domain.Uuid)
            {
                subscription.Handler(happened);
            }
        }
    }

    private sealed record Subscription(DomainEventHub Hub, int EventId, Guid? Domain, Action<DomainEvent> Handler) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            ImmutableInterlocked.Update(ref Hub._subscriptions, s => s.RemoveAll(x => ReferenceEquals(x, this)));
            return ValueTask.CompletedTask;
        }
    }
}
