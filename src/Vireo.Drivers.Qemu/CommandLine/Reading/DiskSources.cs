using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>What QEMU's names of images mean: paths, addresses, and its older ways to write them.</summary>
internal static class DiskSources
{
    /// <summary>Reads a name; null when a document cannot say it.</summary>
    /// <param name="state">The command line, whose environment tells of Ceph's monitors.</param>
    /// <param name="name">As in <c>file=</c>.</param>
    public static (DiskType Type, DiskSource Source)? Read(ReadingState state, string name)
    {
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (colon <= 0 || (slash >= 0 && slash < colon))
        {
            return Local(name);
        }

        var (protocol, rest) = (name[..colon], name[(colon + 1)..]);
        return protocol switch
        {
            "file" => Local(rest.StartsWith("//", StringComparison.Ordinal) ? rest[2..] : rest),
            "fat" => Folder(rest),
            "nbd" when !rest.StartsWith("//", StringComparison.Ordinal) => Nbd(rest),
            "sheepdog" when !rest.StartsWith("//", StringComparison.Ordinal) => Sheepdog(rest),
            "rbd" => Rbd(state, rest),
            _ => Address(name),
        };
    }

    /// <summary>A path: of a block device when it is below /dev, since nothing is looked up.</summary>
    public static (DiskType Type, DiskSource Source)? Local(string path) =>
        path.Length == 0 ? null : path.StartsWith("/dev/", StringComparison.Ordinal) ? (DiskType.Block, new DiskSource { Dev = path }) : (DiskType.File, new DiskSource { File = path });

    /// <summary>A place on the network.</summary>
    public static (DiskType Type, DiskSource Source) Network(DiskProtocol protocol, string? name, params ReadOnlySpan<SourceHost> hosts) =>
        (DiskType.Network, new DiskSource { Protocol = protocol, Name = name is { Length: > 0 } ? name : null, Hosts = hosts.ToArray().ToConfigList() });

    private static (DiskType, DiskSource)? Folder(string rest)
    {
        var path = rest.StartsWith("floppy:", StringComparison.Ordinal) ? rest[7..] : rest;
        return path.StartsWith('/') ? (DiskType.Dir, new DiskSource { Dir = path }) : null;
    }

    private static (DiskType, DiskSource)? Nbd(string rest)
    {
        var export = rest.IndexOf(":exportname=", StringComparison.Ordinal);
        var (server, name) = export < 0 ? (rest, null) : (rest[..export], rest[(export + 12)..]);
        if (server.StartsWith("unix:", StringComparison.Ordinal))
        {
            return Network(DiskProtocol.Nbd, name, new SourceHost { Transport = SourceTransport.Unix, Socket = server[5..] });
        }

        return Host(server) is { } host ? Network(DiskProtocol.Nbd, name, host) : null;
    }

    private static (DiskType, DiskSource)? Sheepdog(string rest) => rest.Split(':') switch
    {
        [var name] => Network(DiskProtocol.Sheepdog, name),
        [var host, var port, var name] => Network(DiskProtocol.Sheepdog, name, new SourceHost { Name = host, Port = port }),
        _ => null,
    };

    // NAME:KEY=VALUE:…, with backslashes before colons in values; without monitors they are in the environment.
    private static (DiskType, DiskSource)? Rbd(ReadingState state, string rest)
    {
        var parts = rest.Replace("\\:", "\0", StringComparison.Ordinal).Split(':').Select(p => p.Replace('\0', ':').Replace("\\;", ";", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal)).ToList();
        string? monitors = null;
        string? config = null;
        foreach (var part in parts.Skip(1))
        {
            switch (part.Split('=', 2))
            {
                case ["mon_host", var value]:
                    monitors = value.Replace(';', ',');
                    break;
                case ["conf", var value]:
                    config = value;
                    break;
                case ["auth_supported", "none"]:
                    break;
                default:
                    // A user whose secret the document would have to refer to.
                    return null;
            }
        }

        if (monitors is null && state.PeekVariable("CEPH_ARGS") is { } arguments && arguments.StartsWith("-m ", StringComparison.Ordinal))
        {
            monitors = arguments[3..].Trim();
            state.Variable("CEPH_ARGS");
        }

        var (name, snapshot) = parts[0].Split('@', 2) switch { [var image, var taken] => (image, taken), _ => (parts[0], null) };
        var hosts = (monitors ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Host).OfType<SourceHost>().ToArray();
        var (type, source) = Network(DiskProtocol.Rbd, name, hosts);
        return (type, source with { Snapshot = snapshot, ConfigFile = config });
    }

    private static (DiskType, DiskSource)? Address(string name)
    {
        if (!Uri.TryCreate(name, UriKind.Absolute, out var uri) || uri.UserInfo.Length > 0 || uri.Scheme.Split('+') is not { Length: 1 or 2 } scheme || !XmlNames.TryParse(scheme[0], out DiskProtocol protocol))
        {
            return null;
        }

        SourceTransport? transport = null;
        if (scheme.Length == 2)
        {
            if (!XmlNames.TryParse(scheme[1], out SourceTransport named))
            {
                return null;
            }

            transport = named;
        }

        var path = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/'));
        var query = uri.Query.TrimStart('?');
        if (transport == SourceTransport.Unix)
        {
            return query.StartsWith("socket=", StringComparison.Ordinal) ? Network(protocol, path, new SourceHost { Transport = transport, Socket = Uri.UnescapeDataString(query[7..]) }) : null;
        }

        if (uri.Host.Length == 0)
        {
            return null;
        }

        var host = new SourceHost { Name = uri.Host.Trim('[', ']'), Port = uri.Port > 0 ? uri.Port.ToString(CultureInfo.InvariantCulture) : null, Transport = transport };
        var (type, source) = Network(protocol, protocol == DiskProtocol.Ssh ? "/" + path : path, host);
        return query.Length == 0 ? (type, source) : protocol is DiskProtocol.Http or DiskProtocol.Https ? (type, source with { Query = query }) : null;
    }

    /// <summary>HOST, HOST:PORT or [HOST]:PORT.</summary>
    public static SourceHost? Host(string text)
    {
        var bracket = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : -1;
        var name = bracket > 0 ? text[1..bracket] : text.Split(':')[0];
        var rest = bracket > 0 ? text[(bracket + 1)..] : text[name.Length..];
        return name.Length == 0 || (rest.Length > 0 && (rest[0] != ':' || !ushort.TryParse(rest.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            ? null
            : new SourceHost { Name = name, Port = rest.Length > 1 ? rest[1..] : null };
    }
}
