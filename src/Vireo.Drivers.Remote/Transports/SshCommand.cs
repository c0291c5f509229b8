using System.Globalization;

namespace Vireo.Drivers.Remote.Transports;

/// <summary>
/// The command that reaches a daemon through the system's ssh: a helper at the other end joins ssh's stdin and stdout to the daemon's socket.
/// <c>proxy=auto</c> takes libvirt's own helper where it is installed and netcat otherwise; a socket or a netcat that the URI names asks for netcat.
/// </summary>
internal static class SshCommand
{
    // Where vireod listens by itself, and where libvirtd does.
    private const string OurSocket = "/run/vireo/libvirt-sock";
    private const string LibvirtSocket = "/run/libvirt/libvirt-sock";

    public static ProcessCommand For(RemoteAddress address)
    {
        var uri = address.Uri;
        string host = uri.Host ?? "localhost";
        if (host.StartsWith('-')) throw VireoException.InvalidArgument(ErrorDomain.Remote, $"'{host}' cannot be a host's name");
        if (uri.User?.StartsWith('-') == true) throw VireoException.InvalidArgument(ErrorDomain.Remote, $"'{uri.User}' cannot be a user's name");
        if (address.Mode == DaemonMode.Direct)
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Remote, "Cannot use direct socket mode for ssh transport");
        if (address is { Proxy: SshProxy.Native, Netcat: not null }) throw VireoException.InvalidArgument(ErrorDomain.Remote, "netcat path not valid with native proxy mode");
        List<string> arguments = [address.Command ?? "ssh", "-T", "-e", "none"];
        if (uri.Port is { } port) arguments.AddRange(["-p", port.ToString(CultureInfo.InvariantCulture)]);
        if (uri.User is { } user) arguments.AddRange(["-l", user]);
        if (address.KeyFile is { } key) arguments.AddRange(["-i", key]);
        if (address.NoTty) arguments.AddRange(["-o", "BatchMode=yes"]);
        if (address.NoVerify) arguments.AddRange(["-o", "StrictHostKeyChecking=no"]);
        if (address.KnownHosts is { } known) arguments.AddRange(["-o", "UserKnownHostsFile=" + known]);
        arguments.AddRange(["--", host, Helper(address)]);
        return new(arguments);
    }

    /// <summary>A word that a POSIX shell takes as it is.</summary>
    public static string Quote(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    // ssh hands one string to the login shell at the other end, which may be any: sh is asked for by name, its script is one quoted word.
    private static string Helper(RemoteAddress address)
    {
        string native = $"exec virt-ssh-helper {(address.ReadOnly ? "-r " : "")}{Quote(address.DaemonUri)}";
        string suffix = address.SocketSuffix;
        string script = address switch
        {
            { Proxy: SshProxy.Native } => native,
            { Socket: { } socket } => Netcat(address, socket),
            { Proxy: SshProxy.Netcat } or { Netcat: not null } => $"if [ -S {OurSocket}{suffix} ]; then s={OurSocket}{suffix}; else s={LibvirtSocket}{suffix}; fi; {Netcat(address, null)}",
            _ => $"if [ -S {OurSocket}{suffix} ]; then s={OurSocket}{suffix}; elif command -v virt-ssh-helper >/dev/null 2>&1; then {native}; else s={LibvirtSocket}{suffix}; fi; {Netcat(address, null)}",
        };
        return $"sh -c {Quote(script)}";
    }

    // Some netcats stay after the end of their input unless -q says how long; others do not know it.
    private static string Netcat(RemoteAddress address, string? socket)
    {
        string program = Quote(address.Netcat ?? "nc");
        return $"if {program} -q 2>&1 | grep -q \"requires an argument\"; then q=-q0; else q=; fi; exec {program} $q -U {(socket is null ? "$s" : Quote(socket))}";
    }
}
