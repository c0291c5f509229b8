using System.Buffers.Binary;
using Vireo.Rpc.Server;

namespace Vireo.Rpc.Tests.Server;

/// <summary>Bad packets and bad manners cost their sender the connection at most, and others nothing.</summary>
public sealed class HostileClientTests
{
    private const int GetHostname = 59;
    private const int GetCapabilities = 7;

    [Theory]
    [InlineData(0u)]
    [InlineData(27u)]
    [InlineData(33554437u)]
    [InlineData(uint.MaxValue)]
    public async Task A_length_that_can_be_none_drops_the_connection(uint length)
    {
        await using var server = RawClient.Serve();
        using var other = await RawClient.OpenAsync(server);
        using var client = RawClient.Connect(server);
        byte[] bytes = new byte[28];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, length);
        await client.SendAsync(bytes);
        (await client.IsClosedAsync()).ShouldBeTrue();
        (await other.CallAsync(GetHostname)).Header.Status.ShouldBe(PacketStatus.Ok);
    }

    [Fact]
    public async Task The_longest_packet_is_taken_in_small_pieces()
    {
        await using var server = RawClient.Serve();
        using var client = await RawClient.OpenAsync(server);
        byte[] packet = RawClient.Packet(RawClient.Call(GetHostname), new byte[WireLimits.MaxPacket - WireLimits.MinPacket]);
        var sending = client.SendAsync(packet);
        (await client.ReceiveAsync()).Header.Status.ShouldBe(PacketStatus.Ok);
        await sending;
    }

    [Fact]
    public async Task A_packet_that_comes_byte_by_byte_is_one_packet()
    {
        await using var server = RawClient.Serve();
        using var client = await RawClient.OpenAsync(server);
        foreach (byte one in RawClient.Packet(RawClient.Call(GetHostname))) await client.SendAsync(new[] { one });
        (await client.ReceiveAsync()).Header.Status.ShouldBe(PacketStatus.Ok);
    }

    [Fact]
    public async Task Many_calls_in_one_piece_are_all_answered()
    {
        await using var server = RawClient.Serve(new RpcServerOptions { MaxClientRequests = 3 });
        using var client = await RawClient.OpenAsync(server);
        byte[] all = [.. Enumerable.Range(0, 500).SelectMany(i => RawClient.Packet(RawClient.Call(i % 2 == 0 ? GetHostname : GetCapabilities, (uint)i)))];
        await client.SendAsync(all);
        var serials = new HashSet<uint>();
        for (int i = 0; i < 500; i++) serials.Add((await client.ReceiveAsync()).Header.Serial);
        serials.Count.ShouldBe(500);
    }

    [Fact]
    public async Task A_client_that_reads_nothing_is_not_served_without_end_and_hurts_nobody()
    {
        await using var server = RawClient.Serve();
        using var deaf = await RawClient.OpenAsync(server);
        using var other = await RawClient.OpenAsync(server);
        byte[] calls = [.. Enumerable.Range(0, 1000).SelectMany(i => RawClient.Packet(RawClient.Call(GetCapabilities, (uint)i)))];
        var sending = Task.Run(async () =>
        {
            for (int i = 0; i < 50; i++) await deaf.SendAsync(calls);
        });
        for (int i = 0; i < 200; i++) (await other.CallAsync(GetHostname)).Header.Status.ShouldBe(PacketStatus.Ok);
        sending.IsCompletedSuccessfully.ShouldBeFalse();
        GC.GetTotalMemory(forceFullCollection: true).ShouldBeLessThan(300L * 1024 * 1024);
        deaf.Dispose();
        await Should.ThrowAsync<Exception>(() => sending);
    }

    [Fact]
    public async Task Descriptors_announced_but_not_sent_leave_the_call_waiting_and_too_many_drop_it()
    {
        await using var server = RawClient.Serve();
        using var client = await RawClient.OpenAsync(server);
        var call = RawClient.Call(GetHostname) with { Type = PacketType.CallWithFiles };
        await client.SendAsync(RawClient.Packet(call, [0, 0, 0, 33]));
        (await client.IsClosedAsync()).ShouldBeTrue();
        using var second = await RawClient.OpenAsync(server);
        await second.SendAsync(RawClient.Packet(call, [0, 0, 0, 1]));
        await second.SendAsync(new byte[] { 0 });
        (await second.IsClosedAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Random_packets_are_refused_one_by_one()
    {
        await using var server = RawClient.Serve();
        using var witness = await RawClient.OpenAsync(server);
        var random = new Random(4711);
        using var client = await RawClient.OpenAsync(server);
        for (int i = 0; i < 3000; i++)
        {
            byte[] payload = new byte[random.Next(0, 64) * 4];
            random.NextBytes(payload);
            int procedure = random.Next(3, 460);
            if (procedure is RemoteProcedure.ConnectClose) continue;
            uint program = random.Next(8) == 0 ? RemoteProcedure.QemuProgram : RawClient.Remote;
            await client.SendAsync(RawClient.Packet(RawClient.Call(procedure, (uint)(i + 100), program), payload));
            while ((await client.ReceiveAsync()).Header is not { Type: PacketType.Reply } header || header.Serial != (uint)(i + 100))
            {
            }
        }

        (await witness.CallAsync(GetHostname)).Header.Status.ShouldBe(PacketStatus.Ok);
    }

    [Fact]
    public async Task More_clients_than_allowed_wait_for_room()
    {
        string path = Path.Combine(Path.GetTempPath(), $"vireo-{Guid.NewGuid():n}");
        await using var server = RawClient.Serve(new RpcServerOptions { MaxClients = 1 });
        server.Listen(path, UnixFileMode.UserRead | UnixFileMode.UserWrite, readOnly: false);
        using var first = RawClient.Dial(path);
        await first.CallAsync(RemoteProcedure.AuthList);
        using var second = RawClient.Dial(path);
        var waiting = second.CallAsync(RemoteProcedure.AuthList);
        (await first.CallAsync(RemoteProcedure.AuthList)).Header.Status.ShouldBe(PacketStatus.Ok);
        waiting.IsCompleted.ShouldBeFalse();
        first.Dispose();
        (await waiting).Header.Status.ShouldBe(PacketStatus.Ok);
        File.Delete(path);
    }
}
