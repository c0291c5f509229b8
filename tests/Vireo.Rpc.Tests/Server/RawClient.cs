using System.Buffers.Binary;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Vireo.Drivers;
using Vireo.Drivers.Test;
using Vireo.Rpc.Server;
using Vireo.Rpc.Transport;
using Vireo.Rpc.Xdr;

namespace Vireo.Rpc.Tests.Server;

/// <summary>A client that sends exactly the bytes it is told to.</summary>
internal sealed class RawClient : IDisposable
{
    public const uint Remote = RemoteProcedure.RemoteProgram;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket;

    private RawClient(SafeSocketHandle socket) => _socket = new Socket(socket);

    public static RpcServer Serve(RpcServerOptions? options = null, IDriver? driver = null) =>
        new(new DriverRegistry(driver ?? new TestDriver()), (options ?? new()) with { DefaultUri = "test:///default", Loops = 1 }, NullLogger.Instance);

    public static RawClient Connect(RpcServer server, bool readOnly = false)
    {
        var (here, there) = UnixSocket.Pair();
        server.Adopt(there, readOnly);
        return new RawClient(here);
    }

    public static RawClient Dial(string path) => new(UnixSocket.Connect(path));

    public static async Task<RawClient> OpenAsync(RpcServer server, bool readOnly = false)
    {
        var client = Connect(server, readOnly);
        await client.CallAsync(RemoteProcedure.AuthList);
        (await client.CallAsync(RemoteProcedure.ConnectOpen, OpenArgs("test:///default"))).Header.Status.ShouldBe(PacketStatus.Ok);
        return client;
    }

    public static byte[] OpenArgs(string? name, uint flags = 0) => Payload((ref XdrWriter writer, int _) => Codec.WriteRemoteConnectOpenArgs(ref writer, name, flags));

    public static byte[] Payload(XdrEncoder<int> write)
    {
        var writer = new XdrWriter();
        write(ref writer, 0);
        byte[] bytes = writer.Written.ToArray();
        writer.Dispose();
        return bytes;
    }

    public static byte[] Packet(PacketHeader header, ReadOnlySpan<byte> payload = default)
    {
        var writer = new XdrWriter();
        header.Write(ref writer);
        writer.WriteRaw(payload);
        writer.PatchUInt32(0, (uint)writer.Position);
        byte[] bytes = writer.Written.ToArray();
        writer.Dispose();
        return bytes;
    }

    public static PacketHeader Call(int procedure, uint serial = 7, uint program = Remote) => new(program, 1, procedure, PacketType.Call, serial, PacketStatus.Ok);

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (bytes.Length > 0) bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None, patience.Token)..];
    }

    public async Task<(PacketHeader Header, byte[] Payload)> CallAsync(int procedure, byte[]? payload = null, uint program = Remote)
    {
        await SendAsync(Packet(Call(procedure, program: program), payload));
        return await ReceiveAsync();
    }

    public async Task<VireoException> FailAsync(int procedure, byte[]? payload = null, uint program = Remote)
    {
        var (header, answer) = await CallAsync(procedure, payload, program);
        return Error(header, answer);
    }

    public static VireoException Error(PacketHeader header, byte[] payload)
    {
        header.Status.ShouldBe(PacketStatus.Error);
        var reader = new XdrReader(payload);
        return ErrorPayload.Read(ref reader);
    }

    public async Task<(PacketHeader Header, byte[] Payload)> ReceiveAsync()
    {
        byte[] length = await ReadAsync(4) ?? throw new EndOfStreamException();
        byte[] rest = await ReadAsync((int)BinaryPrimitives.ReadUInt32BigEndian(length) - 4) ?? throw new EndOfStreamException();
        return (PacketHeader.Read([.. length, .. rest]), rest[24..]);
    }

    /// <summary>Whether the server has closed the connection; waits for it.</summary>
    public async Task<bool> IsClosedAsync()
    {
        try
        {
            while (await ReadAsync(1) is not null)
            {
            }

            return true;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task<byte[]?> ReadAsync(int count)
    {
        using var patience = new CancellationTokenSource(Patience);
        byte[] bytes = new byte[count];
        for (int have = 0; have < count;)
        {
            int got = await _socket.ReceiveAsync(bytes.AsMemory(have), SocketFlags.None, patience.Token);
            if (got == 0) return null;
            have += got;
        }

        return bytes;
    }
}
