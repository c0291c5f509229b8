using System.Xml;

namespace Vireo.Config.Xml;

/// <summary>The error about a text that is no XML at all, in the form libvirt gives it: place, reason, the line and a mark under the spot.</summary>
internal static class MalformedXml
{
    private const int Shown = 80;

    public static VireoException Error(string xml, string source, ErrorDomain domain, XmlException cause)
    {
        var (reason, at) = new WellFormedness(xml).Find();
        if (reason is null)
        {
            (reason, at) = (Reason(cause), Offset(xml, cause.LineNumber, cause.LinePosition));
        }

        var line = xml.AsSpan(0, at).Count('\n') + 1;
        var start = LineStart(xml, at);
        var stop = xml.AsSpan(start).IndexOfAny('\n', '\r') is >= 0 and var length ? start + length : xml.Length;
        var shown = xml.Length == 0 ? "(null)" : xml.AsSpan(start, Math.Min(stop - start, Shown));
        var mark = string.Create(Math.Clamp(at - start, 0, Shown), (xml, start), static (span, state) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = state.start + i < state.xml.Length && state.xml[state.start + i] == '\t' ? '\t' : '-';
            }
        });
        return new VireoException(ErrorCode.XmlDetail, domain, $"({source}):{line}: {reason}\n{shown}\n{mark}^", cause)
        {
            Number1 = line,
            Number2 = at - (xml.LastIndexOf('\n', Math.Max(at - 1, 0)) + 1) + 1,
        };
    }

    // The reader's text ends with the place, which stands in front here.
    private static string Reason(XmlException cause)
    {
        var position = cause.Message.LastIndexOf(" Line ", StringComparison.Ordinal);
        return (position > 0 ? cause.Message[..position] : cause.Message).TrimEnd('.');
    }

    // As libvirt looks for it: over line ends at the spot, then back to the line's start, yet not further than is shown.
    private static int LineStart(string xml, int at)
    {
        var start = Math.Min(at, xml.Length);
        while (start > 0 && (start == xml.Length || xml[start] is '\n' or '\r') && xml[start - 1] is '\n' or '\r')
        {
            start--;
        }

        for (var n = 0; n < Shown && start > 0 && xml[start - 1] is not ('\n' or '\r'); n++)
        {
            start--;
        }

        return start;
    }

    private static int Offset(string xml, int line, int column)
    {
        var start = 0;
        for (var i = 1; i < line && xml.IndexOf('\n', start) is >= 0 and var end; i++)
        {
            start = end + 1;
        }

        return Math.Clamp(start + column - 1, 0, xml.Length);
    }
}
