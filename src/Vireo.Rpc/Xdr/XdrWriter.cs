using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Vireo.Rpc.Xdr;

/// <summary>Writes one packet in XDR into a pooled buffer that grows up to the protocol's limit. Whoever takes the buffer gives it back to the pool.</summary>
internal ref struct XdrWriter
{
    private const int FirstSize = 1024;
    private const int ShortText = 256;

    private byte[]? _buffer;
    private int _position;

    public XdrWriter()
    {
        _buffer = ArrayPool<byte>.Shared.Rent(FirstSize);
    }

    public readonly int Position => _position;

    public readonly ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _position);

    /// <summary>Hands the buffer over; the writer is empty afterwards.</summary>
    public byte[] Detach(out int length)
    {
        length = _position;
        byte[] buffer = _buffer!;
        _buffer = null;
        _position = 0;
        return buffer;
    }

    public void Dispose()
    {
        if (_buffer is not null) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
    }

    public readonly void PatchUInt32(int position, uint value) => BinaryPrimitives.WriteUInt32BigEndian(_buffer.AsSpan(position, 4), value);

    /// <summary>Forgets what was written after <paramref name="position"/>.</summary>
    public void Truncate(int position) => _position = position;

    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Next(4), value);

    public void WriteInt32(int value) => WriteUInt32((uint)value);

    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Next(8), value);

    public void WriteInt64(long value) => WriteUInt64((ulong)value);

    public void WriteDouble(double value) => WriteUInt64(BitConverter.DoubleToUInt64Bits(value));

    public void WriteBool(bool value) => WriteUInt32(value ? 1u : 0u);

    public void WriteInt8(sbyte value) => WriteInt32(value);

    public void WriteUInt8(byte value) => WriteUInt32(value);

    public void WriteInt16(short value) => WriteInt32(value);

    public void WriteUInt16(ushort value) => WriteUInt32(value);

    public void WriteGuid(Guid value) => value.TryWriteBytes(Next(16), bigEndian: true, out _);

    public void WriteRaw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Next(bytes.Length));

    public void WriteFixedOpaque(ReadOnlySpan<byte> value, int length)
    {
        if (value.Length != length) ThrowBound(value.Length, length);
        WriteRaw(value);
        WritePadding(length);
    }

    public void WriteOpaque(ReadOnlySpan<byte> value, int bound)
    {
        if (value.Length > bound) ThrowBound(value.Length, bound);
        WriteUInt32((uint)value.Length);
        WriteRaw(value);
        WritePadding(value.Length);
    }

    public void WriteString(string value, int bound)
    {
        // Room for the most that a short text can take saves going through it twice.
        int room = value.Length <= ShortText ? Encoding.UTF8.GetMaxByteCount(value.Length) : Encoding.UTF8.GetByteCount(value);
        int start = _position;
        int length = Encoding.UTF8.GetBytes(value, Next(4 + room)[4..]);
        if (length > bound) ThrowBound(length, bound);
        _position = start + 4 + length;
        PatchUInt32(start, (uint)length);
        WritePadding(length);
    }

    public void WriteCount(int count, int bound)
    {
        if (count > bound) ThrowBound(count, bound);
        WriteUInt32((uint)count);
    }

    private void WritePadding(int length) => Next(-length & 3).Clear();

    private Span<byte> Next(int length)
    {
        if (_buffer is null || _buffer.Length - _position < length) Grow(length);
        var span = _buffer.AsSpan(_position, length);
        _position += length;
        return span;
    }

    [MemberNotNull(nameof(_buffer))]
    private void Grow(int length)
    {
        long needed = (long)_position + length;
        if (needed > WireLimits.MaxPacket) throw new VireoException(ErrorCode.Rpc, ErrorDomain.Rpc, "the message is longer than the protocol allows");
        long size = Math.Max(Math.Min(Math.Max(_position, FirstSize) * 2L, WireLimits.MaxPacket), needed);
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)size);
        _buffer.AsSpan(0, _position).CopyTo(larger);
        if (_buffer is not null) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    [DoesNotReturn]
    private static void ThrowBound(int length, int bound) =>
        throw new VireoException(ErrorCode.Rpc, ErrorDomain.Rpc, $"a value of {length} elements is over the protocol's bound of {bound}");
}
