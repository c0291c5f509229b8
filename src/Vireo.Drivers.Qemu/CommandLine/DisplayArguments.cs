using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Displays, graphics cards and sound.</summary>
internal static class DisplayArguments
{
    /// <summary>Adds them.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config)
    {
        foreach (var graphics in config.Devices.Graphics)
        {
            Graphics(arguments, graphics, config);
        }

        foreach (var audio in config.Devices.Audios)
        {
            Unsupported.When(audio.Type is not (AudioType.None or AudioType.Spice), $"<audio type='{audio.Type?.ToXmlName()}'>");
            Unsupported.When(audio != new AudioConfig { Id = audio.Id, Type = audio.Type }, "settings of <audio>");
            arguments.Add("-audiodev", new OptionJson("id", Audio(audio.Id)).Text("driver", audio.Type?.ToXmlName()));
        }

        if (config.Devices.Graphics.IsEmpty)
        {
            arguments.Add("-display", "none");
        }

        for (var i = 0; i < config.Devices.Videos.Count; i++)
        {
            Video(arguments, config.Devices.Videos[i], i == 0, config);
        }

        foreach (var sound in config.Devices.Sounds)
        {
            Sound(arguments, sound, config);
        }
    }

    private static string Audio(uint? id) => string.Create(CultureInfo.InvariantCulture, $"audio{id ?? 1}");

    private static string? AudioOf(AudioRef? reference, DomainConfig config) =>
        reference?.Id is { } id ? Audio(id) : config.Devices.Audios.IsEmpty ? null : Audio(config.Devices.Audios[0].Id);

    private static void Graphics(ArgumentList arguments, GraphicsConfig graphics, DomainConfig config)
    {
        Unsupported.When(graphics.Keymap is not null && graphics.Keymap.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')), "<graphics keymap=…>");
        Unsupported.When(graphics.Gl?.Enable == true, "<gl enable='yes'>");
        if (graphics.Keymap is { } keymap)
        {
            arguments.Add("-k", keymap);
        }

        switch (graphics.Type)
        {
            case GraphicsType.Vnc:
                arguments.Add("-vnc", Vnc(graphics, config));
                break;
            case GraphicsType.Spice:
                arguments.Add("-spice", Spice(graphics));
                break;
            default:
                throw Unsupported.Element($"graphics type '{graphics.Type?.ToXmlName()}'");
        }
    }

    private static string Vnc(GraphicsConfig graphics, DomainConfig config)
    {
        var listen = graphics.Listens.IsEmpty ? new GraphicsListen { Type = GraphicsListenType.Address } : graphics.Listens[0];
        OptionList value;
        switch (listen.Type)
        {
            case GraphicsListenType.Socket when listen.Socket is { } socket:
                value = new OptionList($"unix:{socket}");
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
            .With("power-control", graphics.PowerControl)
            .With("audiodev", AudioOf(graphics.Audio, config)).ToString();
    }

    private static string Spice(GraphicsConfig graphics)
    {
        var listen = graphics.Listens.IsEmpty ? new GraphicsListen { Type = GraphicsListenType.None } : graphics.Listens[0];
        Unsupported.When(listen.Type == GraphicsListenType.Network, "<listen type='network'>");
        Unsupported.When(graphics.TlsPort is > 0, "tlsPort of a spice display");
        Unsupported.When(!graphics.Channels.IsEmpty, "<channel> of a spice display");
        var value = new OptionList();
        if (listen.Type == GraphicsListenType.Address)
        {
            value.With("port", (graphics.Port ?? 0).ToString(CultureInfo.InvariantCulture)).With("addr", listen.Address ?? graphics.ListenAddress ?? "127.0.0.1");
        }
        else if (listen is { Type: GraphicsListenType.Socket, Socket: { } socket })
        {
            value.With("unix", true).With("addr", socket);
        }
        else
        {
            value.With("port", "0");
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
            .With("seamless-migration", true).ToString();
    }

    private static string Host(string address) => address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;

    private static void Video(ArgumentList arguments, VideoConfig video, bool primary, DomainConfig config)
    {
        var model = video.Model!;
        Unsupported.When(model.Acceleration?.Accel3d == true, "<acceleration accel3d='yes'>");
        Unsupported.When(video.Driver?.Name is not (null or VideoDriverName.Qemu), "<driver name='vhostuser'> of a video device");
        Unsupported.When(model.Blob == true, "blob of a video device");
        var option = model.Type switch
        {
            VideoType.None => null,
            VideoType.Vga when primary => OptionJson.Device("VGA").Number("vgamem_mb", model.Vram / 1024),
            VideoType.Cirrus when primary => OptionJson.Device("cirrus-vga"),
            VideoType.Vmvga when primary => OptionJson.Device("vmware-svga").Number("vgamem_mb", model.Vram / 1024),
            VideoType.Qxl => Qxl(OptionJson.Device(primary ? "qxl-vga" : "qxl"), model),
            VideoType.Virtio => OptionJson.Device(primary ? "virtio-vga" : "virtio-gpu-pci").Number("max_outputs", model.Heads)
                .Virtio(video.Driver?.Iommu, video.Driver?.Ats, video.Driver?.Packed, video.Driver?.PagePerVq),
            VideoType.Bochs => OptionJson.Device("bochs-display").Number("vgamem", (long?)model.Vram * 1024),
            VideoType.Ramfb => OptionJson.Device("ramfb"),
            _ => throw Unsupported.Element($"video type '{model.Type?.ToXmlName()}'{(primary ? "" : " as a second card")}"),
        };
        if (option is not null)
        {
            arguments.Device(option.Number("xres", model.Resolution?.X).Number("yres", model.Resolution?.Y).At(video, config));
        }
    }

    private static OptionJson Qxl(OptionJson option, VideoModel model) => option
        .Number("max_outputs", model.Heads).Number("ram_size", (long?)model.Ram * 1024).Number("vram_size", (long?)model.Vram * 1024)
        .Number("vram64_size_mb", (model.Vram64 ?? 0) / 1024).Number("vgamem_mb", model.Vgamem / 1024);

    private static void Sound(ArgumentList arguments, SoundConfig sound, DomainConfig config)
    {
        var backend = AudioOf(sound.Audio, config);
        switch (sound.Model)
        {
            case SoundModel.Ich6 or SoundModel.Ich9:
                arguments.Device(OptionJson.Device(sound.Model == SoundModel.Ich6 ? "intel-hda" : "ich9-intel-hda").At(sound, config));
                IReadOnlyList<string> codecs = sound.Codecs.IsEmpty ? ["duplex"] : [.. sound.Codecs];
                for (var i = 0; i < codecs.Count; i++)
                {
                    Unsupported.When(codecs[i] is not ("duplex" or "micro" or "output"), $"<codec type='{codecs[i]}'>");
                    arguments.Device(OptionJson.Device($"hda-{codecs[i]}").Text("id", string.Create(CultureInfo.InvariantCulture, $"{sound.Alias}-codec{i}"))
                        .Text("bus", $"{sound.Alias}.0").Number("cad", i).Text("audiodev", backend));
                }

                break;
            case SoundModel.Ac97 or SoundModel.Es1370 or SoundModel.Usb:
                arguments.Device(OptionJson.Device(sound.Model switch { SoundModel.Ac97 => "AC97", SoundModel.Es1370 => "ES1370", _ => "usb-audio" }).At(sound, config).Text("audiodev", backend));
                break;
            default:
                throw Unsupported.Element($"sound model '{sound.Model?.ToXmlName()}'");
        }
    }
}
