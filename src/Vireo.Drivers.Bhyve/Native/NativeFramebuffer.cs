using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Bhyve.Native;

/// <summary>Reads a framebuffer's options: <c>tcp=127.0.0.1:5900,w=800,h=600,vga=io,password=x</c>.</summary>
internal static class NativeFramebuffer
{
    /// <summary>The display and its card; null when an option has no place in a document.</summary>
    public static (GraphicsConfig Display, VideoConfig Card)? Read(string? options)
    {
        var (address, port, password) = ("127.0.0.1", 5900, (string?)null);
        var (width, height, vga) = ((uint?)null, (uint?)null, (VgaConfiguration?)null);
        foreach (var option in (options ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = option.Split('=', 2) is [var before, var after] ? (before, after) : (option, "");
            var isKnown = name switch
            {
                "tcp" or "rfb" => TryPlace(value, ref address, ref port),
                "password" => (password = value).Length > 0,
                "w" => TryNumber(value, out width),
                "h" => TryNumber(value, out height),
                "vga" => (vga = value switch { "on" => VgaConfiguration.On, "off" => VgaConfiguration.Off, "io" => VgaConfiguration.Io, _ => null }) is not null,
                _ => false,
            };
            if (!isKnown)
                return null;
        }

        if (width is null != height is null)
            return null;
        var resolution = width is null ? null : new VideoResolution { X = width, Y = height };
        return (
            new GraphicsConfig
            {
                Type = GraphicsType.Vnc,
                Port = port,
                Autoport = false,
                ListenAddress = address,
                Passwd = password,
                Listens = [new GraphicsListen { Type = GraphicsListenType.Address, Address = address }],
            },
            new VideoConfig
            {
                Driver = vga is null ? null : new VideoDriver { Vgaconf = vga },
                Model = new VideoModel { Type = VideoType.Gop, Heads = 1, Primary = true, Resolution = resolution },
            });
    }

    private static bool TryPlace(string text, ref string address, ref int port)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port))
            return false;
        if (colon > 0)
            address = text[..colon].TrimStart('[').TrimEnd(']');
        return port is >= 5900 and <= ushort.MaxValue;
    }

    private static bool TryNumber(string text, out uint? number)
    {
        number = uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var read) ? read : null;
        return number is not null;
    }
}
