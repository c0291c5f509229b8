using Vireo.Drivers;
using Vireo.Rpc.Xdr;

namespace Vireo.Rpc.Server;

internal sealed partial class ServerClient
{
    private const int LifecycleEvent = 0;
    private const int MaxRegistrations = 1024;

    private readonly Dictionary<int, EventRegistration> _registrations = [];
    private readonly EventRegistration?[] _legacy = new EventRegistration?[DomainEventCodec.Kinds];
    private readonly Lock _eventsLock = new();
    private bool _closeCallback;

    /// <summary>Sends one event to the client; a client that lets too many pile up is let go.</summary>
    public void SendEvent(DriverEvent happened, int? callbackId)
    {
        if (Connection.QueuedBytes > Server.Options.MaxEventBacklog)
        {
            Disconnect("it does not read its events");
            return;
        }

        if (happened is QemuMonitorEvent told)
        {
            SendMonitorEvent(told, callbackId!.Value);
            return;
        }

        if (happened is SecretEvent secret)
        {
            SendSecretEvent(secret, callbackId!.Value);
            return;
        }

        if (happened is DomainEvent domain) SendDomainEvent(domain, callbackId);
    }

    private void SendDomainEvent(DomainEvent happened, int? callbackId)
    {
        int procedure = callbackId is null ? DomainEventCodec.LegacyProcedure(happened.EventId) : DomainEventCodec.CallbackProcedure(happened.EventId);
        if (procedure == 0) return;
        var writer = new XdrWriter();
        new PacketHeader(RemoteProcedure.RemoteProgram, 1, procedure, PacketType.Message, 1, PacketStatus.Ok).Write(ref writer);
        DomainEventCodec.Write(ref writer, happened, callbackId);
        SendPacket(ref writer);
    }

    private bool TryInvokeEvents(ServerCall call, ref XdrReader reader)
    {
        int eventId, callbackId;
        switch (call.Procedure)
        {
            case RemoteProcedure.DomainEventRegister:
                call.Answer(RegisterLegacyAsync(LifecycleEvent, call.CancellationToken), static (ref XdrWriter writer, int count) => writer.WriteInt32(count));
                return true;
            case RemoteProcedure.DomainEventDeregister:
                call.Answer(DeregisterLegacyAsync(LifecycleEvent), static (ref XdrWriter writer, int count) => writer.WriteInt32(count));
                return true;
            case RemoteProcedure.DomainEventRegisterAny:
                Codec.ReadRemoteConnectDomainEventRegisterAnyArgs(ref reader, out eventId);
                call.Answer(Forget(RegisterLegacyAsync(eventId, call.CancellationToken)));
                return true;
            case RemoteProcedure.DomainEventDeregisterAny:
                Codec.ReadRemoteConnectDomainEventDeregisterAnyArgs(ref reader, out eventId);
                call.Answer(Forget(DeregisterLegacyAsync(eventId)));
                return true;
            case RemoteProcedure.DomainEventCallbackRegisterAny:
                Codec.ReadRemoteConnectDomainEventCallbackRegisterAnyArgs(ref reader, out eventId, out var domain);
                _ = RegisterCallbackAsync(call, eventId, domain);
                return true;
            case RemoteProcedure.DomainEventCallbackDeregisterAny:
                Codec.ReadRemoteConnectDomainEventCallbackDeregisterAnyArgs(ref reader, out callbackId);
                call.Answer(DeregisterCallbackAsync(callbackId));
                return true;
            case RemoteProcedure.SecretEventRegisterAny:
                Codec.ReadRemoteConnectSecretEventRegisterAnyArgs(ref reader, out eventId, out var secret);
                _ = RegisterSecretAsync(call, eventId, secret);
                return true;
            case RemoteProcedure.SecretEventDeregisterAny:
                Codec.ReadRemoteConnectSecretEventDeregisterAnyArgs(ref reader, out callbackId);
                call.Answer(DeregisterCallbackAsync(callbackId));
                return true;
            case RemoteProcedure.RegisterCloseCallback:
                RegisterCloseCallback(true);
                call.ReplyEmpty();
                return true;
            case RemoteProcedure.UnregisterCloseCallback:
                RegisterCloseCallback(false);
                call.ReplyEmpty();
                return true;
            default:
                return TryRefuseEvents(call.Procedure);
        }
    }

    // The contract has no events but those of domains and secrets; a client that asks for others hears so.
    private bool TryRefuseEvents(int procedure)
    {
        string? api = procedure switch
        {
            RemoteProcedure.NetworkEventRegisterAny => "virConnectNetworkEventRegisterAny",
            RemoteProcedure.NetworkEventDeregisterAny => "virConnectNetworkEventDeregisterAny",
            RemoteProcedure.StoragePoolEventRegisterAny => "virConnectStoragePoolEventRegisterAny",
            RemoteProcedure.StoragePoolEventDeregisterAny => "virConnectStoragePoolEventDeregisterAny",
            RemoteProcedure.NodeDeviceEventRegisterAny => "virConnectNodeDeviceEventRegisterAny",
            RemoteProcedure.NodeDeviceEventDeregisterAny => "virConnectNodeDeviceEventDeregisterAny",
            _ => null,
        };
        if (api is null) return false;
        _ = Drivers;
        throw VireoException.NotSupported(api);
    }

    private bool TryInvokeQemuSession(ServerCall call, ref XdrReader reader)
    {
        switch (call.Procedure)
        {
            case RemoteProcedure.QemuMonitorEventRegister:
                Codec.ReadQemuConnectDomainMonitorEventRegisterArgs(ref reader, out var domain, out string? name, out uint flags);
                _ = RegisterAsync(call, handler => Drivers.Hypervisor.SubscribeQemuMonitorEventsAsync(domain, name, flags, handler, call.CancellationToken));
                return true;
            case RemoteProcedure.QemuMonitorEventDeregister:
                Codec.ReadQemuConnectDomainMonitorEventDeregisterArgs(ref reader, out int callbackId);
                call.Answer(DeregisterCallbackAsync(callbackId));
                return true;
            default:
                return false;
        }
    }

    private void SendMonitorEvent(QemuMonitorEvent happened, int callbackId)
    {
        var writer = new XdrWriter();
        new PacketHeader(RemoteProcedure.QemuProgram, 1, RemoteProcedure.QemuMonitorEvent, PacketType.Message, 1, PacketStatus.Ok).Write(ref writer);
        Codec.WriteQemuDomainMonitorEventMsg(ref writer, callbackId, happened.Domain, happened.Name, happened.Seconds, happened.Microseconds, happened.Details);
        SendPacket(ref writer);
    }

    private Task RegisterCallbackAsync(ServerCall call, int eventId, DomainRef? domain) => RegisterAsync(call, handler =>
    {
        CheckEventId(eventId);
        return Drivers.Hypervisor.SubscribeDomainEventsAsync(eventId, domain, handler, call.CancellationToken);
    });

    private Task RegisterSecretAsync(ServerCall call, int eventId, SecretRef? secret) => RegisterAsync(call, handler => !Enum.IsDefined((SecretEventID)eventId)
        ? throw VireoException.Internal(ErrorDomain.Rpc, $"unsupported secret event ID {eventId}")
        : Drivers.Secret.SubscribeSecretEventsAsync((SecretEventID)eventId, secret, handler, call.CancellationToken));

    private void SendSecretEvent(SecretEvent happened, int callbackId)
    {
        int procedure = happened is SecretLifecycleEvent ? RemoteProcedure.SecretLifecycleEvent : RemoteProcedure.SecretValueChangedEvent;
        var writer = new XdrWriter();
        new PacketHeader(RemoteProcedure.RemoteProgram, 1, procedure, PacketType.Message, 1, PacketStatus.Ok).Write(ref writer);
        if (happened is SecretLifecycleEvent life) Codec.WriteRemoteSecretEventLifecycleMsg(ref writer, callbackId, life.Secret, life.Event, life.Detail);
        else Codec.WriteRemoteSecretEventValueChangedMsg(ref writer, callbackId, happened.Secret);
        SendPacket(ref writer);
    }

    private async Task RegisterAsync(ServerCall call, Func<Action<DriverEvent>, ValueTask<IAsyncDisposable>> subscribe)
    {
        try
        {
            var registration = new EventRegistration(this, Server.NextCallbackId());
            registration.Subscription = await subscribe(registration.OnEvent).ConfigureAwait(false);
            if (!TryAdd(registration))
            {
                await registration.Subscription.DisposeAsync().ConfigureAwait(false);
                throw VireoException.Internal(ErrorDomain.Rpc, $"more than {MaxRegistrations} event callbacks");
            }

            call.Reply(registration.CallbackId!.Value, static (ref XdrWriter writer, int id) => writer.WriteInt32(id));
            registration.Release();
        }
        catch (Exception e)
        {
            call.Fail(e);
        }
    }

    private async ValueTask DeregisterCallbackAsync(int callbackId)
    {
        _ = Drivers;
        EventRegistration? registration;
        lock (_eventsLock) _registrations.Remove(callbackId, out registration);
        if (registration is null) throw VireoException.Internal(ErrorDomain.Rpc, $"domain event callback {callbackId} not registered");
        await registration.Subscription!.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<int> RegisterLegacyAsync(int eventId, CancellationToken cancellationToken)
    {
        CheckEventId(eventId);
        var registration = new EventRegistration(this, callbackId: null);
        lock (_eventsLock)
        {
            if (_legacy[eventId] is not null) throw VireoException.InvalidArgument(ErrorDomain.None, "event callback already tracked");
            _legacy[eventId] = registration;
        }

        try
        {
            registration.Subscription = await Drivers.Hypervisor.SubscribeDomainEventsAsync(eventId, null, registration.OnEvent, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            lock (_eventsLock) _legacy[eventId] = null;
            throw;
        }

        registration.Release();
        return 0;
    }

    private async ValueTask<int> DeregisterLegacyAsync(int eventId)
    {
        CheckEventId(eventId);
        EventRegistration? registration;
        lock (_eventsLock)
        {
            registration = _legacy[eventId];
            _legacy[eventId] = null;
        }

        if (registration is null) throw VireoException.Internal(ErrorDomain.Rpc, $"domain event {eventId} not registered");
        if (registration.Subscription is { } subscription) await subscription.DisposeAsync().ConfigureAwait(false);
        return 0;
    }

    private void CheckEventId(int eventId)
    {
        _ = Drivers;
        if (eventId < 0 || eventId >= DomainEventCodec.Kinds) throw VireoException.Internal(ErrorDomain.Rpc, $"unsupported event ID {eventId}");
    }

    private bool TryAdd(EventRegistration registration)
    {
        lock (_eventsLock) return !Gone.IsCancellationRequested && _registrations.Count < MaxRegistrations && _registrations.TryAdd(registration.CallbackId!.Value, registration);
    }

    private void RegisterCloseCallback(bool register)
    {
        var drivers = Drivers;
        bool isNew;
        lock (_eventsLock)
        {
            isNew = register && !_closeCallback;
            _closeCallback = register;
        }

        if (isNew) _ = TellClosedAsync(drivers);
    }

    private async Task TellClosedAsync(DriverConnection drivers)
    {
        ConnectCloseReason reason;
        try
        {
            reason = await drivers.Closed.WaitAsync(Gone).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        if (!_closeCallback) return;
        var writer = new XdrWriter();
        new PacketHeader(RemoteProcedure.RemoteProgram, 1, RemoteProcedure.ConnectionClosedEvent, PacketType.Message, 1, PacketStatus.Ok).Write(ref writer);
        writer.WriteInt32((int)reason);
        SendPacket(ref writer);
    }

    private async Task DropEventsAsync()
    {
        List<EventRegistration> all;
        lock (_eventsLock)
        {
            all = [.. _registrations.Values, .. _legacy.OfType<EventRegistration>()];
            _registrations.Clear();
            Array.Clear(_legacy);
        }

        foreach (var registration in all)
        {
            if (registration.Subscription is { } subscription) await subscription.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async ValueTask Forget(ValueTask<int> task) => await task.ConfigureAwait(false);
}
