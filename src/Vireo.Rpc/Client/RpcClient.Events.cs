using System.Collections.Concurrent;
using Vireo.Drivers;
using Vireo.Rpc.Xdr;

namespace Vireo.Rpc.Client;

internal sealed partial class RpcClient
{
    private const int MaxUnclaimed = 256;

    private readonly ConcurrentDictionary<int, Action<DomainEvent>> _eventHandlers = new();
    private readonly Queue<(int Callback, DomainEvent Event)> _unclaimed = new();
    private readonly Lock _unclaimedLock = new();

    /// <summary>Told when the daemon's own connection to its hypervisor ends (<c>virConnectCloseReason</c>).</summary>
    public Action<int>? OnHypervisorClosed { get; set; }

    /// <summary>Hands the events of a callback to <paramref name="handler"/>, those first that came before its number was known here.</summary>
    public void AddEventHandler(int callbackId, Action<DomainEvent> handler)
    {
        lock (_unclaimedLock)
        {
            for (int i = _unclaimed.Count; i > 0; i--)
            {
                var (callback, happened) = _unclaimed.Dequeue();
                if (callback == callbackId) handler(happened);
                else _unclaimed.Enqueue((callback, happened));
            }

            _eventHandlers[callbackId] = handler;
        }
    }

    public void RemoveEventHandler(int callbackId) => _eventHandlers.TryRemove(callbackId, out _);

    private void OnEvent(in PacketHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.Program != RemoteProcedure.RemoteProgram) return;
        try
        {
            var reader = new XdrReader(payload, lenientText: true);
            if (header.Procedure == RemoteProcedure.ConnectionClosedEvent) OnHypervisorClosed?.Invoke(reader.ReadInt32());
            else if (DomainEventCodec.Read(header.Procedure, ref reader, out int? callbackId) is { } happened && callbackId is { } id) Deliver(id, happened);
        }
        catch (XdrException e)
        {
            _connection.Close(new InvalidDataException($"the daemon sent an event that cannot be decoded: {e.Message}"));
        }
    }

    private void Deliver(int callbackId, DomainEvent happened)
    {
        if (!_eventHandlers.TryGetValue(callbackId, out var handler))
        {
            lock (_unclaimedLock)
            {
                if (!_eventHandlers.TryGetValue(callbackId, out handler))
                {
                    if (_unclaimed.Count == MaxUnclaimed) _unclaimed.Dequeue();
                    _unclaimed.Enqueue((callbackId, happened));
                    return;
                }
            }
        }

        handler(happened);
    }
}
