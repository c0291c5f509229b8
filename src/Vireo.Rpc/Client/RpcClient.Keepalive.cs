using Vireo.Rpc.Xdr;

namespace Vireo.Rpc.Client;

internal sealed partial class RpcClient
{
    private int _keepaliveCount;
    private long _keepaliveMilliseconds;
    private long _lastHeard;
    private int _unanswered;

    /// <summary>Asks the daemon for signs of life after each <paramref name="interval"/> of silence and gives the connection up after <paramref name="count"/> questions.</summary>
    public void StartKeepalive(TimeSpan interval, int count)
    {
        _keepaliveCount = count;
        Volatile.Write(ref _lastHeard, Environment.TickCount64);
        Volatile.Write(ref _keepaliveMilliseconds, (long)interval.TotalMilliseconds);
        _connection.Loop.EverySecond(Tick);
    }

    private void Tick()
    {
        if (!IsOpen)
        {
            _connection.Loop.NotEverySecond(Tick);
            return;
        }

        if (!CanTakePacket) return;
        long silent = Environment.TickCount64 - Volatile.Read(ref _lastHeard);
        if (silent < _keepaliveMilliseconds * (_unanswered + 1)) return;
        if (_unanswered >= _keepaliveCount)
        {
            _connection.Close(new TimeoutException($"the daemon did not answer {_unanswered} keepalive messages"));
            return;
        }

        _unanswered++;
        SendKeepalive(RemoteProcedure.KeepalivePing);
    }

    private void NoteAlive()
    {
        if (_keepaliveMilliseconds == 0) return;
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
