using System.Text;
using Vireo.Host.Terminals;

namespace Vireo.Host.Tests.Terminals;

public sealed class DescriptorStreamTests
{
    [Fact]
    public async Task CarriesBytesBothWaysUnchanged()
    {
        var (controller, path) = PseudoTerminal.Create();
        await using var inside = new DescriptorStream(controller);
        await using var outside = new DescriptorStream(PseudoTerminal.Open(path));
        var buffer = new byte[64];
        // Control characters would be acted upon were it not raw.
        var text = Encoding.ASCII.GetBytes("a\r\n\u0003\u0004b");
        await inside.WriteAsync(text);
        (await ReadAsync(outside, text.Length)).ShouldBe(text);
        var reading = inside.ReadAsync(buffer).AsTask();
        reading.IsCompleted.ShouldBeFalse();
        await outside.WriteAsync(text);
        (await reading.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task ACancelledReadLosesNothingAndTheEndIsSeen()
    {
        var (controller, path) = PseudoTerminal.Create();
        await using var inside = new DescriptorStream(controller);
        var outside = new DescriptorStream(PseudoTerminal.Open(path));
        using var cancellation = new CancellationTokenSource();
        var reading = inside.ReadAsync(new byte[8], cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => reading);
        await outside.WriteAsync("x"u8.ToArray());
        (await ReadAsync(inside, 1)).ShouldBe("x"u8.ToArray());
        await outside.DisposeAsync();
        (await inside.ReadAsync(new byte[8]).AsTask().WaitAsync(TimeSpan.FromSeconds(10))).ShouldBe(0);
    }

    [Fact]
    public void WhatIsNoTerminalIsRefused()
    {
        Should.Throw<VireoException>(() => PseudoTerminal.Open("/dev/null")).Message.ShouldStartWith("cannot get settings of tty '/dev/null'");
        Should.Throw<VireoException>(() => PseudoTerminal.Open("/dev/pts/none")).Number1.ShouldBe(2);
    }

    private static async Task<byte[]> ReadAsync(Stream stream, int length)
    {
        var result = new byte[length];
        await stream.ReadExactlyAsync(result).AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        return result;
    }
}
