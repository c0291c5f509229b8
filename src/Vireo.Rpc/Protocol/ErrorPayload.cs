using Vireo.Rpc.Xdr;

namespace Vireo.Rpc;

/// <summary>An error as the wire carries it (<c>virNetMessageError</c>).</summary>
internal static class ErrorPayload
{
    public static void Write(ref XdrWriter writer, VireoException error)
    {
        writer.WriteInt32((int)error.Code);
        writer.WriteInt32((int)error.Domain);
        WriteText(ref writer, error.Message);
        writer.WriteInt32((int)error.Severity);
        writer.WriteBool(false);
        WriteText(ref writer, error.Text1);
        WriteText(ref writer, error.Text2);
        WriteText(ref writer, error.Text3);
        writer.WriteInt32(error.Number1);
        writer.WriteInt32(error.Number2);
        writer.WriteBool(false);
    }

    public static VireoException Read(ref XdrReader reader)
    {
        var code = (ErrorCode)reader.ReadInt32();
        var domain = (ErrorDomain)reader.ReadInt32();
        string? message = ReadText(ref reader);
        var severity = (ErrorSeverity)reader.ReadInt32();
        if (reader.ReadBool()) SkipDomain(ref reader);
        string? text1 = ReadText(ref reader);
        string? text2 = ReadText(ref reader);
        string? text3 = ReadText(ref reader);
        int number1 = reader.ReadInt32();
        int number2 = reader.ReadInt32();
        if (reader.ReadBool()) SkipNetwork(ref reader);
        return VireoException.Received(code, domain, severity, message ?? "unknown error", text1, text2, text3, number1, number2);
    }

    private static void SkipDomain(ref XdrReader reader)
    {
        reader.ReadString(WireLimits.MaxString);
        reader.ReadGuid();
        reader.ReadInt32();
    }

    private static void SkipNetwork(ref XdrReader reader)
    {
        reader.ReadString(WireLimits.MaxString);
        reader.ReadGuid();
    }

    private static string? ReadText(ref XdrReader reader) => reader.ReadBool() ? reader.ReadString(WireLimits.MaxString) : null;

    private static void WriteText(ref XdrWriter writer, string? text)
    {
        writer.WriteBool(text is not null);
        if (text is not null) writer.WriteString(text.Length > WireLimits.MaxString / 4 ? text[..(WireLimits.MaxString / 4)] : text, WireLimits.MaxString);
    }
}
