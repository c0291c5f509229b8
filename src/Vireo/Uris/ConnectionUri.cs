namespace Vireo.Uris;

/// <summary>A connection URI taken apart: <c>driver[+transport]://[user@][host][:port]/path[?name=value&amp;…]</c>.</summary>
public sealed record ConnectionUri
{
    private ConnectionUri(string text) => Text = text;

    /// <summary>The URI as given.</summary>
    public string Text { get; }

    /// <summary>The hypervisor: <c>qemu</c>, <c>test</c>, <c>lxc</c>, …</summary>
    public required string Driver { get; init; }

    /// <summary>How to reach the daemon (<c>unix</c>, <c>ssh</c>, <c>tls</c>, <c>tcp</c>, <c>ext</c>, …); null when the URI does not say.</summary>
    public string? Transport { get; init; }

    /// <summary>The user on the other host.</summary>
    public string? User { get; init; }

    /// <summary>The other host; null for this one.</summary>
    public string? Host { get; init; }

    /// <summary>The port; null for the transport's own.</summary>
    public int? Port { get; init; }

    /// <summary>The path, with its slash: <c>/system</c>, <c>/session</c>, <c>/default</c>.</summary>
    public string Path { get; init; } = "";

    /// <summary>The parameters, decoded, in order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parameters { get; init; } = [];

    /// <summary>The first value of a parameter; null when it is missing.</summary>
    public string? Parameter(string name) => Parameters.Where(p => p.Key == name).Select(p => p.Value).FirstOrDefault();

    /// <summary>The URI the daemon at the other end opens: without transport, user, host, port and parameters.</summary>
    public string LocalName => $"{Driver}://{(Path.StartsWith('/') ? Path : "/" + Path)}";

    /// <summary>Takes a URI apart. VIR_ERR_INVALID_ARG when it is none.</summary>
    public static ConnectionUri Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (text.Length > 4096 || colon <= 0 || !System.Uri.CheckSchemeName(text[..colon]))
        {
            throw Bad(text);
        }

        var scheme = text[..colon].Split('+', 2);
        var rest = text[(colon + 1)..];
        var hash = rest.IndexOf('#', StringComparison.Ordinal);
        rest = hash < 0 ? rest : rest[..hash];
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var query = question < 0 ? "" : rest[(question + 1)..];
        rest = question < 0 ? rest : rest[..question];
        string authority = "", path = rest;
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            var slash = rest.IndexOf('/', 2);
            authority = slash < 0 ? rest[2..] : rest[2..slash];
            path = slash < 0 ? "" : rest[slash..];
        }

        var (user, host, port) = Authority(text, authority);
        var parsed = new ConnectionUri(text)
        {
            Driver = scheme[0].ToLowerInvariant(),
            Transport = scheme.Length > 1 ? scheme[1].ToLowerInvariant() : null,
            User = user,
            Host = host,
            Port = port,
            Path = System.Uri.UnescapeDataString(path),
            Parameters = [.. query.Split('&', ';').Where(p => p.Length > 0).Select(Pair)],
        };

        // No name of anything holds a NUL, and what it would be handed to would cut it short there.
        return parsed.Strings.Any(s => s.Contains('\0', StringComparison.Ordinal)) ? throw Bad(text) : parsed;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private IEnumerable<string> Strings => [User ?? "", Host ?? "", Path, .. Parameters.SelectMany(p => new[] { p.Key, p.Value })];

    private static (string? User, string? Host, int? Port) Authority(string text, string authority)
    {
        var at = authority.LastIndexOf('@');
        var user = at < 0 ? null : System.Uri.UnescapeDataString(authority[..at]);
        var host = authority[(at + 1)..];
        int? port = null;
        var colon = host.LastIndexOf(':');
        if (colon >= 0 && !host.EndsWith(']'))
        {
            if (!ushort.TryParse(host[(colon + 1)..], out var number))
            {
                throw Bad(text);
            }

            port = number;
            host = host[..colon];
        }

        return (user, host.Length == 0 ? null : System.Uri.UnescapeDataString(host.Trim('[', ']')), port);
    }

    private static KeyValuePair<string, string> Pair(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0
            ? new(System.Uri.UnescapeDataString(text), "")
            : new(System.Uri.UnescapeDataString(text[..equals]), System.Uri.UnescapeDataString(text[(equals + 1)..]));
    }

    private static VireoException Bad(string text) =>
        new(ErrorCode.InvalidArg, ErrorDomain.Uri, $"Unable to parse URI {text}: expected driver[+transport]://[user@][host][:port]/path[?name=value]");
}
