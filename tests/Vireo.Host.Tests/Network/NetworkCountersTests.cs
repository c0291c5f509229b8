using Vireo.Host.Network;

namespace Vireo.Host.Tests.Network;

public sealed class NetworkCountersTests
{
    private const string Table = """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
            lo:     100       2    3    4    0     0          0         0      500       6    7    8    0     0       0          0
         a:b0:       1       0    0    0    0     0          0         0        2       0    0    0    0     0       0          0
         short: 1 2 3
        """;

    [Fact]
    public void ReadsTheKernelsTable()
    {
        var devices = NetworkCounters.Parse(Table);
        devices.Keys.ShouldBe(["lo", "a:b0"]);
        devices["lo"].ShouldBe(new(100, 2, 3, 4, 500, 6, 7, 8));
        devices["lo"].OtherEnd.ShouldBe(new(500, 6, 7, 8, 100, 2, 3, 4));
        devices["a:b0"].SentBytes.ShouldBe(2);
    }

    [Fact]
    public void ThisHostHasALoopback() => NetworkCounters.Read().Keys.ShouldContain("lo");
}
