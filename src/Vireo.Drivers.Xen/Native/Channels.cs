using System.Text;
using Vireo.Config;

namespace Vireo.Drivers.Xen.Native;

/// <summary>Channels to the guest in <c>xl</c>'s files: <c>connection=socket,path=…,name=…</c>.</summary>
internal static class Channels
{
    private const string Key = "channel";

    /// <summary>A file's channels.</summary>
    public static ConfigList<CharDevice> Parse(XenFile file) => (file.Texts(Key) ?? []).Where(text => text.Length > 0).Select(Channel).ToConfigList();

    /// <summary>Writes the channels that are Xen's.</summary>
    public static void Format(XenText text, ConfigList<CharDevice> channels) =>
        text.AddIfAny(Key, channels.Where(channel => channel.Target?.Type == CharTargetType.Xen).Select(Format));

    private static CharDevice Channel(string text)
    {
        var fields = new Dictionary<string, string>();
        foreach (var (name, value) in Fields.ParsePairs(Key, text))
            fields[name] = value;
        var path = fields.GetValueOrDefault("path");
        var channel = fields.GetValueOrDefault("connection") switch
        {
            "pty" => new CharDevice { Type = CharType.Pty },
            "socket" => new CharDevice { Type = CharType.Unix, Sources = path is null ? default : [new CharSource { Mode = CharSourceMode.Bind, Path = path }] },
            _ => throw Fields.Malformed(Key, text),
        };
        return channel with { Target = new CharTarget { Type = CharTargetType.Xen, Name = fields.GetValueOrDefault("name") } };
    }

    private static string Format(CharDevice channel)
    {
        var connection = channel.Type switch
        {
            CharType.Pty => "pty",
            CharType.Unix => "socket",
            _ => throw XenErrors.Unsupported($"unsupported channel type '{channel.Type?.ToXmlName()}'", ErrorDomain.Xenxl),
        };
        return new StringBuilder().AppendField("connection", connection).AppendField("path", channel.Type == CharType.Unix ? channel.Source?.Path : null)
            .AppendField("name", channel.Target?.Name).ToString();
    }
}
