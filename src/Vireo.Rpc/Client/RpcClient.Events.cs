using System.Collections.Concurrent;
using Vireo.Drivers;
using Vireo.Rpc.Xdr;

namespace Vireo.Rpc.Client;

internal sealed partial class RpcClient
{
    private const int MaxUnclaimed = 256;

    private readonly ConcurrentDictionary<EventCallback, Action<DriverEvent>> _eventHandlers = new();
    private readonly Queue<(EventCallback Callback, DriverEvent Event)> _unclaimed = new();
    private readonly Lock _unclaimedLock = new();

    /// <summary>Told when the daemon's own connection to its hypervisor ends (<c>virConnectCloseReason</c>).</summary>
    public Action<int>? OnHypervisorClosed { get; set; }

    /// <summary>Hands the events of a callback to <paramref name="handler"/>, those first that came before its number was known here.</summary>
    public void AddEventHandler(EventCallback callback, Action<DriverEvent> handler)
    {
        lock (_unclaimedLock)
        {
            for (int i = _unclaimed.Count; i > 0; i--)
            {
                var (other, happened) = _unclaimed.Dequeue();
                if (other == callback) handler(happened);
                else _unclaimed.Enqueue((other, happened));
            }

            _eventHandlers[callback] = handler;
        }
    }

    public void RemoveEventHandler(EventCallback callbackId) => _eventHandlers.TryRemove(callbackId, out _);

    private void OnEvent(in PacketHeader header, ReadOnlySpan<byte> payload)
    {
        try
        {
            var reader = new XdrReader(payload, lenientText: true);
            if (header.Program == RemoteProcedure.QemuProgram) OnMonitorEvent(header.Procedure, ref reader);
            else if (header.Program != RemoteProcedure.RemoteProgram) return;
            else if (header.Procedure == RemoteProcedure.ConnectionClosedEvent) OnHypervisorClosed?.Invoke(reader.ReadInt32());
            else if (header.Procedure is RemoteProcedure.SecretLifecycleEvent or RemoteProcedure.SecretValueChangedEvent) OnSecretEvent(header.Procedure, ref reader);
            else if (DomainEventCodec.Read(header.Procedure, ref reader, out int? callbackId) is { } happened && callbackId is { } id) Deliver(new(header.Program, id), happened);
        }
        catch (XdrException e)
        {
            _connection.Close(new InvalidDataException($"the daemon sent an event that cannot be decoded: {e.Message}"));
        }
    }

    private void OnMonitorEvent(int procedure, ref XdrReader reader)
    {
        if (procedure != RemoteProcedure.QemuMonitorEvent) return;
        Codec.ReadQemuDomainMonitorEventMsg(ref reader, out int callbackId, out var domain, out string name, out long seconds, out uint microseconds, out string? details);
        Deliver(new(RemoteProcedure.QemuProgram, callbackId), new QemuMonitorEvent(domain, name, seconds, microseconds, details));
    }

    private void OnSecretEvent(int procedure, ref XdrReader reader)
    {
        int callbackId;
        if (procedure == RemoteProcedure.SecretLifecycleEvent)
        {
            Codec.ReadRemoteSecretEventLifecycleMsg(ref reader, out callbackId, out var secret, out int what, out int detail);
            Deliver(new(RemoteProcedure.RemoteProgram, callbackId, IsSecret: true), new SecretLifecycleEvent(secret, what, detail));
        }
        else
        {
            Codec.ReadRemoteSecretEventValueChangedMsg(ref reader, out callbackId, out var secret);
            Deliver(new(RemoteProcedure.RemoteProgram, callbackId, IsSecret: true), new SecretValueChangedEvent(secret));
        }
    }

    private void Deliver(EventCallback callbackId, DriverEvent happened)
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

/// <summary>What a daemon calls a registration: each of its programs may count for itself, and each kind of object.</summary>
/// <param name="Program">The program.</param>
/// <param name="Number">The number.</param>
/// <param name="IsSecret">It is of secrets' events.</param>
internal readonly record struct EventCallback(uint Program, int Number, bool IsSecret = false);
