using Vireo.Rpc.Xdr;

namespace Vireo.Rpc.Server;

internal sealed partial class ServerClient
{
    private volatile bool _keepalive;
    private long _lastHeard;
    private int _unanswered;

    /// <summary>Called about once a second on the loop's thread.</summary>
    public void Tick()
    {
        var interval = Server.Options.KeepaliveInterval;
        if (!_keepalive || interval <= TimeSpan.Zero || Connection.IsPaused) return;
        long silent = Environment.TickCount64 - Volatile.Read(ref _lastHeard);
        if (silent < interval.TotalMilliseconds * (_unanswered + 1)) return;
        if (_unanswered >= Server.Options.KeepaliveCount)
        {
            Disconnect($"it did not answer {_unanswered} keepalive messages");
            return;
        }

        _unanswered++;
        SendKeepalive(RemoteProcedure.KeepalivePing);
    }

    private void StartKeepalive()
    {
        NoteAlive();
        _keepalive = true;
    }

    private void NoteAlive()
    {
        if (!_keepalive) return;
        Volatile.Write(ref _lastHeard, Environment.TickCount64);
        _unanswered = 0;
    }

    private void OnKeepalive(in PacketHeader header)
    {
        if (header.Procedure == RemoteProcedure.KeepalivePing) SendKeepalive(RemoteProcedure.KeepalivePong);
    }

    private void SendKeepalive(int procedure)
    {
        var writer = new XdrWriter();
        new PacketHeader(RemoteProcedure.KeepaliveProgram, 1, procedure, PacketType.Message, 0, PacketStatus.Ok).Write(ref writer);
        SendPacket(ref writer);
    }
}
