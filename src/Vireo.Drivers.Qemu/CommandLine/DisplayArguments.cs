using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Displays and graphics cards, and the sound that goes with them.</summary>
internal static class DisplayArguments
{
    private const string VncCredentials = "vnc-tls-creds0";

    /// <summary>Adds them.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config, DisplayTls? vncTls = null)
    {
        foreach (var graphics in config.Devices.Graphics)
        {
            Graphics(arguments, graphics, config, vncTls);
        }

        AudioArguments.AddBackends(arguments, config);
        if (config.Devices.Graphics.IsEmpty)
        {
            arguments.Add("-display", "none");
        }

        for (var i = 0; i < config.Devices.Videos.Count; i++)
        {
            Video(arguments, config.Devices.Videos[i], i == 0, config);
        }

        AudioArguments.AddCards(arguments, config);
    }

    private static void Graphics(ArgumentList arguments, GraphicsConfig graphics, DomainConfig config, DisplayTls? vncTls)
    {
        Unsupported.When(graphics.Keymap is not null && graphics.Keymap.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')), "<graphics keymap=…>");
        Unsupported.When(graphics.Listens.Count > 1, "more than one <listen> of a display", "is not supported by QEMU");
        if (graphics.Keymap is { } keymap)
        {
            arguments.Add("-k", keymap);
        }

        switch (graphics.Type)
        {
            case GraphicsType.Vnc:
                if (vncTls is not null)
                {
                    arguments.Add("-object", OptionJson.Object("tls-creds-x509", VncCredentials).Text("dir", vncTls.Directory).Text("endpoint", "server").Flag("verify-peer", vncTls.Verify));
                }

                arguments.Add("-vnc", Vnc(graphics, config, vncTls is not null));
                break;
            case GraphicsType.Spice:
                arguments.Add("-spice", SpiceArguments.Value(graphics));
                break;
            case GraphicsType.Sdl:
                arguments.Add("-display", new OptionList("sdl").With("gl", graphics.Gl?.Enable).With("full-screen", graphics.Fullscreen).ToString());
                break;
            case GraphicsType.EglHeadless:
                arguments.Add("-display", new OptionList("egl-headless").With("rendernode", graphics.Gl?.Rendernode).ToString());
                break;
            case GraphicsType.Dbus:
                arguments.Add("-display", new OptionList("dbus").With("p2p", graphics.P2p == true ? true : null).With("addr", graphics.DbusAddress).With("gl", graphics.Gl?.Enable)
                    .With("rendernode", graphics.Gl?.Rendernode).With("audiodev", AudioArguments.IdFor(graphics.Audio, config)).ToString());
                break;
            default:
                throw Unsupported.Element($"graphics type '{graphics.Type?.ToXmlName()}'");
        }
    }

    private static string Vnc(GraphicsConfig graphics, DomainConfig config, bool tls)
    {
        var listen = graphics.Listens.IsEmpty ? new GraphicsListen { Type = GraphicsListenType.Address } : graphics.Listens[0];
        OptionList value;
        switch (listen.Type)
        {
            case GraphicsListenType.Socket when listen.Socket is { } socket:
                // By its name, since a path may have an equals sign in it.
                value = new OptionList().With("vnc", $"unix:{socket}");
                break;
            case GraphicsListenType.None:
                value = new OptionList("none");
                break;
            case GraphicsListenType.Address when graphics.Port is >= 5900 and <= 65535:
                value = new OptionList(string.Create(CultureInfo.InvariantCulture, $"{Host(listen.Address ?? graphics.ListenAddress ?? "127.0.0.1")}:{graphics.Port - 5900}"));
                break;
            case GraphicsListenType.Address:
                throw Unsupported.Element($"vnc port {graphics.Port}", "is not between 5900 and 65535");
            default:
                throw Unsupported.Element("<listen> of a vnc display", "of this type is not supported yet");
        }

        Unsupported.When(graphics.Websocket is not (null or 0) && listen.Type != GraphicsListenType.Address, "websocket of a vnc display without an address");
        return value.With("websocket", graphics.Websocket is > 0 ? graphics.Websocket.Value.ToString(CultureInfo.InvariantCulture) : null)
            .With("share", graphics.SharePolicy?.ToXmlName())
            .With("password", graphics.Passwd is null ? null : true)
            .With("tls-creds", tls ? VncCredentials : null)
            .With("power-control", graphics.PowerControl)
            .With("audiodev", AudioArguments.IdFor(graphics.Audio, config)).ToString();
    }

    private static string Host(string address) => address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;

    private static void Video(ArgumentList arguments, VideoConfig video, bool primary, DomainConfig config)
    {
        var model = video.Model!;
        var option = model.Type switch
        {
            VideoType.None => null,
            VideoType.Vga => OptionJson.Device(primary ? "VGA" : "secondary-vga").Number("vgamem_mb", model.Vram / 1024),
            VideoType.Cirrus when primary => OptionJson.Device("cirrus-vga"),
            VideoType.Vmvga when primary => OptionJson.Device("vmware-svga").Number("vgamem_mb", model.Vram / 1024),
            VideoType.Qxl => Qxl(OptionJson.Device(primary ? "qxl-vga" : "qxl"), model),
            VideoType.Virtio => Virtio(video, primary, config),
            VideoType.Bochs => OptionJson.Device("bochs-display").Number("vgamem", (long?)model.Vram * 1024),
            VideoType.Ramfb => OptionJson.Device("ramfb"),
            _ => throw Unsupported.Element($"video type '{model.Type?.ToXmlName()}'{(primary ? "" : " as a second card")}"),
        };
        if (option is not null)
        {
            arguments.Device(option.Number("xres", model.Resolution?.X).Number("yres", model.Resolution?.Y).At(video, config));
        }
    }

    private static OptionJson Virtio(VideoConfig video, bool primary, DomainConfig config)
    {
        var (model, driver) = (video.Model!, video.Driver);
        Unsupported.When(driver?.Name == VideoDriverName.Vhostuser, "<driver name='vhostuser'> of a video device");
        var accelerated = model.Acceleration?.Accel3d == true;
        var name = primary && MachineKind.Of(config.Os.Type!).HasVirtioVga
            ? accelerated ? "virtio-vga-gl" : "virtio-vga"
            : DevicePlace.VirtioName(accelerated ? "virtio-gpu-gl" : "virtio-gpu", (string?)null, video.Address);
        return OptionJson.Device(name).Number("max_outputs", model.Heads).Flag("blob", model.Blob).Virtio(driver?.Iommu, driver?.Ats, driver?.Packed, driver?.PagePerVq);
    }

    private static OptionJson Qxl(OptionJson option, VideoModel model) => option
        .Number("max_outputs", model.Heads).Number("ram_size", (long?)model.Ram * 1024).Number("vram_size", (long?)model.Vram * 1024)
        .Number("vram64_size_mb", (model.Vram64 ?? 0) / 1024).Number("vgamem_mb", model.Vgamem / 1024);
}
