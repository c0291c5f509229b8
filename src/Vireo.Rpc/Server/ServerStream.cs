using System.Buffers;
using System.Threading.Channels;
using Vireo.Drivers;
using Vireo.Rpc.Transport;
using Vireo.Rpc.Xdr;

namespace Vireo.Rpc.Server;

/// <summary>
/// A stream between a client and a driver: one task reads the driver and sends, one takes what the client sent and writes it. Both ways are
/// bounded: the first waits while the socket is full, the second stops the reading of the socket.
/// </summary>
internal sealed class ServerStream
{
    private const int FirstChunk = 4096;
    private const long FullAt = 1024 * 1024;

    private readonly ServerClient _client;
    private readonly PacketHeader _header;
    private readonly DriverStream _stream;
    private readonly CancellationTokenSource _reading;
    private readonly Channel<Incoming> _incoming = Channel.CreateUnbounded<Incoming>(new UnboundedChannelOptions { SingleReader = true });
    private Task _pump = Task.CompletedTask;
    private long _waiting;
    private int _full;
    private int _over;

    private readonly record struct Incoming(byte[]? Data, int Length, PacketStatus Status);

    public ServerStream(ServerClient client, in PacketHeader call, DriverStream stream)
    {
        _client = client;
        _header = call;
        _stream = stream;
        _reading = CancellationTokenSource.CreateLinkedTokenSource(client.Gone, client.Server.Stopping);
    }

    public uint Serial => _header.Serial;

    public void Start()
    {
        _pump = SendAsync();
        _ = ReceiveAsync();
    }

    /// <summary>A packet of the client; on the loop's thread. The queue is bounded by the client's socket not being read while it is full.</summary>
    public void OnPacket(PacketStatus status, ReadOnlySpan<byte> payload)
    {
        if (status == PacketStatus.Continue && payload.IsEmpty) return;
        byte[]? data = null;
        if (status == PacketStatus.Continue)
        {
            data = ArrayPool<byte>.Shared.Rent(payload.Length);
            payload.CopyTo(data);
            if (Interlocked.Add(ref _waiting, payload.Length) > FullAt && Interlocked.Exchange(ref _full, 1) == 0) _client.StreamFilled();
        }

        if (!_incoming.Writer.TryWrite(new Incoming(data, payload.Length, status)) && data is not null) ArrayPool<byte>.Shared.Return(data);
    }

    /// <summary>Ends the stream with an error that the client is told.</summary>
    public void Fail(Exception error)
    {
        if (!End()) return;
        Send(PacketStatus.Error, _client.Explain(error, _header));
        _ = GiveUpAsync();
    }

    public async Task GiveUpAsync()
    {
        try
        {
            await _stream.AbortAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _client.Explain(e, _header);
        }
    }

    /// <summary>True for the one who ends it.</summary>
    private bool End()
    {
        if (Interlocked.Exchange(ref _over, 1) != 0) return false;
        _client.CloseStream(this);
        _reading.Cancel();
        _incoming.Writer.TryComplete();
        Relieve();
        return true;
    }

    private async Task SendAsync()
    {
        int chunk = FirstChunk;
        try
        {
            while (true)
            {
                await _client.Connection.WaitForRoomAsync(_reading.Token).ConfigureAwait(false);
                byte[] buffer = ArrayPool<byte>.Shared.Rent(WireLimits.MinPacket + chunk);
                int room = Math.Min(buffer.Length - WireLimits.MinPacket, WireLimits.MaxStreamChunk);
                int count;
                try
                {
                    count = await _stream.ReadAsync(buffer.AsMemory(WireLimits.MinPacket, room), _reading.Token).ConfigureAwait(false);
                }
                catch
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    throw;
                }

                SendData(buffer, count);
                if (count == 0) return;
                if (count == room && chunk < WireLimits.MaxStreamChunk) chunk = Math.Min(chunk * 8, WireLimits.MaxStreamChunk);
            }
        }
        catch (OperationCanceledException) when (_reading.IsCancellationRequested)
        {
        }
        catch (VireoException e) when (e.Code == ErrorCode.NoSupport)
        {
            // A stream that is only written to: there is nothing to send.
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private async Task ReceiveAsync()
    {
        try
        {
            await foreach (var packet in _incoming.Reader.ReadAllAsync(_reading.Token).ConfigureAwait(false))
            {
                if (packet.Data is { } data) await WriteAsync(data, packet.Length).ConfigureAwait(false);
                else if (packet.Status == PacketStatus.Ok) await FinishAsync().ConfigureAwait(false);
                else if (packet.Status == PacketStatus.Error) await AbortAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_reading.IsCancellationRequested)
        {
            if (End()) await GiveUpAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private async Task WriteAsync(byte[] data, int length)
    {
        try
        {
            await _stream.WriteAsync(data.AsMemory(0, length), _reading.Token).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(data);
            if (Interlocked.Add(ref _waiting, -length) < FullAt / 2) Relieve();
        }
    }

    private async Task FinishAsync()
    {
        if (!End()) return;
        await _pump.ConfigureAwait(false);
        try
        {
            await _stream.FinishAsync(_client.Server.Stopping).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Send(PacketStatus.Error, _client.Explain(e, _header));
            return;
        }

        Send(PacketStatus.Ok, null);
    }

    private async Task AbortAsync()
    {
        if (!End()) return;
        await _pump.ConfigureAwait(false);
        await GiveUpAsync().ConfigureAwait(false);
        Send(PacketStatus.Ok, null);
    }

    private void Relieve()
    {
        if (Interlocked.Exchange(ref _full, 0) != 0) _client.StreamEmptied();
    }

    private void Send(PacketStatus status, VireoException? error)
    {
        var writer = new XdrWriter();
        (_header with { Type = PacketType.Stream, Status = status }).Write(ref writer);
        if (error is not null) ErrorPayload.Write(ref writer, error);
        _client.SendPacket(ref writer);
    }

    // The header is written into the room left before the data, so that the data is not copied.
    private void SendData(byte[] buffer, int count)
    {
        var writer = new XdrWriter();
        (_header with { Type = PacketType.Stream, Status = PacketStatus.Continue }).Write(ref writer);
        writer.PatchUInt32(0, (uint)(WireLimits.MinPacket + count));
        writer.Written.CopyTo(buffer);
        writer.Dispose();
        _client.Connection.Send(new OutgoingPacket(buffer, WireLimits.MinPacket + count));
    }
}
