using Vireo.Config;

namespace Vireo.Drivers.Xen.Native;

/// <summary>Spice servers, which <c>xl</c> has for fully virtualized guests.</summary>
internal static class Spice
{
    /// <summary>A file's server; null when it is off.</summary>
    public static GraphicsConfig? Parse(XenFile file)
    {
        if (!file.Flag("spice"))
            return null;
        var (port, tlsPort, address) = (Port(file, "spiceport"), Port(file, "spicetls_port"), file.Text("spicehost"));
        return new GraphicsConfig
        {
            Type = GraphicsType.Spice,
            Port = port,
            TlsPort = tlsPort,
            Autoport = port is null && tlsPort is null,
            ListenAddress = address,
            Listens = [new GraphicsListen { Type = GraphicsListenType.Address, Address = address }],
            Passwd = file.Flag("spicedisable_ticketing") ? null : file.Required("spicepasswd"),
            MouseMode = file.Flag("spiceagent_mouse") ? SpiceMouseMode.Client : SpiceMouseMode.Server,
            ClipboardCopypaste = file.Flag("spice_clipboard_sharing"),
        };
    }

    /// <summary>Writes the server, when it is the first display.</summary>
    public static void Format(XenText text, ConfigList<GraphicsConfig> displays)
    {
        if (displays.Find(_ => true) is not { Type: GraphicsType.Spice } display)
            return;
        text.Add("sdl", false);
        text.Add("vnc", false);
        text.Add("spice", true);
        text.AddIfTold("spicehost", Display.Listen(display));
        text.Add("spiceport", Math.Max(display.Port ?? 0, 0));
        text.Add("spicetls_port", Math.Max(display.TlsPort ?? 0, 0));
        text.Add("spicedisable_ticketing", display.Passwd is null);
        text.AddIfTold("spicepasswd", display.Passwd);
        if (display.MouseMode is { } mode)
            text.Add("spiceagent_mouse", mode == SpiceMouseMode.Client);
        if (display.ClipboardCopypaste == true)
        {
            text.Add("spicevdagent", true);
            text.Add("spice_clipboard_sharing", true);
        }
    }

    private static int? Port(XenFile file, string key) => file.Count(key, ushort.MaxValue) is > 0 and var port ? (int)port : null;
}
