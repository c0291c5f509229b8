using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>A display served by SPICE.</summary>
internal static class SpiceReading
{
    /// <summary>Reads an option, when a document can say all of it: a password it could not.</summary>
    public static void Read(ReadingState state, QemuOption option)
    {
        var properties = option.Properties;
        var socket = properties.Flag("unix") == true;
        var (address, port, secure) = (properties.Take("addr"), properties.Index("port"), properties.Index("tls-port"));
        properties.Expect("seamless-migration", "on");
        properties.Expect("disable-ticketing", "on");
        if (option.Properties.Peek("disable-ticketing") is null)
        {
            return;
        }

        var (clipboard, files, gl, node) = (properties.Flag("disable-copy-paste"), properties.Flag("disable-agent-file-xfer"), properties.Flag("gl"), properties.Take("rendernode"));
        var graphics = new GraphicsConfig
        {
            Type = GraphicsType.Spice,
            Port = socket || port is null or 0 ? null : port,
            TlsPort = secure,
            Autoport = socket || (port is null or 0 && secure is null) ? null : false,
            Listens = [Listen(socket, address, port, secure)],
            ImageCompression = properties.Word("image-compression", (string t, out SpiceImageCompression v) => XmlNames.TryParse(t, out v)),
            JpegCompression = properties.Word("jpeg-wan-compression", (string t, out SpiceWanCompression v) => XmlNames.TryParse(t, out v)),
            ZlibCompression = properties.Word("zlib-glz-wan-compression", (string t, out SpiceWanCompression v) => XmlNames.TryParse(t, out v)),
            PlaybackCompression = properties.Flag("playback-compression"),
            StreamingMode = properties.Word("streaming-video", (string t, out SpiceStreaming v) => XmlNames.TryParse(t, out v)),
            MouseMode = properties.Flag("agent-mouse") switch { true => SpiceMouseMode.Client, false => SpiceMouseMode.Server, null => null },
            ClipboardCopypaste = clipboard == true ? false : null,
            Filetransfer = files == true ? false : null,
            Gl = gl is null && node is null ? null : new GraphicsGl { Enable = gl ?? true, Rendernode = node },
        };
        if (properties.Understood && secure is null && (!socket || address is not null))
        {
            state.Devices.Graphics.Add(graphics);
            option.Read();
        }
    }

    private static GraphicsListen Listen(bool socket, string? address, int? port, int? secure) =>
        socket ? new GraphicsListen { Type = GraphicsListenType.Socket, Socket = address }
        : port is null or 0 && secure is null ? new GraphicsListen { Type = GraphicsListenType.None }
        : new GraphicsListen { Type = GraphicsListenType.Address, Address = address ?? "0.0.0.0" };
}
