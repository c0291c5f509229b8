using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>The host's end of a character device, as a document has it.</summary>
/// <param name="Type">Its kind.</param>
internal sealed record CharEnd(CharType Type)
{
    /// <summary>Where it leads.</summary>
    public ConfigList<CharSource> Sources { get; init; }

    /// <summary>How a connection is spoken.</summary>
    public string? Protocol { get; init; }

    /// <summary>Where all of it is written down, too.</summary>
    public CharLog? Log { get; init; }

    /// <summary>The option that says so; null when the device itself does.</summary>
    public QemuOption? Option { get; init; }

    /// <summary>A device with this end.</summary>
    public CharDevice ToDevice(CharTarget target) => new() { Type = Type, Sources = Sources, Protocol = Protocol, Log = Log, Target = target };
}

/// <summary>Reads ends of character devices: <c>-chardev</c>, and the short forms of <c>-serial</c>.</summary>
internal static class CharSources
{
    /// <summary>The end of that id; null when there is none or a document cannot say it.</summary>
    public static CharEnd? Find(ReadingState state, string id)
    {
        if (state.WithId("-chardev", id) is not { } option)
        {
            return null;
        }

        var properties = option.Properties;
        properties.Take("id");
        var end = Backend(properties);
        var (log, append) = (properties.Take("logfile"), properties.Flag("logappend"));
        return end is null || !properties.Understood ? null : end with { Option = option, Log = log is null ? null : new CharLog { File = log, Append = append } };
    }

    /// <summary>The short form; null when it is none that a document can say.</summary>
    public static CharEnd? Short(string text)
    {
        switch (text)
        {
            case "null":
                return new CharEnd(CharType.Null);
            case "vc":
                return new CharEnd(CharType.Vc);
            case "pty":
                return new CharEnd(CharType.Pty);
            case "stdio":
                return new CharEnd(CharType.Stdio);
            default:
                break;
        }

        if (text.StartsWith("/dev/", StringComparison.Ordinal))
        {
            return WithPath(CharType.Dev, text);
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (kind, rest) = colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
        return kind switch
        {
            "file" when rest.Length > 0 && !rest.Contains(',', StringComparison.Ordinal) => WithPath(CharType.File, rest),
            "pipe" when rest.Length > 0 && !rest.Contains(',', StringComparison.Ordinal) => WithPath(CharType.Pipe, rest),
            "tcp" or "telnet" => Whole(OptionProperties.Parse(rest, "address"), p => Tcp(p, kind == "telnet")),
            "unix" => Whole(OptionProperties.Parse(rest, "path"), Unix),
            "udp" => Udp(rest),
            _ => null,
        };
    }

    private static CharEnd? Whole(OptionProperties properties, Func<OptionProperties, CharEnd?> read) => read(properties) is { } end && properties.Understood ? end : null;

    private static CharEnd? Backend(OptionProperties properties)
    {
        var kind = properties.Take("backend");
        switch (kind)
        {
            case "null" or "vc" or "pty" or "stdio":
                return new CharEnd(kind switch { "null" => CharType.Null, "vc" => CharType.Vc, "pty" => CharType.Pty, _ => CharType.Stdio });
            case "serial" or "tty" or "parallel" or "parport":
                return properties.Take("path") is { } device ? WithPath(CharType.Dev, device) : null;
            case "file":
                var append = properties.Flag("append");
                return properties.Take("path") is { } file ? new CharEnd(CharType.File) { Sources = [new CharSource { Path = file, Append = append }] } : null;
            case "pipe":
                return properties.Take("path") is { } pipe ? WithPath(CharType.Pipe, pipe) : null;
            case "spicevmc":
                properties.Expect("name", "vdagent", "usbredir", "smartcard");
                return new CharEnd(CharType.Spicevmc);
            case "spiceport":
                return properties.Take("name") is { } port ? new CharEnd(CharType.Spiceport) { Sources = [new CharSource { Channel = port }] } : null;
            case "qemu-vdagent":
                properties.Expect("name", "vdagent");
                var mouse = properties.Flag("mouse");
                return new CharEnd(CharType.QemuVdagent)
                {
                    Sources = [new CharSource { ClipboardCopypaste = properties.Flag("clipboard"), MouseMode = mouse switch { true => SpiceMouseMode.Client, false => SpiceMouseMode.Server, null => null } }],
                };
            case "socket" when properties.Peek("path") is not null:
                return Unix(properties);
            case "socket":
                return Tcp(properties, properties.Flag("telnet") == true);
            case "udp":
                var (host, service, from, fromPort) = (properties.Take("host"), properties.Take("port"), properties.Take("localaddr"), properties.Take("localport"));
                return service is null ? null : Udp(host, service, from, fromPort);
            default:
                return null;
        }
    }

    private static CharEnd WithPath(CharType type, string path) => new(type) { Sources = [new CharSource { Path = path }] };

    private static CharEnd? Unix(OptionProperties properties)
    {
        var path = properties.Take("path");
        var server = Mode(properties);
        return path is not { Length: > 0 } ? null : new CharEnd(CharType.Unix)
        {
            Sources = [new CharSource { Mode = server ? CharSourceMode.Bind : CharSourceMode.Connect, Path = path, Reconnect = Reconnect(properties) }],
        };
    }

    private static CharEnd? Tcp(OptionProperties properties, bool telnet)
    {
        var (host, port) = (properties.Take("host"), properties.Take("port"));
        if (properties.Take("address") is { } address)
        {
            var colon = address.LastIndexOf(':');
            (host, port) = colon < 0 ? (null, null) : (address[..colon].Trim('[', ']'), address[(colon + 1)..]);
        }

        var server = Mode(properties);
        var reconnect = Reconnect(properties);
        properties.Expect("delay", "off", "on");
        return port is not { Length: > 0 } || host is null ? null : new CharEnd(CharType.Tcp)
        {
            Protocol = telnet ? "telnet" : "raw",
            Sources = [new CharSource { Mode = server ? CharSourceMode.Bind : CharSourceMode.Connect, Host = host.Length > 0 ? host : server ? "0.0.0.0" : "127.0.0.1", Service = port, Reconnect = reconnect }],
        };
    }

    private static bool Mode(OptionProperties properties)
    {
        var server = properties.Flag("server") == true;
        properties.Expect("wait", "off", "on");
        return server;
    }

    private static ReconnectConfig? Reconnect(OptionProperties properties) => properties.Number("reconnect") is { } seconds and > 0 ? new ReconnectConfig { Enabled = true, Timeout = seconds } : null;

    // HOST:PORT and, after an at sign, the place to send from.
    private static CharEnd? Udp(string text)
    {
        var parts = text.Split('@');
        var (to, from) = (parts[0], parts.Length > 1 ? parts[1] : null);
        var (colon, own) = (to.LastIndexOf(':'), from?.LastIndexOf(':') ?? -1);
        return parts.Length > 2 || colon < 0 || (from is not null && own < 0) ? null : Udp(to[..colon], to[(colon + 1)..], own > 0 ? from![..own] : null, from?[(own + 1)..]);
    }

    private static CharEnd? Udp(string? host, string service, string? from, string? fromPort)
    {
        if (!ushort.TryParse(service, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            return null;
        }

        var connect = new CharSource { Mode = CharSourceMode.Connect, Host = host is { Length: > 0 } ? host : null, Service = service };
        return new CharEnd(CharType.Udp)
        {
            Sources = from is null && fromPort is null ? [connect] : [new CharSource { Mode = CharSourceMode.Bind, Host = from, Service = fromPort }, connect],
        };
    }
}
