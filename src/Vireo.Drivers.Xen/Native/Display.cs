using System.Globalization;
using System.Text;
using Vireo.Config;

namespace Vireo.Drivers.Xen.Native;

/// <summary>VNC servers and windows: entries of their own for fully virtualized guests, <c>vfb</c> for others.</summary>
internal static class Display
{
    private const int FirstPort = 5900;
    private const uint MostDisplays = ushort.MaxValue - FirstPort;

    /// <summary>A file's display.</summary>
    public static ConfigList<GraphicsConfig> Parse(XenFile file, GuestKind kind)
    {
        if (kind != GuestKind.Hvm)
            return file.Texts("vfb") is [var first, ..] ? [FrameBuffer(first)] : default;
        if (file.Flag("vnc"))
        {
            var isAuto = file.Flag("vncunused", true);
            uint? display = isAuto ? null : file.Count("vncdisplay", MostDisplays) ?? 0;
            return [Vnc(isAuto, display, file.Text("vnclisten")) with { Passwd = file.Text("vncpasswd"), Keymap = file.Text("keymap") }];
        }

        return file.Flag("sdl") ? [new GraphicsConfig { Type = GraphicsType.Sdl, Display = file.Text("display"), Xauth = file.Text("xauthority") }] : default;
    }

    /// <summary>Writes the display, when it is the only one.</summary>
    public static void Format(XenText text, ConfigList<GraphicsConfig> displays, GuestKind kind)
    {
        if (displays.Count != 1 || displays[0] is { Type: GraphicsType.Spice })
            return;
        var display = displays[0];
        if (display.Type is not (GraphicsType.Vnc or GraphicsType.Sdl))
            throw XenErrors.Unsupported($"unsupported graphics type '{display.Type?.ToXmlName()}'");
        if (kind == GuestKind.Hvm)
            FormatEntries(text, display);
        else
            text.AddIfAny("vfb", [FrameBuffer(display)]);
    }

    /// <summary>The address that a server listens on; null when it is not told.</summary>
    public static string? Listen(GraphicsConfig display) =>
        display.Listens.IsEmpty ? display.ListenAddress : display.Listens.Find(listen => listen.Type == GraphicsListenType.Address)?.Address;

    private static GraphicsConfig Vnc(bool isAuto, uint? display, string? address) => new()
    {
        Type = GraphicsType.Vnc,
        Port = isAuto ? -1 : (int?)display + FirstPort,
        Autoport = isAuto,
        ListenAddress = address,
        Listens = [new GraphicsListen { Type = GraphicsListenType.Address, Address = address }],
    };

    private static GraphicsConfig FrameBuffer(string text)
    {
        var fields = new Dictionary<string, string?>();
        foreach (var (name, value) in Fields.Parse(text))
            fields[name] = value;
        if (fields.GetValueOrDefault("type") == "sdl")
            return new GraphicsConfig { Type = GraphicsType.Sdl, Display = fields.GetValueOrDefault("display"), Xauth = fields.GetValueOrDefault("xauthority") };
        var isAuto = fields.GetValueOrDefault("vncunused") == "1";
        uint? display = fields.GetValueOrDefault("vncdisplay") switch
        {
            null => null,
            var number => uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= MostDisplays
                ? count
                : throw XenErrors.Internal($"invalid vncdisplay value '{number}'"),
        };
        return Vnc(isAuto, display, fields.GetValueOrDefault("vnclisten")) with { Passwd = fields.GetValueOrDefault("vncpasswd"), Keymap = fields.GetValueOrDefault("keymap") };
    }

    private static void FormatEntries(XenText text, GraphicsConfig display)
    {
        var isVnc = display.Type == GraphicsType.Vnc;
        text.Add("sdl", !isVnc);
        text.Add("vnc", isVnc);
        if (!isVnc)
        {
            text.AddIfTold("display", display.Display);
            text.AddIfTold("xauthority", display.Xauth);
            return;
        }

        text.Add("vncunused", IsAuto(display));
        if (Number(display) is { } number)
            text.Add("vncdisplay", number);
        text.AddIfTold("vnclisten", Listen(display));
        text.AddIfTold("vncpasswd", display.Passwd);
        text.AddIfTold("keymap", display.Keymap);
    }

    private static string FrameBuffer(GraphicsConfig display)
    {
        var text = new StringBuilder();
        if (display.Type == GraphicsType.Sdl)
            return text.AppendField("type", "sdl").AppendField("display", display.Display).AppendField("xauthority", display.Xauth).ToString();
        return text.AppendField("type", "vnc").AppendField("vncunused", IsAuto(display) ? "1" : "0")
            .AppendField("vncdisplay", Number(display)?.ToString(CultureInfo.InvariantCulture)).AppendField("vnclisten", Listen(display))
            .AppendField("vncpasswd", display.Passwd).AppendField("keymap", display.Keymap).ToString();
    }

    private static bool IsAuto(GraphicsConfig display) => display.Autoport ?? (display.Port is null or -1);

    /// <summary>The display's number; null when the host is to choose, or takes the first.</summary>
    private static int? Number(GraphicsConfig display)
    {
        if (IsAuto(display) || display.Port is null or 0)
            return null;
        return display.Port >= FirstPort ? display.Port - FirstPort : throw XenErrors.Unsupported($"unsupported VNC port {display.Port}: Xen counts them from {FirstPort}");
    }
}
