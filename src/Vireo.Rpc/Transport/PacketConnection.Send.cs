using System.Buffers;
using System.Runtime.InteropServices;

namespace Vireo.Rpc.Transport;

internal sealed partial class PacketConnection
{
    private const int CoalesceUpTo = 4096;
    private const int CoalesceBuffer = 16 * 1024;

    private readonly Queue<Segment> _queue = new(4);
    private Segment? _tail;
    private bool _sending;
    private bool _corked;
    private bool _blocked;
    private bool _endWhenSent;
    private long _queuedBytes;
    private TaskCompletionSource? _room;

    private sealed class Segment(byte[] buffer, int end, IReadOnlyList<SafeHandle>? files)
    {
        public byte[] Buffer => buffer;

        public int Start;

        public int End = end;

        public int FilesSent;

        public IReadOnlyList<SafeHandle>? Files => files;

        public void Release() => new OutgoingPacket(buffer, End, files).Release();
    }

    /// <summary>Bytes that wait to be sent.</summary>
    public long QueuedBytes => Volatile.Read(ref _queuedBytes);

    /// <summary>Sends a packet or queues it; it belongs to the connection from now on. False when the connection is gone.</summary>
    public bool Send(OutgoingPacket packet)
    {
        lock (_lock)
        {
            if (_closing)
            {
                packet.Release();
                return false;
            }

            Enqueue(packet);
            if (_corked || _sending || _blocked) return true;
            _sending = true;
        }

        Flush();
        return true;
    }

    /// <summary>Ends the connection once all that is queued has gone.</summary>
    public void CloseWhenSent()
    {
        lock (_lock)
        {
            _endWhenSent = true;
            if (_sending || _corked || _queue.Count > 0) return;
        }

        Close();
    }

    /// <summary>Waits until what is queued is little enough for more; ends at once when the connection goes.</summary>
    public Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_closing || _queuedBytes < HighWater) return Task.CompletedTask;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task.WaitAsync(cancellationToken);
        }
    }

    private void Enqueue(OutgoingPacket packet)
    {
        Interlocked.Add(ref _queuedBytes, packet.Length); // sending subtracts without the lock
        if (packet.Files is null && packet.Length <= CoalesceUpTo && _queue.Count > 0)
        {
            if (_tail is { Files: null } tail && tail.Buffer.Length - tail.End >= packet.Length && (!_sending || _queue.Count > 1))
            {
                packet.Buffer.AsSpan(0, packet.Length).CopyTo(tail.Buffer.AsSpan(tail.End));
                tail.End += packet.Length;
                packet.Release();
                return;
            }

            byte[] shared = ArrayPool<byte>.Shared.Rent(CoalesceBuffer);
            packet.Buffer.AsSpan(0, packet.Length).CopyTo(shared);
            int length = packet.Length;
            packet.Release();
            packet = new OutgoingPacket(shared, length);
        }

        _tail = new Segment(packet.Buffer, packet.Length, packet.Files);
        _queue.Enqueue(_tail);
    }

    /// <summary>From here on answers gather, to leave together in <see cref="Uncork"/>.</summary>
    private void Cork()
    {
        lock (_lock) _corked = true;
    }

    private void Uncork()
    {
        bool flush = false;
        bool end = false;
        lock (_lock)
        {
            _corked = false;
            if (_closing) end = !_sending;
            else if (_queue.Count == 0) end = _endWhenSent;
            else if (!_sending && !_blocked) flush = _sending = true;
        }

        if (flush) Flush();
        else if (end) EndOrClose();
    }

    private void EndOrClose()
    {
        if (!_closing) Close();
        else ScheduleEnd();
    }

    private void OnWritable()
    {
        lock (_lock)
        {
            if (_sending || _closing) return;
            _blocked = false;
            if (_queue.Count > 0) _sending = true;
        }

        SetInterest(Readiness.None, Readiness.Write);
        if (_sending) Flush();
    }

    /// <summary>Sends until the queue is empty or the socket is full. Only for whoever set <see cref="_sending"/>.</summary>
    private void Flush()
    {
        while (true)
        {
            Segment? segment = null;
            lock (_lock)
            {
                if (_closing || !_queue.TryPeek(out segment))
                {
                    _sending = false;
                    bool end = _closing || _endWhenSent;
                    if (!end) return;
                }
            }

            if (segment is null || !IsOpen)
            {
                EndOrClose();
                return;
            }

            if (!SendSegment(segment)) return;
            Complete(segment);
        }
    }

    private void Complete(Segment segment)
    {
        TaskCompletionSource? room = null;
        bool drained;
        lock (_lock)
        {
            if (_queue.Count > 0 && ReferenceEquals(_queue.Peek(), segment)) _queue.Dequeue();
            if (_queue.Count == 0) _tail = null;
            drained = QueuedBytes < LowWater;
            if (drained) (room, _room) = (_room, null);
        }

        segment.Release();
        room?.TrySetResult();

        // A handler takes no packets while too much waits to be sent; it is asked again now.
        if (drained) ResumeReading();
    }

    /// <summary>False when it could not all go: then somebody else goes on later.</summary>
    private unsafe bool SendSegment(Segment segment)
    {
        while (segment.Start < segment.End)
        {
            nint sent;
            fixed (byte* bytes = segment.Buffer)
                sent = Syscalls.Send(_descriptor, bytes + segment.Start, (nuint)(segment.End - segment.Start), Syscalls.MsgDontWait | Syscalls.MsgNoSignal);
            if (sent < 0 && !OnSendError()) return false;
            if (sent <= 0) continue;
            segment.Start += (int)sent;
            Interlocked.Add(ref _queuedBytes, -sent);
        }

        while (segment.Files is { } files && segment.FilesSent < files.Count)
        {
            nint sent = SendFile(files[segment.FilesSent]);
            if (sent < 0 && !OnSendError()) return false;
            if (sent > 0) segment.FilesSent++;
        }

        return true;
    }

    /// <summary>True to try again at once.</summary>
    private bool OnSendError()
    {
        int errno = Syscalls.Errno;
        if (errno == Syscalls.ErrnoInterrupted) return true;
        if (errno == Syscalls.ErrnoAgain)
        {
            lock (_lock)
            {
                _sending = false;
                _blocked = true;
                if (!_closing)
                {
                    if (!_closed && (_interest & Readiness.Write) == 0)
                    {
                        _interest |= Readiness.Write;
                        _loop.Modify(_descriptor, _token, _interest);
                    }

                    return false;
                }
            }

            ScheduleEnd();
            return false;
        }

        var reason = Syscalls.Failure("cannot send");
        lock (_lock)
        {
            _sending = false;
            if (!_closing) _closeReason = reason;
            _closing = true;
        }

        ScheduleEnd();
        return false;
    }

    private unsafe nint SendFile(SafeHandle file)
    {
        byte zero = 0;
        byte* control = stackalloc byte[24];
        new Span<byte>(control, 24).Clear();
        bool held = false;
        try
        {
            file.DangerousAddRef(ref held);
            *(long*)control = 20;
            *(int*)(control + 8) = Syscalls.SolSocket;
            *(int*)(control + 12) = Syscalls.ScmRights;
            *(int*)(control + 16) = (int)file.DangerousGetHandle();
            var vector = new Syscalls.IoVector { Base = &zero, Length = 1 };
            var message = new Syscalls.MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = 24 };
            return Syscalls.SendMessage(_descriptor, &message, Syscalls.MsgDontWait | Syscalls.MsgNoSignal);
        }
        finally
        {
            if (held) file.DangerousRelease();
        }
    }

    private void ReleaseQueue()
    {
        TaskCompletionSource? room;
        lock (_lock)
        {
            while (_queue.TryDequeue(out var segment)) segment.Release();
            _tail = null;
            _queuedBytes = 0;
            (room, _room) = (_room, null);
        }

        room?.TrySetResult();
    }
}
