using System.Xml;

namespace Vireo.Config.Xml;

/// <summary>The error about a text that is no XML at all, in the form libvirt gives it: place, reason, the line and a mark under the spot.</summary>
internal static class MalformedXml
{
    private const int ShownBefore = 80;

    public static VireoException Error(string xml, string source, XmlException cause)
    {
        var (line, column) = (Math.Max(cause.LineNumber, 1), Math.Max(cause.LinePosition, 1));
        var text = Reason(cause.Message);
        var shown = Line(xml, line);
        var from = Math.Max(0, Math.Min(column - 1, shown.Length) - ShownBefore);
        var length = Math.Min(shown.Length - from, ShownBefore);
        var mark = new string('-', Math.Clamp(column - 1 - from, 0, ShownBefore)) + "^";
        return new VireoException(ErrorCode.XmlDetail, ErrorDomain.Xml, $"({source}):{line}: {text}\n{shown.AsSpan(from, length)}\n{mark}", cause)
        {
            Number1 = line,
            Number2 = column,
        };
    }

    private static string Reason(string message)
    {
        var position = message.LastIndexOf(" Line ", StringComparison.Ordinal);
        return (position > 0 ? message[..position] : message).TrimEnd('.');
    }

    private static string Line(string xml, int line)
    {
        var start = 0;
        for (var i = 1; i < line && xml.IndexOf('\n', start) is >= 0 and var end; i++)
        {
            start = end + 1;
        }

        var stop = xml.IndexOf('\n', start);
        return xml[start..(stop < 0 ? xml.Length : stop)].TrimEnd('\r');
    }
}
