using System.Globalization;
using Vireo.Uris;

namespace Vireo.Drivers.Remote.Transports;

/// <summary>Which of libvirt's daemons is meant: the one for everything, or the one for a single hypervisor (<c>mode=</c>).</summary>
internal enum DaemonMode
{
    /// <summary>Whichever is there.</summary>
    Auto,

    /// <summary>The one for everything, libvirtd or vireod.</summary>
    Legacy,

    /// <summary>virtqemud and its kin.</summary>
    Direct,
}

/// <summary>What joins ssh to the daemon's socket at the other end (<c>proxy=</c>).</summary>
internal enum SshProxy
{
    /// <summary>libvirt's own helper where it is installed, netcat otherwise.</summary>
    Auto,

    /// <summary>netcat, whatever is installed.</summary>
    Netcat,

    /// <summary>libvirt's own helper, or nothing.</summary>
    Native,
}

/// <summary>Where a URI leads and how: its parameters that are the client's own, read and checked; the rest goes to the daemon.</summary>
internal sealed record RemoteAddress
{
    private static readonly string[] s_own =
    [
        "name", "command", "socket", "auth", "netcat", "keyfile", "tls_priority", "mode", "proxy", "known_hosts", "known_hosts_verify", "sshauth",
        "no_sanity", "no_verify", "no_tty", "pkipath",
    ];

    public required ConnectionUri Uri { get; init; }

    /// <summary>Whether every change is to be refused.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>unix, ssh, ext, …</summary>
    public required string Transport { get; init; }

    /// <summary>What the daemon is asked to open.</summary>
    public required string DaemonUri { get; init; }

    public DaemonMode Mode { get; init; }

    public SshProxy Proxy { get; init; }

    public string? Socket { get; init; }

    public string? Netcat { get; init; }

    public string? Command { get; init; }

    public string? KeyFile { get; init; }

    public string? KnownHosts { get; init; }

    public bool NoVerify { get; init; }

    public bool NoTty { get; init; }

    /// <summary>Whether the user's own daemon is meant and not the system's.</summary>
    public bool IsSession => Uri.Path.EndsWith("/session", StringComparison.Ordinal);

    /// <summary>How the socket's file is called. A user's own daemon has no socket for looking only: it is told when the URI is opened.</summary>
    public string SocketSuffix => ReadOnly && !IsSession ? "-ro" : "";

    /// <summary>Reads a URI. VIR_ERR_INVALID_ARG for a parameter that has no such value.</summary>
    public static RemoteAddress Of(ConnectionUri uri, bool readOnly) => new()
    {
        Uri = uri,
        ReadOnly = readOnly,
        Transport = uri.Transport ?? (uri.Host is null ? "unix" : "tls"),
        DaemonUri = uri.Parameter("name") ?? uri.LocalName + Rest(uri),
        Mode = uri.Parameter("mode") switch
        {
            null or "auto" => DaemonMode.Auto,
            "legacy" => DaemonMode.Legacy,
            "direct" => DaemonMode.Direct,
            var other => throw VireoException.InvalidArgument(ErrorDomain.Remote, $"Unknown remote mode '{other}'"),
        },
        Proxy = uri.Parameter("proxy") switch
        {
            null or "auto" => SshProxy.Auto,
            "netcat" => SshProxy.Netcat,
            "native" => SshProxy.Native,
            var other => throw VireoException.InvalidArgument(ErrorDomain.Remote, $"Unknown proxy type '{other}'"),
        },
        Socket = uri.Parameter("socket"),
        Netcat = uri.Parameter("netcat"),
        Command = uri.Parameter("command"),
        KeyFile = uri.Parameter("keyfile"),
        KnownHosts = uri.Parameter("known_hosts"),
        NoVerify = IsSet(uri, "no_verify"),
        NoTty = IsSet(uri, "no_tty"),
    };

    private static string Rest(ConnectionUri uri)
    {
        var rest = uri.Parameters.Where(p => !s_own.Contains(p.Key)).Select(p => $"{System.Uri.EscapeDataString(p.Key)}={System.Uri.EscapeDataString(p.Value)}").ToList();
        return rest.Count == 0 ? "" : "?" + string.Join('&', rest);
    }

    private static bool IsSet(ConnectionUri uri, string name)
    {
        if (uri.Parameter(name) is not { } value) return false;
        return int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number != 0
            : throw VireoException.InvalidArgument(ErrorDomain.Remote, $"Failed to parse value of URI component {name}");
    }
}
