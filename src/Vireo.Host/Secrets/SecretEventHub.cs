using System.Collections.Immutable;
using Vireo.Drivers;

namespace Vireo.Host.Secrets;

/// <summary>Who wants to hear of which secrets' events.</summary>
internal sealed class SecretEventHub
{
    private ImmutableArray<Subscription> _subscriptions = [];

    public IAsyncDisposable Subscribe(SecretEventID eventId, Guid? secret, Action<SecretEvent> handler)
    {
        var subscription = new Subscription(this, eventId, secret, handler);
        ImmutableInterlocked.Update(ref _subscriptions, s => s.Add(subscription));
        return subscription;
    }

    public void Publish(SecretEvent happened)
    {
        foreach (var subscription in _subscriptions)
        {
            if (subscription.EventId == happened.EventId && (subscription.Secret ?? happened.Secret.Uuid) == happened.Secret.Uuid)
            {
                subscription.Handler(happened);
            }
        }
    }

    private sealed record Subscription(SecretEventHub Hub, SecretEventID EventId, Guid? Secret, Action<SecretEvent> Handler) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            ImmutableInterlocked.Update(ref Hub._subscriptions, s => s.RemoveAll(x => ReferenceEquals(x, this)));
            return ValueTask.CompletedTask;
        }
    }
}
