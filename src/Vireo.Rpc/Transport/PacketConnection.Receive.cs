using System.Buffers;
using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Vireo.Rpc.Transport;

internal sealed partial class PacketConnection
{
    private const int Step = 64 * 1024;

    private readonly Queue<SafeFileHandle> _files = new(0);
    private byte[]? _partial;
    private int _have;
    private volatile bool _paused;
    private bool _receiving;
    private int _resumePending;

    /// <summary>Asks the handler again whether it takes packets. Safe from any thread; cheap while reading goes on.</summary>
    public void ResumeReading()
    {
        Interlocked.MemoryBarrier();
        if (!_paused || Interlocked.Exchange(ref _resumePending, 1) != 0) return;
        _loop.Post(Resume);
    }

    private void Resume()
    {
        Volatile.Write(ref _resumePending, 0);
        if (_closed || _closing || !_paused || !_handler.CanTakePacket) return;
        _paused = false;
        if (_partial is { } partial && !Consume(partial, partial.AsSpan(0, _have))) return;
        if (!_paused) SetInterest(Readiness.Read, Readiness.None);
    }

    private void Receive()
    {
        byte[] buffer = _partial ?? _loop.Scratch;
        int at = _partial is null ? 0 : _have;
        int received = ReceiveInto(buffer.AsSpan(at));
        if (received == 0)
        {
            Close(new EndOfStreamException("the other end closed the connection"));
            return;
        }

        if (received > 0 && !_closing) Consume(buffer, buffer.AsSpan(0, at + received));
    }

    /// <summary>Handles every whole packet and keeps the rest. False when the connection was given up.</summary>
    private bool Consume(byte[] buffer, Span<byte> bytes)
    {
        int used = 0;
        int want = WireLimits.LengthWord;
        _receiving = true;
        Cork();
        try
        {
            while (!_closing)
            {
                int frame = FrameLength(bytes[used..]);
                if (frame < 0) return Refuse();
                want = frame;
                if (frame == 0 || bytes.Length - used < frame) break;
                if (!MayTake()) break;
                if (!Deliver(bytes.Slice(used, frame))) return Refuse();
                used += frame;
            }
        }
        finally
        {
            _receiving = false;
            if (!_closing) Keep(buffer, bytes[used..], want);
            Uncork();
        }

        return !_closing;
    }

    private bool Refuse()
    {
        Close(new InvalidDataException("the other end broke the protocol"));
        return false;
    }

    private bool MayTake()
    {
        if (_handler.CanTakePacket) return true;
        _paused = true;
        Interlocked.MemoryBarrier();
        if (_handler.CanTakePacket)
        {
            _paused = false;
            return true;
        }

        SetInterest(Readiness.None, Readiness.Read);
        return false;
    }

    /// <summary>Bytes of the packet at hand with the byte of each descriptor after it; 0 when not yet known, -1 when it can be no packet.</summary>
    private static int FrameLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < WireLimits.LengthWord) return 0;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (length is < WireLimits.MinPacket or > WireLimits.MaxPacket) return -1;
        if (bytes.Length < length) return (int)length;
        if (!PacketHeader.Read(bytes).HasFiles) return (int)length;
        if (length < WireLimits.MinPacket + 4) return -1;
        uint files = BinaryPrimitives.ReadUInt32BigEndian(bytes[WireLimits.MinPacket..]);
        return files > WireLimits.MaxFiles ? -1 : (int)(length + files);
    }

    private bool Deliver(ReadOnlySpan<byte> frame)
    {
        int length = (int)BinaryPrimitives.ReadUInt32BigEndian(frame);
        var header = PacketHeader.Read(frame);
        var files = Array.Empty<SafeFileHandle>();
        int start = WireLimits.MinPacket;
        if (header.HasFiles)
        {
            if (_files.Count < frame.Length - length) return false;
            files = new SafeFileHandle[frame.Length - length];
            for (int i = 0; i < files.Length; i++) files[i] = _files.Dequeue();
            start += 4;
        }

        _handler.OnPacket(header, frame[start..length], files);
        return true;
    }

    /// <summary>Holds on to a packet that is not whole. The buffer grows with the bytes that came, never by what the length word claims.</summary>
    private void Keep(byte[] buffer, ReadOnlySpan<byte> rest, int want)
    {
        bool own = ReferenceEquals(buffer, _partial);
        if (rest.IsEmpty)
        {
            ReleasePartial();
            return;
        }

        int size = Math.Max(rest.Length + 1, Math.Min(want, Math.Max(rest.Length * 2, rest.Length + Step)));
        if (own && buffer.Length >= size)
        {
            rest.CopyTo(buffer);
        }
        else
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(size);
            rest.CopyTo(larger);
            ReleasePartial();
            _partial = larger;
        }

        _have = rest.Length;
    }

    private unsafe int ReceiveInto(Span<byte> buffer)
    {
        byte* control = stackalloc byte[Syscalls.ControlSize];
        fixed (byte* target = buffer)
        {
            var vector = new Syscalls.IoVector { Base = target, Length = (nuint)buffer.Length };
            var message = new Syscalls.MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = Syscalls.ControlSize };
            nint got = Syscalls.ReceiveMessage(_descriptor, &message, Syscalls.MsgDontWait | Syscalls.MsgCloseOnExec);
            if (got < 0)
            {
                if (Syscalls.Errno is Syscalls.ErrnoAgain or Syscalls.ErrnoInterrupted) return -1;
                Close(Syscalls.Failure("cannot receive"));
                return -1;
            }

            if (message.ControlLength > 0 && !TakeFiles(control, (int)message.ControlLength, message.Flags))
            {
                Refuse();
                return -1;
            }

            return (int)got;
        }
    }

    private unsafe bool TakeFiles(byte* control, int length, int flags)
    {
        for (int at = 0; at + 16 <= length;)
        {
            long size = *(long*)(control + at);
            if (size < 16 || at + size > length) break;
            if (*(int*)(control + at + 8) == Syscalls.SolSocket && *(int*)(control + at + 12) == Syscalls.ScmRights)
            {
                for (int offset = 16; offset + 4 <= size; offset += 4)
                    _files.Enqueue(new SafeFileHandle(*(int*)(control + at + offset), ownsHandle: true));
            }

            at += (int)((size + 7) & ~7L);
        }

        return _files.Count <= WireLimits.MaxFiles && (flags & Syscalls.MsgControlTruncated) == 0;
    }

    private void ReleasePartial()
    {
        if (_partial is not null) ArrayPool<byte>.Shared.Return(_partial);
        _partial = null;
        _have = 0;
    }

    private void ReleaseReceived()
    {
        ReleasePartial();
        while (_files.TryDequeue(out var file)) file.Dispose();
    }
}
