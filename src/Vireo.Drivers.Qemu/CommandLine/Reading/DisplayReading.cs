using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>Displays and graphics cards.</summary>
internal static class DisplayReading
{
    private const int FirstPort = 5900;

    /// <summary>Reads them. Who shows the guest when nobody says so was libvirt's decision, not QEMU's of today: a window with a Cirrus card.</summary>
    public static void Read(ReadingState state)
    {
        var hidden = state.Switch("-nographic");
        foreach (var option in state.Unread("-display").ToList())
        {
            hidden |= Display(state, option);
        }

        foreach (var option in state.Unread("-vnc").ToList())
        {
            Vnc(state, option);
        }

        foreach (var option in state.Unread("-spice").ToList())
        {
            SpiceReading.Read(state, option);
        }

        if (state.Switch("-sdl"))
        {
            state.Devices.Graphics.Add(Window(state));
        }

        var other = state.Unread("-vnc").Any() || state.Unread("-spice").Any() || state.Unread("-display").Any() || state.Has("-curses");
        if (state.Devices.Graphics.Count == 0 && !hidden && !other && !state.IsBare && state.IsPc)
        {
            state.Devices.Graphics.Add(Window(state));
        }

        if (state.Devices.Graphics.Count == 1 && state.Unread("-k").LastOrDefault()?.Value is { } keymap)
        {
            state.Devices.Graphics[0] = state.Devices.Graphics[0] with { Keymap = keymap };
            state.Last("-k");
        }

        Cards(state, hidden);
    }

    private static GraphicsConfig Window(ReadingState state) => new()
    {
        Type = GraphicsType.Sdl,
        Display = state.Variable("DISPLAY"),
        Xauth = state.Variable("XAUTHORITY"),
        Fullscreen = state.Switch("-full-screen") ? true : null,
    };

    // Whether it says that there is none.
    private static bool Display(ReadingState state, QemuOption option)
    {
        var properties = option.Properties;
        var type = properties.Take("type");
        if (type == "none" && properties.Understood)
        {
            option.Read();
            return true;
        }

        var graphics = type switch
        {
            "sdl" => Window(state) with { Fullscreen = properties.Flag("full-screen"), Gl = properties.Flag("gl") is { } gl ? new GraphicsGl { Enable = gl } : null },
            "egl-headless" => new GraphicsConfig { Type = GraphicsType.EglHeadless, Gl = properties.Take("rendernode") is { } node ? new GraphicsGl { Rendernode = node } : null },
            _ => null,
        };
        if (graphics is not null && properties.Understood)
        {
            state.Devices.Graphics.Add(graphics);
            option.Read();
        }

        return false;
    }

    private static void Vnc(ReadingState state, QemuOption option)
    {
        var properties = option.Properties;
        var place = properties.Take("vnc") ?? "";
        if (place == "none" && properties.Understood)
        {
            option.Read();
            return;
        }

        // How clients prove who they are, libvirt has in its settings.
        properties.TakeAny("sasl", "tls", "x509", "x509verify");
        var graphics = new GraphicsConfig
        {
            Type = GraphicsType.Vnc,
            SharePolicy = properties.Word("share", (string t, out VncSharePolicy v) => XmlNames.TryParse(t, out v)),
            Websocket = properties.Index("websocket"),
            PowerControl = properties.Flag("power-control"),
            Audio = AudioReading.Reference(state, properties),
        };
        var colon = place.LastIndexOf(':');
        if (place.StartsWith("unix:", StringComparison.Ordinal) && place.Length > 5)
        {
            graphics = graphics with { Listens = [new GraphicsListen { Type = GraphicsListenType.Socket, Socket = place[5..] }] };
        }
        else if (colon >= 0 && int.TryParse(place.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var display) && display <= 65535 - FirstPort)
        {
            var address = place[..colon].Trim('[', ']');
            graphics = graphics with { Port = FirstPort + display, Autoport = false, Listens = [new GraphicsListen { Type = GraphicsListenType.Address, Address = address.Length > 0 ? address : "0.0.0.0" }] };
        }
        else
        {
            properties.Fail();
        }

        if (properties.Understood)
        {
            state.Devices.Graphics.Add(graphics);
            option.Read();
        }
    }

    private static void Cards(ReadingState state, bool hidden)
    {
        VideoType? type = null;
        foreach (var option in state.Unread("-vga").ToList())
        {
            VideoType? named = option.Value switch
            {
                "std" => VideoType.Vga,
                "cirrus" => VideoType.Cirrus,
                "vmware" => VideoType.Vmvga,
                "qxl" => VideoType.Qxl,
                "virtio" => VideoType.Virtio,
                "none" => VideoType.None,
                _ => null,
            };
            if (named is not null)
            {
                type = named;
                option.Read();
            }
        }

        type = state.Switch("-std-vga") ? VideoType.Vga : state.Switch("-vmwarevga") ? VideoType.Vmvga : type;
        foreach (var option in state.Unread("-device").ToList())
        {
            Card(state, option);
        }

        if (state.Devices.Videos.Count > 0)
        {
            return;
        }

        if (type is not (null or VideoType.None))
        {
            // A card that nobody looks at was none to libvirt.
            state.Devices.Videos.AddRange(hidden && state.Devices.Graphics.Count == 0 && !state.IsBare ? [] : [new VideoConfig { Model = new VideoModel { Type = type } }]);
        }
        else if (state.Devices.Graphics.Count > 0 && type is null && !state.IsBare && state.IsPc)
        {
            state.Devices.Videos.Add(new VideoConfig { Model = new VideoModel { Type = VideoType.Cirrus } });
        }
        else if (state.Devices.Graphics.Count > 0)
        {
            state.Devices.Videos.Add(new VideoConfig { Model = new VideoModel { Type = VideoType.None } });
        }
    }

    private static void Card(ReadingState state, QemuOption option)
    {
        var properties = option.Properties;
        VideoType? type = properties.Take("driver") switch
        {
            "VGA" or "secondary-vga" => VideoType.Vga,
            "cirrus-vga" => VideoType.Cirrus,
            "vmware-svga" => VideoType.Vmvga,
            "qxl-vga" or "qxl" => VideoType.Qxl,
            "virtio-vga" or "virtio-gpu-pci" or "virtio-gpu" or "virtio-vga-gl" or "virtio-gpu-gl-pci" => VideoType.Virtio,
            "bochs-display" => VideoType.Bochs,
            "ramfb" => VideoType.Ramfb,
            _ => null,
        };
        if (type is null)
        {
            return;
        }

        properties.Take("id");
        var accelerated = option.Properties.Peek("driver")!.Contains("-gl", StringComparison.Ordinal);
        var (width, height) = (properties.Number("xres"), properties.Number("yres"));
        var memory = type switch
        {
            VideoType.Vga or VideoType.Vmvga when properties.Number("vgamem_mb") is { } video => video <= 4096 ? video * 1024 : properties.Fail<uint?>(),
            VideoType.Bochs => Kibibytes(properties, "vgamem"),
            VideoType.Qxl => Kibibytes(properties, "vram_size"),
            _ => (uint?)null,
        };
        var model = new VideoModel
        {
            Type = type,
            Vram = memory,
            Ram = type == VideoType.Qxl ? Kibibytes(properties, "ram_size") : null,
            Vram64 = type == VideoType.Qxl && properties.Number("vram64_size_mb") is > 0 and <= 4096 and var wide ? wide * 1024 : null,
            Vgamem = type == VideoType.Qxl && properties.Number("vgamem_mb") is <= 4096 and var own ? own * 1024 : null,
            Heads = type is VideoType.Qxl or VideoType.Virtio ? properties.Number("max_outputs") : null,
            Blob = type == VideoType.Virtio ? properties.Flag("blob") : null,
            Acceleration = accelerated ? new VideoAcceleration { Accel3d = true } : null,
            Resolution = width is not null && height is not null ? new VideoResolution { X = width, Y = height } : null,
            Primary = state.Devices.Videos.Count == 0 ? true : null,
        };
        var card = new VideoConfig { Model = model, Address = type == VideoType.Ramfb ? null : state.Places.Pci(properties) };
        if (properties.Understood)
        {
            state.Devices.Videos.Add(card);
            option.Read();
        }
    }

    private static uint? Kibibytes(OptionProperties properties, string name) =>
        properties.Big(name) is not { } bytes ? null : bytes % 1024 == 0 && bytes / 1024 <= uint.MaxValue ? (uint)(bytes / 1024) : properties.Fail<uint?>();
}
