using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Vireo.Drivers;
using Vireo.Rpc.Transport;
using Vireo.Rpc.Xdr;

namespace Vireo.Rpc.Client;

/// <summary>One connection to a daemon: calls from any thread, matched to their answers by serial. When the connection goes, everything that waits on it fails.</summary>
internal sealed partial class RpcClient : IPacketHandler, IAsyncDisposable
{
    private readonly ConcurrentDictionary<uint, PendingCall> _pending = new();
    private readonly TaskCompletionSource<Exception?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PacketConnection _connection;
    private uint _serial;

    /// <param name="loop">The loop that watches the socket.</param>
    /// <param name="socket">A stream socket to the daemon, owned from now on.</param>
    public RpcClient(EventLoop loop, SafeSocketHandle socket)
    {
        _connection = new PacketConnection(loop, socket, this);
        _connection.Start();
    }

    /// <summary>Completes with the reason when the connection ends; null when this end closed it.</summary>
    public Task<Exception?> Closed => _closed.Task;

    public bool CanTakePacket => !StreamsAreFull;

    public bool IsOpen => _connection.IsOpen;

    /// <summary>Starts a call: the writer is past the header, the arguments come next.</summary>
    public XdrWriter Begin(uint program, uint version, int procedure, out uint serial, int files = -1)
    {
        serial = Interlocked.Increment(ref _serial);
        var writer = new XdrWriter();
        new PacketHeader(program, version, procedure, files < 0 ? PacketType.Call : PacketType.CallWithFiles, serial, PacketStatus.Ok).Write(ref writer);
        if (files >= 0) writer.WriteUInt32((uint)files);
        return writer;
    }

    public ValueTask CallAsync(ref XdrWriter writer, uint serial, CancellationToken cancellationToken) =>
        CallAsync(ref writer, serial, [], cancellationToken);

    public ValueTask CallAsync(ref XdrWriter writer, uint serial, IReadOnlyList<SafeFileHandle> files, CancellationToken cancellationToken)
    {
        var pending = Send(ref writer, serial, new PendingCall<bool>(static (ref XdrReader reader) => true), files);
        return new ValueTask(WaitAsync(pending, serial, cancellationToken));
    }

    public ValueTask<T> CallAsync<T>(ref XdrWriter writer, uint serial, XdrDecoder<T> decode, CancellationToken cancellationToken) =>
        CallAsync(ref writer, serial, decode, [], cancellationToken);

    public ValueTask<T> CallAsync<T>(ref XdrWriter writer, uint serial, XdrDecoder<T> decode, IReadOnlyList<SafeFileHandle> files, CancellationToken cancellationToken) =>
        new(WaitAsync(Send(ref writer, serial, new PendingCall<T>(decode), files), serial, cancellationToken));

    public async ValueTask<SafeFileHandle> WaitFileAsync(PendingCall<bool> pending, uint serial, CancellationToken cancellationToken)
    {
        await WaitAsync(pending, serial, cancellationToken).ConfigureAwait(false);
        return pending.TakeFile() ?? throw new VireoException(ErrorCode.Rpc, ErrorDomain.Rpc, "the daemon sent no file descriptor");
    }

    public ValueTask<SafeFileHandle> CallFileAsync(ref XdrWriter writer, uint serial, CancellationToken cancellationToken) =>
        WaitFileAsync(Send(ref writer, serial, new PendingCall<bool>(static (ref XdrReader reader) => true), []), serial, cancellationToken);

    public ValueTask<DriverStream> CallStreamAsync(ref XdrWriter writer, uint serial, uint program, int procedure, CancellationToken cancellationToken)
    {
        var stream = OpenStream(serial, program, procedure);
        var pending = Send(ref writer, serial, new PendingCall<bool>(static (ref XdrReader reader) => true), []);
        return WaitStreamAsync(pending, stream, serial, cancellationToken);
    }

    public ValueTask<(T Value, DriverStream Stream)> CallStreamAsync<T>(ref XdrWriter writer, uint serial, XdrDecoder<T> decode, uint program, int procedure, CancellationToken cancellationToken)
    {
        var stream = OpenStream(serial, program, procedure);
        var pending = Send(ref writer, serial, new PendingCall<T>(decode), []);
        return WaitStreamAsync(pending, stream, serial, cancellationToken);
    }

    public void OnPacket(in PacketHeader header, ReadOnlySpan<byte> payload, IReadOnlyList<SafeFileHandle> files)
    {
        NoteAlive();
        switch (header.Type)
        {
            case PacketType.Reply or PacketType.ReplyWithFiles:
                OnReply(header, payload, files);
                return;
            case PacketType.Stream or PacketType.StreamHole:
                OnStream(header, payload);
                return;
            case PacketType.Message when header.Program == RemoteProcedure.KeepaliveProgram:
                OnKeepalive(header);
                return;
            case PacketType.Message:
                OnEvent(header, payload);
                return;
            default:
                _connection.Close(new InvalidDataException($"the daemon sent a packet of type {(int)header.Type}, which daemons do not send"));
                return;
        }
    }

    public void OnClosed(Exception? reason)
    {
        _closed.TrySetResult(reason);
        var error = Gone(reason);
        foreach (uint serial in _pending.Keys)
        {
            if (_pending.TryRemove(serial, out var pending)) pending.Fail(error);
        }

        CloseStreams(error);
    }

    public ValueTask DisposeAsync()
    {
        _connection.CloseWhenSent();
        return ValueTask.CompletedTask;
    }

    internal void SendPacket(ref XdrWriter writer)
    {
        writer.PatchUInt32(0, (uint)writer.Position);
        byte[] buffer = writer.Detach(out int length);
        _connection.Send(new OutgoingPacket(buffer, length));
    }

    private static VireoException Gone(Exception? reason) =>
        new(ErrorCode.Rpc, ErrorDomain.Rpc, reason is null ? "the connection is closed" : $"the connection to the daemon is lost: {reason.Message}", reason);

    private TPending Send<TPending>(ref XdrWriter writer, uint serial, TPending pending, IReadOnlyList<SafeFileHandle> files)
        where TPending : PendingCall
    {
        _pending[serial] = pending;
        writer.PatchUInt32(0, (uint)writer.Position);
        byte[] buffer = writer.Detach(out int length);
        var sent = files.Count == 0 ? new OutgoingPacket(buffer, length) : new OutgoingPacket(buffer, length, [.. files.Select(Duplicate)]);
        if (!_connection.Send(sent) && _pending.TryRemove(serial, out _)) pending.Fail(Gone(null));
        return pending;
    }

    // The packet closes what it carries; the caller keeps its own.
    private static SafeFileHandle Duplicate(SafeFileHandle file)
    {
        int copy = Syscalls.Duplicate((int)file.DangerousGetHandle(), Syscalls.DuplicateCloseOnExec, 0);
        return copy < 0 ? throw Syscalls.Failure("cannot pass a file descriptor") : new SafeFileHandle(copy, ownsHandle: true);
    }

    private async Task<T> WaitAsync<T>(PendingCall<T> pending, uint serial, CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled) return await pending.Task.ConfigureAwait(false);
        try
        {
            return await pending.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _pending.TryRemove(serial, out _);
            throw;
        }
    }

    private void OnReply(in PacketHeader header, ReadOnlySpan<byte> payload, IReadOnlyList<SafeFileHandle> files)
    {
        if (!_pending.TryRemove(header.Serial, out var pending))
        {
            foreach (var file in files) file.Dispose();
            return;
        }

        if (header.Status != PacketStatus.Ok) CloseStream(header.Serial);
        pending.Complete(header, payload, files);
    }
}
