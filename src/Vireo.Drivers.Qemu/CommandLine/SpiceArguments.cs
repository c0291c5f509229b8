using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>A display served by SPICE.</summary>
internal static class SpiceArguments
{
    /// <summary>The value of <c>-spice</c>.</summary>
    public static string Value(GraphicsConfig graphics)
    {
        var listen = graphics.Listens.IsEmpty ? new GraphicsListen { Type = GraphicsListenType.None } : graphics.Listens[0];
        Unsupported.When(listen.Type == GraphicsListenType.Network && listen.Address is null, "<listen type='network'>", "has no address; is its network running?");
        var value = new OptionList();
        if (listen.Type is GraphicsListenType.Address or GraphicsListenType.Network)
        {
            value.With("port", graphics.Port is > 0 || graphics.TlsPort is not > 0 ? Text(graphics.Port ?? 0) : null).With("tls-port", graphics.TlsPort is > 0 ? Text(graphics.TlsPort.Value) : null)
                .With("addr", listen.Address ?? graphics.ListenAddress ?? "127.0.0.1").With("x509-dir", graphics.TlsPort is > 0 ? "/etc/pki/libvirt-spice" : null);
        }
        else if (listen is { Type: GraphicsListenType.Socket, Socket: { } socket })
        {
            value.With("unix", true).With("addr", socket);
        }
        else
        {
            value.With("port", "0");
        }

        value.With("tls-channel", graphics.DefaultMode == SpiceChannelMode.Secure ? "default" : null).With("plaintext-channel", graphics.DefaultMode == SpiceChannelMode.Insecure ? "default" : null);
        foreach (var channel in graphics.Channels)
        {
            value.With("tls-channel", channel.Mode == SpiceChannelMode.Secure ? channel.Name?.ToXmlName() : null)
                .With("plaintext-channel", channel.Mode == SpiceChannelMode.Insecure ? channel.Name?.ToXmlName() : null);
        }

        return value.With("disable-ticketing", graphics.Passwd is null ? true : null)
            .With("image-compression", graphics.ImageCompression?.ToXmlName())
            .With("jpeg-wan-compression", graphics.JpegCompression?.ToXmlName())
            .With("zlib-glz-wan-compression", graphics.ZlibCompression?.ToXmlName())
            .With("playback-compression", graphics.PlaybackCompression)
            .With("streaming-video", graphics.StreamingMode?.ToXmlName())
            .With("agent-mouse", graphics.MouseMode switch { null => null, SpiceMouseMode.Server => false, _ => true })
            .With("disable-copy-paste", graphics.ClipboardCopypaste == false ? true : null)
            .With("disable-agent-file-xfer", graphics.Filetransfer == false ? true : null)
            .With("gl", graphics.Gl?.Enable).With("rendernode", graphics.Gl?.Rendernode)
            .With("seamless-migration", true).ToString();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
