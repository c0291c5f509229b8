using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Members of character devices that say nothing of the kind that they stand with.</summary>
internal static class UnreadCharacterMembers
{
    /// <inheritdoc cref="UnreadMembers.Drop"/>
    /// <param name="device">The device.</param>
    /// <param name="console">Whether it is one of the consoles, which have numbers whatever they are.</param>
    public static CharDevice Drop(CharDevice device, bool console = false) => device with
    {
        Tty = null,
        Sources = Sources(device.Type ?? CharType.Pty, device.Sources),
        Log = Log(device.Log),
        Target = device.Target is { } target ? Target(target, console) : null,
    };

    /// <inheritdoc cref="UnreadMembers.Drop"/>
    public static RedirdevConfig Drop(RedirdevConfig device) => device with { Sources = Sources(device.Type, device.Sources), Log = Log(device.Log) };

    /// <inheritdoc cref="UnreadMembers.Drop"/>
    public static SmartcardConfig Drop(SmartcardConfig device) => device.Mode switch
    {
        SmartcardMode.Passthrough => device with { Certificates = [], Database = null, Sources = Sources(device.Type, device.Sources), Log = Log(device.Log), Target = null },
        _ => device with
        {
            Type = null,
            Sources = [],
            Protocol = null,
            Log = null,
            Target = null,
            Certificates = device.Mode == SmartcardMode.Host ? [] : device.Certificates,
            Database = device.Mode == SmartcardMode.Host ? null : device.Database,
        },
    };

    /// <summary>The host's end with what is read of its kind alone.</summary>
    public static ConfigList<CharSource> Sources(CharType? type, ConfigList<CharSource> sources) => sources.Map(source =>
    {
        CharSource? kept = type switch
        {
            CharType.Tcp => new() { Mode = source.Mode, Host = source.Host, Service = source.Service, Tls = source.Tls, TlsFromConfig = source.TlsFromConfig, Reconnect = source.Reconnect },
            CharType.Udp => new() { Mode = source.Mode, Host = source.Host, Service = source.Service },
            CharType.Unix => new() { Mode = source.Mode, Path = source.Path, Reconnect = source.Reconnect },
            CharType.File => new() { Path = source.Path, Append = source.Append },
            CharType.Dev or CharType.Pipe => new() { Path = source.Path },
            CharType.Spiceport => new() { Channel = source.Channel },
            CharType.QemuVdagent => new() { ClipboardCopypaste = source.ClipboardCopypaste, MouseMode = source.MouseMode },
            _ => null,
        };
        return kept is null ? source : kept with { Seclabels = source.Seclabels, Extras = source.Extras };
    });

    private static CharLog? Log(CharLog? log) => log?.File is null ? null : log;

    private static CharTarget Target(CharTarget target, bool console) => target.Type switch
    {
        CharTargetType.Virtio => target with { Address = null, Model = null, Port = console ? target.Port : null },
        CharTargetType.Guestfwd => new() { Type = target.Type, Address = target.Address, Port = target.Port, Extras = target.Extras },
        _ => new() { Type = target.Type, Port = target.Port, Model = target.Model, Extras = target.Extras },
    };
}
