using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Vireo.Rpc.Xdr;

/// <summary>Reads XDR (RFC 4506) as libvirt's protocol uses it. Every length is checked against its bound and against what is left before anything is allocated.</summary>
internal ref struct XdrReader
{
    private static readonly UTF8Encoding StrictText = new(false, throwOnInvalidBytes: true);

    private readonly bool _lenientText;
    private ReadOnlySpan<byte> _rest;

    /// <param name="payload">The bytes after the packet's header.</param>
    /// <param name="lenientText">Whether bytes that are no UTF-8 become U+FFFD (what a client does with a foreign server's answer) instead of a refusal.</param>
    public XdrReader(ReadOnlySpan<byte> payload, bool lenientText = false)
    {
        _rest = payload;
        _lenientText = lenientText;
    }

    public readonly int Remaining => _rest.Length;

    public uint ReadUInt32()
    {
        if (_rest.Length < 4) ThrowShort();
        uint value = BinaryPrimitives.ReadUInt32BigEndian(_rest);
        _rest = _rest[4..];
        return value;
    }

    public int ReadInt32() => (int)ReadUInt32();

    public ulong ReadUInt64()
    {
        if (_rest.Length < 8) ThrowShort();
        ulong value = BinaryPrimitives.ReadUInt64BigEndian(_rest);
        _rest = _rest[8..];
        return value;
    }

    public long ReadInt64() => (long)ReadUInt64();

    public double ReadDouble() => BitConverter.UInt64BitsToDouble(ReadUInt64());

    public bool ReadBool()
    {
        uint value = ReadUInt32();
        if (value > 1) Throw("a flag is neither 0 nor 1");
        return value == 1;
    }

    public sbyte ReadInt8()
    {
        int value = ReadInt32();
        if (value is < sbyte.MinValue or > byte.MaxValue) Throw("a char is out of range");
        return unchecked((sbyte)value);
    }

    public byte ReadUInt8()
    {
        uint value = ReadUInt32();
        if (value > byte.MaxValue) Throw("an unsigned char is out of range");
        return (byte)value;
    }

    public short ReadInt16()
    {
        int value = ReadInt32();
        if (value is < short.MinValue or > short.MaxValue) Throw("a short is out of range");
        return (short)value;
    }

    public ushort ReadUInt16()
    {
        uint value = ReadUInt32();
        if (value > ushort.MaxValue) Throw("an unsigned short is out of range");
        return (ushort)value;
    }

    public Guid ReadGuid() => new(Take(16), bigEndian: true);

    public byte[] ReadFixedOpaque(int length)
    {
        byte[] value = Take(length).ToArray();
        SkipPadding(length);
        return value;
    }

    public byte[] ReadOpaque(int bound)
    {
        int length = ReadLength(bound);
        byte[] value = Take(length).ToArray();
        SkipPadding(length);
        return value;
    }

    public string ReadString(int bound)
    {
        int length = ReadLength(bound);
        var bytes = Take(length);
        SkipPadding(length);
        if (length == 0) return "";
        if (_lenientText) return Encoding.UTF8.GetString(bytes);
        if (bytes.Contains((byte)0)) Throw("a string holds a NUL");
        try
        {
            return StrictText.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new XdrException("a string is not UTF-8");
        }
    }

    /// <summary>All that is left.</summary>
    public ReadOnlySpan<byte> TakeRest() => Take(_rest.Length);

    /// <summary>The count of an array: at most <paramref name="bound"/>, and no more elements than the bytes left could hold.</summary>
    public int ReadCount(int bound, int minElementSize)
    {
        uint count = ReadUInt32();
        if (count > (uint)bound) Throw("an array is over its bound");
        if (count * (long)minElementSize > _rest.Length) ThrowShort();
        return (int)count;
    }

    private int ReadLength(int bound)
    {
        uint length = ReadUInt32();
        if (length > (uint)bound) Throw("a length is over its bound");
        if (length > (uint)_rest.Length) ThrowShort();
        return (int)length;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (_rest.Length < length) ThrowShort();
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    private void SkipPadding(int length) => Take(-length & 3);

    [DoesNotReturn]
    private static void ThrowShort() => throw new XdrException("the payload ends early");

    [DoesNotReturn]
    internal static void Throw(string why) => throw new XdrException(why);
}
