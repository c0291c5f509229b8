using System.Globalization;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>The other end of a serial port on the network: <c>telnet://host:23</c>.</summary>
/// <param name="Protocol">The protocol as a document names it.</param>
/// <param name="Host">The host's name or address.</param>
/// <param name="Port">The port.</param>
internal sealed record PortUri(string Protocol, string Host, int Port)
{
    private static readonly (string Scheme, string Protocol)[] s_schemes =
    [
        ("tcp", "raw"), ("tcp4", "raw"), ("tcp6", "raw"), ("telnet", "telnet"), ("telnets", "telnets"),
        ("ssl", "tls"), ("tcp+ssl", "tls"), ("tcp4+ssl", "tls"), ("tcp6+ssl", "tls"),
    ];

    /// <summary>Reads an entry.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: no URI, one without a port, or one of another scheme.</exception>
    public static PortUri Parse(VmxFile file, string key)
    {
        var text = file.Text(key);
        if (text is null || !IsUriText(text))
            throw Malformed(text);
        var (scheme, rest) = Scheme(text);
        if (!rest.StartsWith("//", StringComparison.Ordinal) || !TryAuthority(rest[2..], out var host, out var port, text))
            throw VmxErrors.Internal($"VMX entry '{key}' doesn't contain a port part");
        var protocol = scheme is null ? "raw" : Array.Find(s_schemes, known => known.Scheme.Equals(scheme, StringComparison.OrdinalIgnoreCase)).Protocol;
        return new(protocol ?? throw VmxErrors.Internal($"VMX entry '{key}' contains unsupported scheme '{scheme}'"), host, port);
    }

    /// <summary>Writes one for a document's protocol; none is raw TCP.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: VMware has no such protocol, or host and service make no URI.</exception>
    public static string Format(string? protocol, string host, string service)
    {
        var scheme = Array.Find(s_schemes, known => known.Protocol == (protocol ?? "raw")).Scheme
            ?? throw VireoException.ConfigUnsupported(ErrorDomain.Domain, $"Unknown protocol '{protocol}'");
        if (host.Length == 0 || !IsUriText(host) || host.AsSpan().ContainsAny("/?#@[]%"))
            throw VmxErrors.Unsupported($"a serial port on the network cannot have the host '{host}'");
        if (!int.TryParse(service, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
            throw VmxErrors.Unsupported($"a serial port on the network cannot have the port '{service}'");
        return host.Contains(':', StringComparison.Ordinal) ? $"{scheme}://[{host}]:{service}" : $"{scheme}://{host}:{service}";
    }

    private static bool IsUriText(string text) => !text.AsSpan().ContainsAnyExceptInRange('!', '~') && !text.AsSpan().ContainsAny("\"<>\\^`{|}");

    private static (string? Scheme, string Remainder) Scheme(string text)
    {
        var end = text.AsSpan().IndexOfAny(":/?#");
        if (end < 0 || text[end] != ':')
            return (null, text);
        var scheme = text[..end];
        var isScheme = end > 0 && char.IsAsciiLetter(scheme[0]) && scheme.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.');
        return isScheme ? (scheme, text[(end + 1)..]) : throw Malformed(text);
    }

    private static bool TryAuthority(string rest, out string host, out int port, string text)
    {
        var authority = rest.AsSpan().IndexOfAny("/?#") is >= 0 and var end ? rest[..end] : rest;
        authority = authority[(authority.LastIndexOf('@') + 1)..];
        var hostEnd = authority.StartsWith('[') ? authority.IndexOf(']', StringComparison.Ordinal) + 1 : authority.IndexOf(':', StringComparison.Ordinal);
        if (authority.StartsWith('[') && hostEnd == 0)
            throw Malformed(text);
        host = Uri.UnescapeDataString((hostEnd < 0 ? authority : authority[..hostEnd]).Trim('[', ']'));
        port = 0;
        var told = hostEnd < 0 ? "" : authority[hostEnd..];
        if (told.Length > 0 && !(told[0] == ':' && int.TryParse(told.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out port)))
            throw Malformed(text);
        return host.Length > 0 && port > 0;
    }

    private static VireoException Malformed(string? text) => VireoException.Internal(ErrorDomain.Uri, $"Unable to parse URI {text ?? "(null)"}");
}
