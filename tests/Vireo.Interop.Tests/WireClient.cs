using System.Buffers.Binary;
using System.Net.Sockets;

namespace Vireo.Interop.Tests;

/// <summary>A client that writes bytes of its choice to a daemon's socket and reads packets.</summary>
public sealed class WireClient : IAsyncDisposable
{
    public const uint RemoteProgram = 0x20008086;

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public static async Task<WireClient> ConnectAsync(ScratchDaemon daemon)
    {
        var client = new WireClient();
        await client._socket.ConnectAsync(new UnixDomainSocketEndPoint(daemon.SocketPath));
        return client;
    }

    /// <summary>A call packet; any word of its header can be set.</summary>
    public static byte[] Call(
        uint procedure, byte[]? payload = null, uint serial = 1, uint program = RemoteProgram, uint version = 1, uint type = 0, uint status = 0, uint? length = null)
    {
        payload ??= [];
        var packet = new byte[28 + payload.Length];
        uint[] words = [length ?? (uint)packet.Length, program, version, procedure, type, serial, status];
        for (int index = 0; index < words.Length; index++)
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4 * index), words[index]);
        payload.CopyTo(packet, 28);
        return packet;
    }

    /// <summary>The payload of CONNECT_OPEN.</summary>
    public static byte[] OpenPayload(string uri = "test:///default")
    {
        byte[] name = System.Text.Encoding.UTF8.GetBytes(uri);
        var payload = new byte[4 + 4 + (name.Length + 3) / 4 * 4 + 4];
        payload[3] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(4), (uint)name.Length);
        name.CopyTo(payload, 8);
        return payload;
    }

    /// <summary>Authenticates (with none) and opens the connection.</summary>
    public async Task OpenAsync()
    {
        await SendAsync(Call(66));
        (await ReceiveAsync()).ShouldNotBeNull();
        await SendAsync(Call(1, OpenPayload(), serial: 2));
        var reply = await ReceiveAsync();
        reply.ShouldNotBeNull();
        BinaryPrimitives.ReadUInt32BigEndian(reply.AsSpan(24)).ShouldBe(0u);
    }

    public async Task SendAsync(byte[] bytes)
    {
        using var timer = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        for (int sent = 0; sent < bytes.Length;)
            sent += await _socket.SendAsync(bytes.AsMemory(sent), timer.Token);
    }

    /// <summary>Sends until the peer takes no more for a second; returns how many bytes it took.</summary>
    public async Task<long> SendUntilStuckAsync(byte[] bytes, long most)
    {
        long total = 0;
        while (total < most)
        {
            using var timer = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            try
            {
                total += await _socket.SendAsync(bytes, timer.Token);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (SocketException)
            {
                break; // The daemon closed the connection: its right.
            }
        }

        return total;
    }

    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>The next packet; null when the daemon closes the connection; an empty array when it says nothing for a second.</summary>
    public async Task<byte[]?> ReceiveAsync()
    {
        using var timer = new CancellationTokenSource(TimeSpan.FromSeconds(1.5));
        try
        {
            var head = await ReadAsync(4, timer.Token);
            if (head is null)
                return null;
            var rest = await ReadAsync((int)BinaryPrimitives.ReadUInt32BigEndian(head) - 4, timer.Token);
            return rest is null ? null : [.. head, .. rest];
        }
        catch (OperationCanceledException)
        {
            return [];
        }
        catch (SocketException)
        {
            return null;
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<byte[]?> ReadAsync(int count, CancellationToken cancellationToken)
    {
        var buffer = new byte[count];
        for (int have = 0; have < count;)
        {
            int got = await _socket.ReceiveAsync(buffer.AsMemory(have), cancellationToken);
            if (got == 0)
                return null;
            have += got;
        }

        return buffer;
    }
}
