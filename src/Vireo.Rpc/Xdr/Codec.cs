using System.Runtime.InteropServices;
using System.Text;
using Vireo.Rpc.Xdr;

namespace Vireo.Rpc;

/// <summary>Reads one value.</summary>
internal delegate T XdrDecoder<out T>(ref XdrReader reader);

/// <summary>Writes one value.</summary>
internal delegate void XdrEncoder<in T>(ref XdrWriter writer, T value);

/// <summary>Readers and writers of every struct of the protocol; this part has what is not generated.</summary>
internal static partial class Codec
{
    public static T[] ReadArray<T>(ref XdrReader reader, int bound, int minElementSize, XdrDecoder<T> read)
    {
        int count = reader.ReadCount(bound, minElementSize);
        if (count == 0) return [];
        var values = new T[count];
        for (int i = 0; i < values.Length; i++) values[i] = read(ref reader);
        return values;
    }

    public static void WriteArray<T>(ref XdrWriter writer, T[] values, int bound, XdrEncoder<T> write)
    {
        writer.WriteCount(values.Length, bound);
        foreach (var value in values) write(ref writer, value);
    }

    /// <summary>A fixed array of chars, each in four bytes, filled up with zeros.</summary>
    public static string ReadFixedText(ref XdrReader reader, int length)
    {
        byte[] bytes = ReadChars(ref reader, length);
        int end = Array.IndexOf(bytes, (byte)0);
        return Encoding.Latin1.GetString(bytes, 0, end < 0 ? bytes.Length : end);
    }

    public static void WriteFixedText(ref XdrWriter writer, string value, int length)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(value);
        for (int i = 0; i < length; i++) writer.WriteInt8(i < Math.Min(bytes.Length, length - 1) ? (sbyte)bytes[i] : (sbyte)0);
    }

    /// <summary>A counted array of chars, each in four bytes.</summary>
    public static byte[] ReadCharArray(ref XdrReader reader, int bound) => ReadChars(ref reader, reader.ReadCount(bound, 4));

    public static void WriteCharArray(ref XdrWriter writer, byte[] value, int bound)
    {
        writer.WriteCount(value.Length, bound);
        foreach (sbyte one in MemoryMarshal.Cast<byte, sbyte>(value)) writer.WriteInt8(one);
    }

    public static TypedParam ReadTypedParam(ref XdrReader reader)
    {
        string field = reader.ReadString(WireLimits.MaxString);
        var type = (TypedParameterType)reader.ReadInt32();
        switch (type)
        {
            case TypedParameterType.Int: return TypedParam.Of(field, reader.ReadInt32());
            case TypedParameterType.Uint: return TypedParam.Of(field, reader.ReadUInt32());
            case TypedParameterType.Llong: return TypedParam.Of(field, reader.ReadInt64());
            case TypedParameterType.Ullong: return TypedParam.Of(field, reader.ReadUInt64());
            case TypedParameterType.Double: return TypedParam.Of(field, reader.ReadDouble());
            case TypedParameterType.Boolean: return TypedParam.Of(field, reader.ReadInt32() != 0);
            case TypedParameterType.String: return TypedParam.Of(field, reader.ReadString(WireLimits.MaxString));
            default: throw new XdrException("a typed parameter has an unknown type");
        }
    }

    public static void WriteTypedParam(ref XdrWriter writer, TypedParam value)
    {
        writer.WriteString(value.Field, WireLimits.MaxString);
        writer.WriteInt32((int)value.Type);
        switch (value.Type)
        {
            case TypedParameterType.Int: writer.WriteInt32((int)value.Number); break;
            case TypedParameterType.Uint: writer.WriteUInt32((uint)value.Unsigned); break;
            case TypedParameterType.Llong: writer.WriteInt64(value.Number); break;
            case TypedParameterType.Ullong: writer.WriteUInt64(value.Unsigned); break;
            case TypedParameterType.Double: writer.WriteDouble(value.Real); break;
            case TypedParameterType.Boolean: writer.WriteInt32(value.Flag ? 1 : 0); break;
            default: writer.WriteString(value.Text, WireLimits.MaxString); break;
        }
    }

    private static byte[] ReadChars(ref XdrReader reader, int count)
    {
        if (reader.Remaining < count * 4L) XdrReader.Throw("the payload ends early");
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) bytes[i] = (byte)reader.ReadInt8();
        return bytes;
    }
}
