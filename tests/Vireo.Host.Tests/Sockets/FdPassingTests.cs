using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Files;
using Vireo.Host.Sockets;

namespace Vireo.Host.Tests.Sockets;

public sealed class FdPassingTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task PassesDescriptorsBesideData()
    {
        var (a, b) = UnixSocket.Pair();
        using var first = a;
        using var second = b;
        using var file = HostFile.CreateNew(_directory["f"]);
        RandomAccess.Write(file, "content"u8, 0);
        await FdPassing.SendAsync(a, "head"u8.ToArray());
        await FdPassing.SendAsync(a, new byte[] { 0 }, [file]);
        await FdPassing.SendAsync(a, new byte[] { 0 }, [file]);
        await FdPassing.SendAsync(a, "tail"u8.ToArray());

        List<SafeFileHandle> received = [];
        List<byte> data = [];
        var buffer = new byte[64];
        while (data.Count < 10)
        {
            var count = await FdPassing.ReceiveAsync(b, buffer, received);
            data.AddRange(buffer.AsSpan(0, count));
        }

        data.ToArray().ShouldBe("head\0\0tail"u8.ToArray());
        received.Count.ShouldBe(2);
        foreach (var handle in received)
        {
            var content = new byte[7];
            RandomAccess.Read(handle, content, 0).ShouldBe(7);
            content.ShouldBe("content"u8.ToArray());
            handle.Dispose();
        }
    }

    [Fact]
    public async Task WaitsForDataAndSeesTheEnd()
    {
        var (a, b) = UnixSocket.Pair();
        using var second = b;
        List<SafeFileHandle> received = [];
        var buffer = new byte[8];
        var read = FdPassing.ReceiveAsync(b, buffer, received).AsTask();
        read.IsCompleted.ShouldBeFalse();
        await FdPassing.SendAsync(a, new byte[] { 5 });
        (await read).ShouldBe(1);
        buffer[0].ShouldBe((byte)5);
        a.Dispose();
        (await FdPassing.ReceiveAsync(b, buffer, received)).ShouldBe(0);
        (await Should.ThrowAsync<VireoException>(async () => await FdPassing.SendAsync(b, buffer))).Number1.ShouldBe(32);
    }

    [Fact]
    public async Task AFullSocketIsWaitedFor()
    {
        var (a, b) = UnixSocket.Pair();
        using var first = a;
        using var second = b;
        var sent = new byte[4_000_000];
        Random.Shared.NextBytes(sent);
        var sending = FdPassing.SendAsync(a, sent).AsTask();
        var got = new MemoryStream();
        var buffer = new byte[65536];
        while (got.Length < sent.Length)
            got.Write(buffer, 0, await FdPassing.ReceiveAsync(b, buffer, new List<SafeFileHandle>()));
        await sending;
        got.ToArray().ShouldBe(sent);
    }

    [Fact]
    public async Task ACancelledReadLosesNothing()
    {
        var (a, b) = UnixSocket.Pair();
        using var first = a;
        using var second = b;
        using var cancellation = new CancellationTokenSource();
        var read = FdPassing.ReceiveAsync(b, new byte[4], new List<SafeFileHandle>(), cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => read);
        await FdPassing.SendAsync(a, new byte[] { 1, 2 });
        (await FdPassing.ReceiveAsync(b, new byte[4], new List<SafeFileHandle>())).ShouldBe(2);
    }

    [Fact]
    public void ManyDescriptorsInOneMessage()
    {
        var (a, b) = UnixSocket.Pair();
        using var first = a;
        using var second = b;
        var many = Enumerable.Repeat<SafeHandle>(a.SafeHandle, FdPassing.MaxDescriptors).ToList();
        FdPassing.TrySend(a.SafeHandle, [1], many).ShouldBe(1);
        List<SafeFileHandle> received = [];
        FdPassing.TryReceive(b.SafeHandle, new byte[1], received).ShouldBe(1);
        received.Count.ShouldBe(FdPassing.MaxDescriptors);
        received.ForEach(handle => handle.Dispose());
        FdPassing.TryReceive(b.SafeHandle, new byte[1], received).ShouldBe(-1);
        many.Add(a.SafeHandle);
        Should.Throw<ArgumentException>(() => FdPassing.TrySend(a.SafeHandle, [1], many));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(150)]
    public async Task ListensWithAModeAndKnowsItsPeer(int directoryLength)
    {
        var path = Path.Combine(Directory.CreateDirectory(_directory[new string('d', directoryLength)]).FullName, "sock");
        File.WriteAllText(path, "left by an earlier daemon");
        using var listener = UnixSocket.Listen(path, mode: 0x1B0);
        ((int)File.GetUnixFileMode(path)).ShouldBe(0x1B0);
        using var client = UnixSocket.Connect(path);
        using var server = await listener.AcceptAsync();
        UnixSocket.PeerOf(server).Pid.ShouldBe(Environment.ProcessId);
        UnixSocket.PeerOf(client).Pid.ShouldBe(Environment.ProcessId);
    }

    [Fact]
    public void ConnectingWhereNobodyListensNamesThePath()
    {
        var error = Should.Throw<VireoException>(() => UnixSocket.Connect(_directory["none"]));
        error.Number1.ShouldBe(2);
        error.Message.ShouldBe($"Failed to connect socket to '{_directory["none"]}': No such file or directory");
        File.WriteAllText(_directory["none"], "");
        Should.Throw<VireoException>(() => UnixSocket.Connect(_directory["none"])).Number1.ShouldBe(111);
    }
}
