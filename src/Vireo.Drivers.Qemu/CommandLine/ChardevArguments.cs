using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>The host's end of a character device.</summary>
internal static class ChardevArguments
{
    /// <summary>Adds it, named after the device: <c>char</c> and the alias.</summary>
    public static void Add(ArgumentList arguments, CharDevice device) =>
        arguments.Add("-chardev", Value(device.Type, device.Sources, device.Protocol, device.Log, $"char{device.Alias}", device.Type == CharType.Spicevmc ? "vdagent" : null));

    /// <summary>Adds the end of a redirected USB device.</summary>
    public static void Add(ArgumentList arguments, RedirdevConfig device) =>
        arguments.Add("-chardev", Value(device.Type, device.Sources, device.Protocol, device.Log, $"char{device.Alias}", "usbredir"));

    private static string Value(CharType? type, ConfigList<CharSource> sources, string? protocol, CharLog? log, string id, string? spiceName)
    {
        var source = sources.IsEmpty ? new CharSource() : sources[0];
        Unsupported.When(source.Tls == true, "<source tls='yes'>");
        var value = type switch
        {
            CharType.Null => Begin("null", id),
            CharType.Pty => Begin("pty", id),
            CharType.Dev => Begin("serial", id).With("path", Needed(source.Path, "path")),
            CharType.File => Begin("file", id).With("path", Needed(source.Path, "path")).With("append", source.Append),
            CharType.Pipe => Begin("pipe", id).With("path", Needed(source.Path, "path")),
            CharType.Unix => Unix(source, id),
            CharType.Tcp => Tcp(source, protocol, id),
            CharType.Udp => Udp(sources, id),
            CharType.Spicevmc when spiceName is not null => Begin("spicevmc", id).With("name", spiceName),
            CharType.Spiceport => Begin("spiceport", id).With("name", Needed(source.Channel, "channel")),
            _ => throw Unsupported.Element($"character device type '{type?.ToXmlName()}'"),
        };
        return value.With("logfile", log?.File).With("logappend", log?.Append).ToString();
    }

    private static OptionList Begin(string backend, string id) => new OptionList(backend).With("id", id);

    private static OptionList Unix(CharSource source, string id)
    {
        var value = Begin("socket", id).With("path", Needed(source.Path, "path"));
        return source.Mode == CharSourceMode.Connect ? Reconnect(value, source) : value.With("server", true).With("wait", false);
    }

    private static OptionList Tcp(CharSource source, string? protocol, string id)
    {
        Unsupported.When(protocol is not (null or "raw" or "telnet"), $"<protocol type='{protocol}'>");
        var value = Begin("socket", id).With("host", Needed(source.Host, "host")).With("port", Needed(source.Service, "service")).With("telnet", protocol == "telnet" ? true : null);
        return source.Mode == CharSourceMode.Bind ? value.With("server", true).With("wait", false) : Reconnect(value, source);
    }

    private static OptionList Udp(ConfigList<CharSource> sources, string id)
    {
        var connect = sources.Find(s => s.Mode is null or CharSourceMode.Connect) ?? throw Unsupported.Element("a UDP character device", "needs a <source mode='connect'>");
        var bind = sources.Find(s => s.Mode == CharSourceMode.Bind);
        return Begin("udp", id).With("host", connect.Host).With("port", Needed(connect.Service, "service")).With("localaddr", bind?.Host).With("localport", bind?.Service);
    }

    private static OptionList Reconnect(OptionList value, CharSource source) =>
        source.Reconnect is { Enabled: true } reconnect ? value.With("reconnect", (reconnect.Timeout ?? 1).ToString(CultureInfo.InvariantCulture)) : value;

    private static string Needed(string? value, string attribute) =>
        value is { Length: > 0 } ? value : throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, $"Missing source {attribute} attribute for char device");
}
