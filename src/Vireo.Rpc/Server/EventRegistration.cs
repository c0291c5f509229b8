using Vireo.Drivers;

namespace Vireo.Rpc.Server;

/// <summary>A client's wish for one kind of event. What happens before the client knows the number of its callback waits until it does.</summary>
internal sealed class EventRegistration(ServerClient client, int? callbackId)
{
    private const int MaxHeld = 1024;

    private readonly Lock _lock = new();
    private List<DriverEvent>? _held = [];

    /// <summary>The number that the client knows it by; null in the old way, where there is none.</summary>
    public int? CallbackId => callbackId;

    public IAsyncDisposable? Subscription { get; set; }

    public void OnEvent(DriverEvent happened)
    {
        lock (_lock)
        {
            if (_held is { } held)
            {
                if (held.Count < MaxHeld) held.Add(happened);
                return;
            }
        }

        client.SendEvent(happened, callbackId);
    }

    /// <summary>The client has been told; events go out from now on, those that waited first.</summary>
    public void Release()
    {
        while (true)
        {
            List<DriverEvent> held;
            lock (_lock)
            {
                held = _held!;
                if (held.Count == 0)
                {
                    _held = null;
                    return;
                }

                _held = [];
            }

            foreach (var happened in held) client.SendEvent(happened, callbackId);
        }
    }
}
