using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Vireo.Drivers.Qemu.Comparison;

/// <summary>What the bytes from some offset on are.</summary>
/// <param name="Length">How many.</param>
/// <param name="Zero">They read as zeros.</param>
/// <param name="Depth">Which image of the chain holds them: 1 for the top; 0 for none.</param>
internal readonly record struct BlockState(long Length, bool Zero, uint Depth);

/// <summary>
/// A disk that QEMU serves by NBD, read: the client end of the protocol as far as reading takes it (fixed newstyle, structured replies, allocation and its depth).
/// The server is one of our own programs; its lengths are bounded all the same.
/// </summary>
internal sealed class NbdClient : IDiskView
{
    private const ulong Greeting = 0x4e42444d41474943, OptionMagic = 0x49484156454f5054, OptionReply = 0x3e889045565a9;
    private const uint RequestMagic = 0x25609513, ChunkMagic = 0x668e33ef;
    private const uint OptionGo = 7, OptionStructured = 8, OptionSetContext = 10;
    private const uint ReplyAck = 1, ReplyInfo = 3, ReplyContext = 4, ReplyError = 1u << 31;
    private const ushort CommandRead = 0, CommandDisconnect = 2, CommandStatus = 7;
    private const ushort ChunkNone = 0, ChunkData = 1, ChunkHole = 2, ChunkStatus = 5, ChunkDone = 1, ChunkError = 1 << 15;
    private const int LongestReply = 4 << 20;
    private const uint StatusWindow = 1 << 30;

    private readonly NetworkStream _stream;
    private readonly byte[] _head = new byte[28];
    private uint _allocation, _depth;
    private ulong _cookie;
    private long _windowStart;
    private List<BlockState> _window = [];

    private NbdClient(Socket socket) => _stream = new NetworkStream(socket, ownsSocket: true);

    /// <inheritdoc/>
    public long Size { get; private set; }

    /// <summary>Takes a connection over and agrees with the server on what is read.</summary>
    /// <param name="socket">Connected.</param>
    /// <param name="export">The export's name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: the server does not serve it so.</exception>
    public static async ValueTask<NbdClient> OpenAsync(Socket socket, string export, CancellationToken cancellationToken)
    {
        var client = new NbdClient(socket);
        try
        {
            await client.GreetAsync(cancellationToken).ConfigureAwait(false);
            await client.OptionAsync(OptionStructured, [], null, cancellationToken).ConfigureAwait(false);
            await client.OptionAsync(OptionSetContext, [.. Text(export), .. Number(2), .. Text("base:allocation"), .. Text("qemu:allocation-depth")], client.Context, cancellationToken).ConfigureAwait(false);
            await client.OptionAsync(OptionGo, [.. Text(export), 0, 0], client.Information, cancellationToken).ConfigureAwait(false);
            return client._allocation != client._depth ? client : throw Failure("it does not tell what is allocated");
        }
        catch (Exception e) when (e is IOException or EndOfStreamException)
        {
            await client._stream.DisposeAsync().ConfigureAwait(false);
            throw Failure(e.Message, e);
        }
        catch
        {
            await client._stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<BlockState> StateAsync(long offset, CancellationToken cancellationToken)
    {
        var at = _windowStart;
        foreach (var state in _window)
        {
            if (offset >= at && offset < at + state.Length)
            {
                return state with { Length = at + state.Length - offset };
            }

            at += state.Length;
        }

        var (allocation, depth) = (new List<(uint Length, uint Flags)>(), new List<(uint Length, uint Flags)>());
        await RequestAsync(CommandStatus, offset, (uint)Math.Min(StatusWindow, Size - offset), cancellationToken).ConfigureAwait(false);
        await AnswerAsync(
            (type, payload) =>
            {
                Expect(type == ChunkStatus && payload.Length % 8 == 4);
                var list = BinaryPrimitives.ReadUInt32BigEndian(payload) == _depth ? depth : allocation;
                for (var i = 4; i < payload.Length; i += 8)
                {
                    list.Add((BinaryPrimitives.ReadUInt32BigEndian(payload[i..]), BinaryPrimitives.ReadUInt32BigEndian(payload[(i + 4)..])));
                }
            },
            cancellationToken).ConfigureAwait(false);
        (_windowStart, _window) = (offset, Joined(allocation, depth));
        Expect(_window.Count > 0);
        return _window[0];
    }

    /// <inheritdoc/>
    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var filled = 0;
        await RequestAsync(CommandRead, offset, (uint)buffer.Length, cancellationToken).ConfigureAwait(false);
        await AnswerAsync(
            (type, payload) =>
            {
                Expect(payload.Length >= 8 && (type == ChunkData || (type == ChunkHole && payload.Length == 12)));
                var at = (long)BinaryPrimitives.ReadUInt64BigEndian(payload) - offset;
                var length = type == ChunkHole ? BinaryPrimitives.ReadUInt32BigEndian(payload[8..]) : (uint)payload.Length - 8;
                Expect(at >= 0 && at <= buffer.Length && length <= buffer.Length - at);
                var part = buffer.Span.Slice((int)at, (int)length);
                if (type == ChunkHole)
                {
                    part.Clear();
                }
                else
                {
                    payload[8..].CopyTo(part);
                }

                filled += (int)length;
            },
            cancellationToken).ConfigureAwait(false);
        Expect(filled == buffer.Length);
    }

    /// <summary>Says good-bye: a server that had this client alone ends.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await RequestAsync(CommandDisconnect, 0, 0, CancellationToken.None).ConfigureAwait(false);
        }
        catch (VireoException)
        {
            // Then it has gone already.
        }

        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private static byte[] Number(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Text(string text) => [.. Number((uint)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    private static List<BlockState> Joined(List<(uint Length, uint Flags)> allocation, List<(uint Length, uint Flags)> depth)
    {
        var joined = new List<BlockState>();
        var (i, j) = (0, 0);
        var (leftAllocation, leftDepth) = (0u, 0u);
        while (true)
        {
            while (leftAllocation == 0 && i < allocation.Count)
            {
                leftAllocation = allocation[i++].Length;
            }

            while (leftDepth == 0 && j < depth.Count)
            {
                leftDepth = depth[j++].Length;
            }

            var length = Math.Min(leftAllocation, leftDepth);
            if (length == 0)
            {
                return joined;
            }

            joined.Add(new BlockState(length, (allocation[i - 1].Flags & 2) != 0, depth[j - 1].Flags));
            leftAllocation -= length;
            leftDepth -= length;
        }
    }

    private async ValueTask GreetAsync(CancellationToken cancellationToken)
    {
        await FillAsync(_head.AsMemory(0, 18), cancellationToken).ConfigureAwait(false);
        Expect(BinaryPrimitives.ReadUInt64BigEndian(_head) == Greeting && BinaryPrimitives.ReadUInt64BigEndian(_head.AsSpan(8)) == OptionMagic);
        await _stream.WriteAsync(Number(3), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask OptionAsync(uint option, byte[] data, Action<uint, byte[]>? take, CancellationToken cancellationToken)
    {
        var head = new byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(head, OptionMagic);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(8), option);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(12), (uint)data.Length);
        await _stream.WriteAsync((byte[])[.. head, .. data], cancellationToken).ConfigureAwait(false);
        while (true)
        {
            await FillAsync(_head.AsMemory(0, 20), cancellationToken).ConfigureAwait(false);
            var (type, length) = (BinaryPrimitives.ReadUInt32BigEndian(_head.AsSpan(12)), BinaryPrimitives.ReadUInt32BigEndian(_head.AsSpan(16)));
            Expect(BinaryPrimitives.ReadUInt64BigEndian(_head) == OptionReply && length <= 4096);
            var payload = new byte[length];
            await FillAsync(payload, cancellationToken).ConfigureAwait(false);
            if (type == ReplyAck)
            {
                return;
            }

            if ((type & ReplyError) != 0)
            {
                throw Failure($"option {option} is refused: {Encoding.UTF8.GetString(payload)}");
            }

            take?.Invoke(type, payload);
        }
    }

    private void Context(uint type, byte[] payload)
    {
        Expect(type == ReplyContext && payload.Length > 4);
        var id = BinaryPrimitives.ReadUInt32BigEndian(payload);
        if (Encoding.UTF8.GetString(payload, 4, payload.Length - 4) == "base:allocation")
        {
            _allocation = id;
        }
        else
        {
            _depth = id;
        }
    }

    private void Information(uint type, byte[] payload)
    {
        if (type == ReplyInfo && payload.Length >= 10 && BinaryPrimitives.ReadUInt16BigEndian(payload) == 0)
        {
            Size = (long)BinaryPrimitives.ReadUInt64BigEndian(payload.AsSpan(2));
            Expect(Size >= 0);
        }
    }

    private async ValueTask RequestAsync(ushort command, long offset, uint length, CancellationToken cancellationToken)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_head, RequestMagic);
        BinaryPrimitives.WriteUInt16BigEndian(_head.AsSpan(4), 0);
        BinaryPrimitives.WriteUInt16BigEndian(_head.AsSpan(6), command);
        BinaryPrimitives.WriteUInt64BigEndian(_head.AsSpan(8), ++_cookie);
        BinaryPrimitives.WriteUInt64BigEndian(_head.AsSpan(16), (ulong)offset);
        BinaryPrimitives.WriteUInt32BigEndian(_head.AsSpan(24), length);
        try
        {
            await _stream.WriteAsync(_head, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw Failure(e.Message, e);
        }
    }

    private async ValueTask AnswerAsync(Chunk take, CancellationToken cancellationToken)
    {
        ushort flags;
        do
        {
            await FillAsync(_head.AsMemory(0, 20), cancellationToken).ConfigureAwait(false);
            flags = BinaryPrimitives.ReadUInt16BigEndian(_head.AsSpan(4));
            var (type, length) = (BinaryPrimitives.ReadUInt16BigEndian(_head.AsSpan(6)), BinaryPrimitives.ReadUInt32BigEndian(_head.AsSpan(16)));
            Expect(BinaryPrimitives.ReadUInt32BigEndian(_head) == ChunkMagic && BinaryPrimitives.ReadUInt64BigEndian(_head.AsSpan(8)) == _cookie && length <= LongestReply);
            var payload = new byte[length];
            await FillAsync(payload, cancellationToken).ConfigureAwait(false);
            if ((type & ChunkError) != 0)
            {
                throw Failure(payload.Length > 6 ? Encoding.UTF8.GetString(payload.AsSpan(6)) : "it cannot be read");
            }

            if (type != ChunkNone)
            {
                take(type, payload);
            }
        }
        while ((flags & ChunkDone) == 0);
    }

    private async ValueTask FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            await _stream.ReadExactlyAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException)
        {
            throw Failure(e.Message, e);
        }
    }

    private static void Expect(bool met)
    {
        if (!met)
        {
            throw Failure("it does not keep to the protocol");
        }
    }

    private static VireoException Failure(string why, Exception? inner = null) => VireoException.OperationFailed(ErrorDomain.Qemu, $"the NBD server of an image failed: {why}", inner);

    private delegate void Chunk(ushort type, ReadOnlySpan<byte> payload);
}
