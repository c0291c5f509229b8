namespace Vireo.Interop.Tests;

/// <summary>Packets no honest client sends: the daemon answers as libvirtd does, lives, and other clients notice nothing.</summary>
public sealed class BadPacketTests(DaemonPair daemons)
{
    private static readonly byte[] Huge = [0x7f, 0xff, 0xff, 0xff];

    private static readonly Dictionary<string, (bool Opened, byte[] Bytes, bool End)> Cases = new()
    {
        ["length zero"] = (false, WireClient.Call(66, length: 0), false),
        ["length shorter than the header"] = (false, WireClient.Call(66, length: 20), false),
        ["length over the limit"] = (false, WireClient.Call(66, length: 0x7fffffff), false),
        ["length negative"] = (false, WireClient.Call(66, length: 0xffffffff), false),
        ["text instead of a packet"] = (false, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), false),
        ["cut off in the header"] = (false, WireClient.Call(66)[..10], true),
        ["cut off in the payload"] = (true, WireClient.Call(23, [0, 0, 0, 4])[..30], true),
        ["unknown program"] = (true, WireClient.Call(1, program: 0x12345678), false),
        ["unknown version"] = (true, WireClient.Call(59, version: 9), false),
        ["unknown procedure"] = (true, WireClient.Call(99999), false),
        ["procedure zero"] = (true, WireClient.Call(0), false),
        ["reply from a client"] = (true, WireClient.Call(59, type: 1), false),
        ["event from a client"] = (true, WireClient.Call(59, type: 2), false),
        ["unknown packet type"] = (true, WireClient.Call(59, type: 77), false),
        ["status in a call"] = (true, WireClient.Call(59, status: 1), false),
        ["payload missing"] = (true, WireClient.Call(23), false),
        ["string longer than the packet"] = (true, WireClient.Call(23, Huge), false),
        ["string over its limit"] = (true, WireClient.Call(23, [0x00, 0x50, 0x00, 0x00, 0x61, 0x61, 0x61, 0x61]), false),
        ["stream packet without a stream"] = (true, WireClient.Call(201, [1, 2, 3, 4], type: 3, status: 2), false),
        ["opened twice"] = (true, WireClient.Call(1, WireClient.OpenPayload()), false),
    };

    // Where vireod means to do otherwise: libvirtd drops these packets without a word and the client waits for ever.
    private static readonly string[] Refused = ["reply from a client", "event from a client", "unknown packet type"];

    public static IEnumerable<TheoryDataRow<string>> Names() => Cases.Keys.Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Answer_is_libvirtds_and_the_daemon_lives(string name)
    {
        var (opened, bytes, end) = Cases[name];
        var expected = await SayAsync(await daemons.GetAsync(DaemonKind.Libvirtd), opened, bytes, end);
        var vireod = await daemons.GetAsync(DaemonKind.Vireod);
        await using var other = await WireClient.ConnectAsync(vireod);
        await other.OpenAsync();

        var actual = await SayAsync(vireod, opened, bytes, end);

        vireod.IsRunning.ShouldBeTrue();
        await other.SendAsync(WireClient.Call(59, serial: 3));
        (await other.ReceiveAsync()).ShouldNotBeNull("the other client is served");
        if (Refused.Contains(name))
            (expected, actual).ShouldBe(("silent", "closed"));
        else
            actual.ShouldBe(expected);
    }

    [Fact]
    public async Task Random_bytes_do_no_harm()
    {
        var vireod = await daemons.GetAsync(DaemonKind.Vireod);
        var random = new Random(20260101);
        for (int round = 0; round < 200; round++)
        {
            await using var client = await WireClient.ConnectAsync(vireod);
            var payload = new byte[random.Next(0, 200)];
            random.NextBytes(payload);
            if (round % 2 == 0)
                await client.OpenAsync();
            await client.SendAsync(round % 3 == 0 ? payload : WireClient.Call((uint)random.Next(1, 455), payload));
            client.EndSending();
        }

        vireod.IsRunning.ShouldBeTrue(vireod.Log);
        await ShouldServeAsync(vireod);
    }

    [Fact]
    public async Task Client_that_stops_reading_harms_nobody()
    {
        var vireod = await daemons.GetAsync(DaemonKind.Vireod);
        await using var deaf = await WireClient.ConnectAsync(vireod);
        await deaf.OpenAsync();
        byte[] calls = [.. Enumerable.Range(0, 1000).SelectMany(index => WireClient.Call(59, serial: (uint)(index + 10)))];

        long taken = await deaf.SendUntilStuckAsync(calls, 256L << 20);

        taken.ShouldBeLessThan(64L << 20, "the daemon stops taking calls whose answers nobody reads");
        ResidentMiB(vireod.ProcessId).ShouldBeLessThan(300);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await ShouldServeAsync(vireod);
        watch.Elapsed.TotalSeconds.ShouldBeLessThan(5);
    }

    private static async Task ShouldServeAsync(ScratchDaemon daemon)
    {
        await using var client = await WireClient.ConnectAsync(daemon);
        await client.OpenAsync();
        await client.SendAsync(WireClient.Call(59, serial: 3));
        (await client.ReceiveAsync()).ShouldNotBeNull("a client is served").Length.ShouldBeGreaterThan(28);
    }

    private static async Task<string> SayAsync(ScratchDaemon daemon, bool opened, byte[] bytes, bool end)
    {
        await using var client = await WireClient.ConnectAsync(daemon);
        if (opened)
            await client.OpenAsync();
        await client.SendAsync(bytes);
        if (end)
            client.EndSending();
        return (await client.ReceiveAsync()) switch
        {
            null => "closed",
            [] => "silent",
            var packet => Readable(packet),
        };
    }

    /// <summary>The header words and, of an error, its code, domain and message.</summary>
    private static string Readable(byte[] packet)
    {
        string header = string.Join(' ', Enumerable.Range(1, 6).Select(index => Word(packet, index)));
        if (Word(packet, 6) != 1)
            return header;
        // code, domain, message (an optional string)
        string message = Word(packet, 9) == 1 ? System.Text.Encoding.UTF8.GetString(packet, 44, (int)Word(packet, 10)) : "";
        return $"{header}: error {Word(packet, 7)} of {Word(packet, 8)}: {message}";
    }

    private static uint Word(byte[] packet, int index) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(4 * index));

    private static long ResidentMiB(int process) =>
        long.Parse(File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            System.Globalization.CultureInfo.InvariantCulture) / 1024;
}
