using Vireo.Rpc.Server;
using Vireo.Rpc.Xdr;

namespace Vireo.Rpc.Tests.Server;

/// <summary>The edge cases in which clients see what libvirtd says.</summary>
public sealed class SessionTests
{
    private const int GetHostname = 59;
    private const int DefineXml = 11;

    [Fact]
    public async Task A_call_before_authentication_is_refused()
    {
        await using var server = RawClient.Serve();
        using var client = RawClient.Connect(server);
        var error = await client.FailAsync(GetHostname);
        (error.Code, error.Domain, error.Message).ShouldBe((ErrorCode.Rpc, ErrorDomain.Rpc, "authentication required"));
    }

    [Fact]
    public async Task A_call_before_open_is_refused()
    {
        await using var server = RawClient.Serve();
        using var client = RawClient.Connect(server);
        await client.CallAsync(RemoteProcedure.AuthList);
        var error = await client.FailAsync(GetHostname);
        (error.Code, error.Domain, error.Message).ShouldBe((ErrorCode.InternalError, ErrorDomain.Rpc, "internal error: hypervisor connection not open"));
    }

    [Fact]
    public async Task Opening_twice_and_opening_nothing_are_refused()
    {
        await using var server = RawClient.Serve();
        using var client = RawClient.Connect(server);
        await client.CallAsync(RemoteProcedure.AuthList);
        (await client.FailAsync(RemoteProcedure.ConnectOpen, RawClient.OpenArgs(null))).Message.ShouldBe("internal error: connection not open");
        (await client.CallAsync(RemoteProcedure.ConnectOpen, RawClient.OpenArgs(""))).Header.Status.ShouldBe(PacketStatus.Ok);
        (await client.FailAsync(RemoteProcedure.ConnectOpen, RawClient.OpenArgs(""))).Message.ShouldBe("internal error: connection already open");
    }

    [Theory]
    [InlineData(0x20008086u, 9999, "unknown procedure: 9999")]
    [InlineData(0x20008086u, 107, "unknown procedure: 107")]
    [InlineData(0x06900690u, 1, "Cannot find program 110102160 version 1")]
    public async Task What_is_unknown_is_named(uint program, int procedure, string message)
    {
        await using var server = RawClient.Serve();
        using var client = await RawClient.OpenAsync(server);
        var (header, payload) = await client.CallAsync(procedure, program: program);
        (header.Program, header.Procedure, header.Serial).ShouldBe((program, procedure, 7u));
        var error = RawClient.Error(header, payload);
        (error.Code, error.Domain, error.Message, error.Text1, error.Text2).ShouldBe((ErrorCode.Rpc, ErrorDomain.Rpc, message, "%s", message));
        (error.Number1, error.Number2).ShouldBe((-1, -1));
    }

    [Fact]
    public async Task Arguments_that_do_not_decode_are_refused_and_the_connection_goes_on()
    {
        await using var server = RawClient.Serve();
        using var client = await RawClient.OpenAsync(server);
        (await client.FailAsync(DefineXml, [0, 0, 0, 9, 1])).Message.ShouldBe("Unable to decode message payload");
        (await client.CallAsync(GetHostname)).Header.Status.ShouldBe(PacketStatus.Ok);
    }

    [Fact]
    public async Task Bytes_after_the_arguments_are_ignored()
    {
        await using var server = RawClient.Serve();
        using var client = await RawClient.OpenAsync(server);
        (await client.CallAsync(GetHostname, [1, 2, 3, 4])).Header.Status.ShouldBe(PacketStatus.Ok);
    }

    [Fact]
    public async Task A_call_that_says_it_failed_is_refused()
    {
        await using var server = RawClient.Serve();
        using var client = await RawClient.OpenAsync(server);
        await client.SendAsync(RawClient.Packet(RawClient.Call(GetHostname) with { Status = PacketStatus.Error }));
        var (header, payload) = await client.ReceiveAsync();
        RawClient.Error(header, payload).Message.ShouldBe("Unexpected message status 1");
    }

    [Fact]
    public async Task The_read_only_socket_refuses_changes_whatever_the_flags_say()
    {
        await using var server = RawClient.Serve();
        using var client = await RawClient.OpenAsync(server, readOnly: true);
        var error = await client.FailAsync(DefineXml, RawClient.Payload(static (ref XdrWriter writer, int _) => writer.WriteString("<domain/>", 100)));
        ((int)error.Code, (int)error.Domain, error.Message).ShouldBe((29, 20, "operation forbidden: read only access prevents virDomainDefineXML"));
    }

    [Fact]
    public async Task A_ping_is_answered_before_authentication()
    {
        await using var server = RawClient.Serve();
        using var client = RawClient.Connect(server);
        await client.SendAsync(RawClient.Packet(new PacketHeader(RemoteProcedure.KeepaliveProgram, 1, RemoteProcedure.KeepalivePing, PacketType.Message, 77, PacketStatus.Ok)));
        var (header, payload) = await client.ReceiveAsync();
        header.ShouldBe(new PacketHeader(RemoteProcedure.KeepaliveProgram, 1, RemoteProcedure.KeepalivePong, PacketType.Message, 0, PacketStatus.Ok));
        payload.ShouldBeEmpty();
    }

    [Fact]
    public async Task Closing_is_answered_before_the_socket_closes()
    {
        await using var server = RawClient.Serve();
        using var client = await RawClient.OpenAsync(server);
        (await client.CallAsync(RemoteProcedure.ConnectClose)).Header.Status.ShouldBe(PacketStatus.Ok);
        (await client.IsClosedAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_client_that_asked_for_keepalive_and_is_silent_is_dropped()
    {
        await using var server = RawClient.Serve(new RpcServerOptions { KeepaliveInterval = TimeSpan.FromMilliseconds(200), KeepaliveCount = 2 });
        using var client = RawClient.Connect(server);
        await client.CallAsync(RemoteProcedure.AuthList);
        (await client.CallAsync(RemoteProcedure.SupportsFeature, [0, 0, 0, 10])).Payload.ShouldBe([0, 0, 0, 1]);
        (await client.ReceiveAsync()).Header.Procedure.ShouldBe(RemoteProcedure.KeepalivePing);
        (await client.IsClosedAsync()).ShouldBeTrue();
    }
}
