using Vireo.Config;

namespace Vireo.Drivers.Xen.Native;

/// <summary>Where a port leads to, as QEMU writes it: <c>pty</c>, <c>/dev/ttyS0</c>, <c>file:/log</c>, <c>tcp:host:99,server,nowait</c>.</summary>
internal static class PortText
{
    private const string Server = ",server";

    /// <summary>Reads one.</summary>
    public static CharDevice Parse(string text)
    {
        if (text.StartsWith('/'))
            return OfPath(CharType.Dev, text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (name, rest) = colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
        if (name == "telnet")
            return Tcp(rest, name);
        if (!XmlNames.TryParse(name, out CharType type))
            throw Unknown(name);
        return type switch
        {
            CharType.Null or CharType.Vc or CharType.Pty or CharType.Stdio or CharType.Spicevmc => new CharDevice { Type = type },
            CharType.Dev or CharType.File or CharType.Pipe => OfPath(type, rest),
            CharType.Tcp => Tcp(rest, "raw"),
            CharType.Udp => Udp(rest),
            CharType.Unix => new CharDevice { Type = type, Sources = [new CharSource { Mode = Mode(rest), Path = rest.Split(',')[0] }] },
            _ => throw Unknown(name),
        };
    }

    /// <summary>Writes one.</summary>
    public static string Format(CharDevice port)
    {
        switch (port.Type)
        {
            case CharType.Null or CharType.Vc or CharType.Pty or CharType.Stdio:
                return port.Type.Value.ToXmlName();
            case CharType.Dev when port.Source?.Path is ['/', ..] path:
                return path;
            case CharType.Dev or CharType.File or CharType.Pipe:
                return $"{port.Type.Value.ToXmlName()}:{Path(port)}";
            case CharType.Tcp when port.Protocol is null or "raw" or "telnet":
                return $"{(port.Protocol == "telnet" ? port.Protocol : "tcp")}:{End(port.Source)}{Listening(port.Source)}";
            case CharType.Tcp:
                throw XenErrors.Unsupported($"unsupported chr device protocol '{port.Protocol}'");
            case CharType.Udp:
                return $"udp:{End(port.Sources.Find(source => source.Mode != CharSourceMode.Bind))}@{End(port.Sources.Find(source => source.Mode == CharSourceMode.Bind))}";
            case CharType.Unix:
                return $"unix:{Fields.Whole("path", Path(port))}{Listening(port.Source)}";
            case CharType.Spicevmc:
                throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "spicevmc device type only supports virtio");
            default:
                throw XenErrors.Unsupported($"unsupported chr device type '{port.Type?.ToXmlName()}'");
        }
    }

    private static CharDevice OfPath(CharType type, string path) => new() { Type = type, Sources = [new CharSource { Path = path }] };

    private static CharDevice Tcp(string text, string protocol)
    {
        var (host, service) = HostAndService(text.Split(',')[0]);
        return new CharDevice { Type = CharType.Tcp, Sources = [new CharSource { Mode = Mode(text), Host = host, Service = service }], Protocol = protocol };
    }

    private static CharDevice Udp(string text)
    {
        var ends = text.Split('@', 2);
        var (host, service) = HostAndService(ends[0]);
        var to = new CharSource { Mode = CharSourceMode.Connect, Host = host, Service = service };
        var from = ends.Length == 1 ? (null, "") : HostAndService(ends[1]);
        return new CharDevice
        {
            Type = CharType.Udp,
            Sources = from is (null, "") ? [to] : [new CharSource { Mode = CharSourceMode.Bind, Host = from.Host, Service = from.Service }, to],
        };
    }

    private static CharSourceMode Mode(string text) => text.Contains(Server, StringComparison.Ordinal) ? CharSourceMode.Bind : CharSourceMode.Connect;

    private static (string? Host, string Service) HostAndService(string text)
    {
        var end = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : 0;
        var colon = end < 0 ? -1 : text.IndexOf(':', end);
        if (colon < 0)
            throw XenErrors.Internal("malformed char device string");
        return (colon == 0 ? null : text[..colon].Trim('[', ']'), text[(colon + 1)..]);
    }

    private static string End(CharSource? source)
    {
        var (host, service) = (source?.Host ?? "", source?.Service ?? "");
        if (host.AsSpan().ContainsAny("[]@,") || service.AsSpan().ContainsAny(":@,"))
            throw XenErrors.Unsupported($"a port cannot lead to the host '{host}' and its service '{service}'");
        return (host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host) + ":" + service;
    }

    private static string Path(CharDevice port) =>
        port.Source?.Path ?? throw VireoException.Internal(ErrorDomain.Domain, "Missing source path attribute for char device");

    private static string Listening(CharSource? source) => source?.Mode == CharSourceMode.Bind ? Server + ",nowait" : "";

    private static VireoException Unknown(string name) => XenErrors.Internal($"unknown chr device type '{name}'");
}
