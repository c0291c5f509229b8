using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Vireo.Drivers;
using Vireo.Rpc.Xdr;

namespace Vireo.Rpc.Server;

/// <summary>One call of a client on its way through: what was asked, and the ways to answer, exactly one of which is taken.</summary>
internal sealed class ServerCall : IThreadPoolWorkItem
{
    private readonly PacketHeader _header;
    private byte[]? _payload;
    private int _payloadLength;

    public ServerCall(ServerClient client, in PacketHeader header, IReadOnlyList<SafeFileHandle> files)
    {
        Client = client;
        _header = header;
        Files = files;
    }

    public ServerClient Client { get; }

    public ref readonly PacketHeader Header => ref _header;

    public int Procedure => _header.Procedure;

    public IReadOnlyList<SafeFileHandle> Files { get; }

    /// <summary>Whether the answer is an error.</summary>
    public bool HasFailed { get; private set; }

    public DriverConnection Drivers => Client.Drivers;

    public AdminDriver Admin => Client.Admin;

    /// <summary>Ends when the server does: a job goes on when its client has left, as with libvirt.</summary>
    public CancellationToken CancellationToken => Client.Server.Stopping;

    /// <summary>Leaves the loop's thread: the payload is copied and the call runs on the pool.</summary>
    public void Queue(ReadOnlySpan<byte> payload)
    {
        _payload = ArrayPool<byte>.Shared.Rent(payload.Length);
        payload.CopyTo(_payload);
        _payloadLength = payload.Length;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        byte[] payload = _payload!;
        _payload = null;
        Client.Run(this, payload.AsSpan(0, _payloadLength));
        ArrayPool<byte>.Shared.Return(payload);
    }

    public void Answer(ValueTask task)
    {
        if (task.IsCompletedSuccessfully) ReplyEmpty();
        else _ = AnswerLaterAsync(task);
    }

    public void Answer<T>(ValueTask<T> task, XdrEncoder<T> encode)
    {
        if (task.IsCompletedSuccessfully) Reply(task.Result, encode);
        else _ = AnswerLaterAsync(task, encode);
    }

    public void AnswerStream(ValueTask<DriverStream> task) => _ = AnswerStreamLaterAsync(task);

    public void AnswerStream<T>(ValueTask<(T Value, DriverStream Stream)> task, XdrEncoder<T> encode) => _ = AnswerStreamLaterAsync(task, encode);

    public void AnswerFile(ValueTask<SafeFileHandle> task) => _ = AnswerFileLaterAsync(task);

    public void ReplyEmpty()
    {
        var writer = new XdrWriter();
        Start(PacketType.Reply).Write(ref writer);
        Client.Finish(this, ref writer);
    }

    public void Reply<T>(T value, XdrEncoder<T> encode)
    {
        var writer = new XdrWriter();
        try
        {
            Start(PacketType.Reply).Write(ref writer);
            encode(ref writer, value);
        }
        catch (Exception e)
        {
            writer.Dispose();
            Fail(e);
            return;
        }

        Client.Finish(this, ref writer);
    }

    /// <summary>A reply whose payload is encoded already.</summary>
    public void ReplyRaw(ReadOnlySpan<byte> payload)
    {
        var writer = new XdrWriter();
        Start(PacketType.Reply).Write(ref writer);
        writer.WriteRaw(payload);
        Client.Finish(this, ref writer);
    }

    /// <summary>The error reply; anything that is no <see cref="VireoException"/> is a fault of ours and is logged.</summary>
    public void Fail(Exception error)
    {
        HasFailed = true;
        var writer = new XdrWriter();
        (Start(PacketType.Reply) with { Status = PacketStatus.Error }).Write(ref writer);
        ErrorPayload.Write(ref writer, Client.Explain(error, _header));
        Client.Finish(this, ref writer);
    }

    private PacketHeader Start(PacketType type) => new(_header.Program, _header.Version, _header.Procedure, type, _header.Serial, PacketStatus.Ok);

    private async Task AnswerLaterAsync(ValueTask task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Fail(e);
            return;
        }

        ReplyEmpty();
    }

    private async Task AnswerLaterAsync<T>(ValueTask<T> task, XdrEncoder<T> encode)
    {
        T value;
        try
        {
            value = await task.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Fail(e);
            return;
        }

        Reply(value, encode);
    }

    private async Task AnswerStreamLaterAsync(ValueTask<DriverStream> task)
    {
        try
        {
            var stream = Client.OpenStream(this, await task.ConfigureAwait(false));
            ReplyEmpty();
            stream.Start();
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private async Task AnswerStreamLaterAsync<T>(ValueTask<(T Value, DriverStream Stream)> task, XdrEncoder<T> encode)
    {
        try
        {
            var (value, stream) = await task.ConfigureAwait(false);
            var opened = Client.OpenStream(this, stream);
            Reply(value, encode);
            opened.Start();
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private async Task AnswerFileLaterAsync(ValueTask<SafeFileHandle> task)
    {
        SafeFileHandle file;
        try
        {
            file = await task.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Fail(e);
            return;
        }

        var writer = new XdrWriter();
        Start(PacketType.ReplyWithFiles).Write(ref writer);
        writer.WriteUInt32(1);
        Client.Finish(this, ref writer, [file]);
    }
}
