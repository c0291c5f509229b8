using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>The host's end of a character device.</summary>
internal static class ChardevArguments
{
    /// <summary>Adds that of a port, a console or a channel, named after the device: <c>char</c> and the alias.</summary>
    public static void Add(ArgumentList arguments, CharDevice device, CommandLineContext context, bool parallel = false) =>
        Add(arguments, new Backend(device.Type, device.Sources, device.Protocol, device.Log) { Parallel = parallel, SpiceName = "vdagent", Socket = context.Sockets.GetValueOrDefault(device.Alias!) }, device.Alias!);

    /// <summary>Adds that of a redirected USB device.</summary>
    public static void Add(ArgumentList arguments, RedirdevConfig device) =>
        Add(arguments, new Backend(device.Type, device.Sources, device.Protocol, device.Log) { SpiceName = "usbredir" }, device.Alias!);

    /// <summary>Adds that of a smart card.</summary>
    public static void Add(ArgumentList arguments, SmartcardConfig device) =>
        Add(arguments, new Backend(device.Type, device.Sources, device.Protocol, device.Log) { SpiceName = "smartcard" }, device.Alias!);

    /// <summary>Adds that of a random number generator that asks a daemon.</summary>
    public static void Add(ArgumentList arguments, RngConfig device) =>
        Add(arguments, new Backend(device.Backend!.Type, device.Backend.Sources, device.Backend.Protocol, device.Backend.Log), device.Alias!);

    private static void Add(ArgumentList arguments, Backend backend, string alias)
    {
        var sources = backend.Sources;
        var source = sources.IsEmpty ? new CharSource() : sources[0];
        var id = $"char{alias}";
        var value = backend.Type switch
        {
            CharType.Null => Begin("null", id),
            CharType.Vc => Begin("vc", id),
            CharType.Pty => Begin("pty", id),
            CharType.Stdio => Begin("stdio", id),
            CharType.Dev => Begin(backend.Parallel ? "parallel" : "serial", id).With("path", Needed(source.Path, "path")),
            CharType.File => Begin("file", id).With("path", Needed(source.Path, "path")).With("append", source.Append),
            CharType.Pipe => Begin("pipe", id).With("path", Needed(source.Path, "path")),
            CharType.Unix when backend.Socket is { } socket => Begin("socket", id).With("fd", socket).With("server", true).With("wait", false),
            CharType.Unix => Unix(source, id),
            CharType.Tcp => Tcp(source, backend.Protocol, id).With("tls-creds", Credentials(arguments, source, alias)),
            CharType.Udp => Udp(sources, id),
            CharType.Spicevmc when backend.SpiceName is { } name => Begin("spicevmc", id).With("name", name),
            CharType.Spiceport => Begin("spiceport", id).With("name", Needed(source.Channel, "channel")),
            CharType.QemuVdagent => Begin("qemu-vdagent", id).With("name", "vdagent").With("clipboard", source.ClipboardCopypaste)
                .With("mouse", source.MouseMode switch { null => null, SpiceMouseMode.Server => false, _ => true }),
            CharType.Dbus => Begin("dbus", id).With("name", Needed(source.Channel, "channel")),
            _ => throw Unsupported.Element($"character device type '{backend.Type?.ToXmlName()}'"),
        };
        arguments.Add("-chardev", value.With("logfile", backend.Log?.File).With("logappend", backend.Log?.Append).ToString());
    }

    private static string? Credentials(ArgumentList arguments, CharSource source, string alias)
    {
        if (source.Tls != true)
        {
            return null;
        }

        var id = $"objchar{alias}_tls0";
        arguments.Add("-object", OptionJson.Object("tls-creds-x509", id).Text("dir", "/etc/pki/qemu").Text("endpoint", source.Mode == CharSourceMode.Bind ? "server" : "client").Flag("verify-peer", true));
        return id;
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

    private sealed record Backend(CharType? Type, ConfigList<CharSource> Sources, string? Protocol, CharLog? Log)
    {
        /// <summary>The number, or the name, of the descriptor that it listens on; null when it makes the socket itself.</summary>
        public string? Socket { get; init; }

        /// <summary>A device file is a parallel port's, not a serial one's.</summary>
        public bool Parallel { get; init; }

        /// <summary>What SPICE's clients know the channel by; null where SPICE cannot serve it.</summary>
        public string? SpiceName { get; init; }
    }
}
