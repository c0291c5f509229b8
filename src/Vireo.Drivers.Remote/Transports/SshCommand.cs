using System.Globalization;
using Vireo.Uris;

namespace Vireo.Drivers.Remote.Transports;

/// <summary>
/// The command that reaches a daemon through the system's ssh: a helper at the other end joins ssh's stdin and stdout to the daemon's socket.
/// <c>proxy=auto</c> takes libvirt's own helper where it is installed and netcat otherwise; <c>native</c> and <c>netcat</c> insist.
/// </summary>
internal static class SshCommand
{
    private const string SystemSocket = "/run/libvirt/libvirt-sock";

    public static ProcessCommand For(ConnectionUri uri)
    {
        string host = uri.Host ?? "localhost";
        if (host.StartsWith('-')) throw VireoException.InvalidArgument(ErrorDomain.Remote, $"'{host}' cannot be a host's name");
        if (uri.User?.StartsWith('-') == true) throw VireoException.InvalidArgument(ErrorDomain.Remote, $"'{uri.User}' cannot be a user's name");
        List<string> arguments = [uri.Parameter("command") ?? "ssh", "-T", "-e", "none"];
        if (uri.Port is { } port) arguments.AddRange(["-p", port.ToString(CultureInfo.InvariantCulture)]);
        if (uri.User is { } user) arguments.AddRange(["-l", user]);
        if (uri.Parameter("keyfile") is { } key) arguments.AddRange(["-i", key]);
        if (IsSet(uri, "no_tty")) arguments.AddRange(["-o", "BatchMode=yes"]);
        if (IsSet(uri, "no_verify")) arguments.AddRange(["-o", "StrictHostKeyChecking=no"]);
        if (uri.Parameter("known_hosts") is { } known) arguments.AddRange(["-o", "UserKnownHostsFile=" + known]);
        arguments.AddRange(["--", host, Helper(uri)]);
        return new(arguments);
    }

    /// <summary>A word that a POSIX shell takes as it is.</summary>
    public static string Quote(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    // ssh hands one string to the login shell at the other end, which may be any: sh is asked for by name, its script is one quoted word.
    private static string Helper(ConnectionUri uri)
    {
        string native = $"virt-ssh-helper {Quote(uri.LocalName)}";
        string netcat = $"{Quote(uri.Parameter("netcat") ?? "nc")} -U {Quote(uri.Parameter("socket") ?? SystemSocket)}";
        string script = (uri.Parameter("proxy") ?? "auto") switch
        {
            "native" => $"exec {native}",
            "netcat" => $"exec {netcat}",
            "auto" when uri.Parameter("socket") is not null || uri.Parameter("netcat") is not null => $"exec {netcat}",
            "auto" => $"if command -v virt-ssh-helper >/dev/null 2>&1; then exec {native}; else exec {netcat}; fi",
            var other => throw VireoException.InvalidArgument(ErrorDomain.Remote, $"proxy must be auto, native or netcat, not '{other}'"),
        };
        return $"sh -c {Quote(script)}";
    }

    private static bool IsSet(ConnectionUri uri, string name) => uri.Parameter(name) is { } value && value != "0";
}
