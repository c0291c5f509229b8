using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Displays, graphics cards, audio.</summary>
internal static class DisplayDefaults
{
    /// <summary>Fills in listening places, the card that a display needs, its memory, and where sound goes.</summary>
    public static void Apply(DeviceDraft draft)
    {
        DeviceDraft.Each(draft.Graphics, Graphics);
        Videos(draft);
        DeviceDraft.Each(draft.Sounds, sound => sound with { Model = sound.Model ?? SoundModel.Ich6 });
        if (draft.Audios.Count == 0 && ImpliedAudio(draft) is { } audio)
        {
            draft.Audios.Add(audio);
        }
    }

    /// <summary>Where sound goes when nobody says: the last display that has a place for it decides. Null when that is left to QEMU.</summary>
    public static AudioConfig? ImpliedAudio(DeviceDraft draft)
    {
        AudioType? type = draft.Graphics.FindLast(g => g.Type is GraphicsType.Vnc or GraphicsType.Spice or GraphicsType.Sdl)?.Type switch
        {
            GraphicsType.Vnc => AudioType.None,
            GraphicsType.Spice => AudioType.Spice,
            _ => draft.Graphics.Count == 0 ? AudioType.None : null,
        };
        return type is null ? null : new AudioConfig { Id = 1, Type = type };
    }

    private static GraphicsConfig Graphics(GraphicsConfig graphics)
    {
        graphics = graphics with { Listens = graphics.Listens.Map(Listen) };
        return graphics.Type switch
        {
            GraphicsType.Vnc => Vnc(graphics),
            GraphicsType.Spice => Spice(graphics),
            _ => graphics,
        };
    }

    // Which address a network has is known of a run alone.
    private static GraphicsListen Listen(GraphicsListen listen) => listen.Type switch
    {
        GraphicsListenType.Address => listen,
        GraphicsListenType.Network => listen with { Address = null },
        GraphicsListenType.Socket => listen with { Address = null, Network = null },
        _ => new GraphicsListen { Type = listen.Type, Extras = listen.Extras },
    };

    private static GraphicsConfig Vnc(GraphicsConfig graphics)
    {
        if (Socket(graphics) is { } path)
        {
            return WithoutPorts(graphics) with { Socket = path, Listens = [new GraphicsListen { Type = GraphicsListenType.Socket, Socket = path }, .. graphics.Listens.Skip(1)] };
        }

        if (IsElsewhere(graphics))
        {
            return WithoutPorts(graphics);
        }

        var autoport = graphics.Autoport ?? graphics.Port is null or -1;
        return AtAddress(graphics with { Autoport = autoport, Port = autoport ? -1 : graphics.Port is > 0 ? graphics.Port : null });
    }

    private static GraphicsConfig Spice(GraphicsConfig graphics)
    {
        if (IsElsewhere(graphics))
        {
            return WithoutPorts(graphics);
        }

        var autoport = graphics is { Autoport: true } or { Port: -1, TlsPort: -1 };
        if (graphics.TlsPort > 0 && !autoport)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "spice TLS port set in XML configuration, but TLS is disabled in qemu.conf");
        }

        graphics = graphics with { Autoport = autoport, Port = autoport || graphics.Port is 0 ? null : graphics.Port, TlsPort = autoport || graphics.TlsPort is 0 ? null : graphics.TlsPort };

        // Without a port it listens nowhere.
        var nowhere = !autoport && graphics is { Port: null, TlsPort: null } && (graphics.Listens.IsEmpty || graphics.Listens[0].Type == GraphicsListenType.Address);
        return nowhere
            ? WithoutPorts(graphics) with { Listens = [new GraphicsListen { Type = GraphicsListenType.None }, .. graphics.Listens.Skip(1)] }
            : AtAddress(graphics);
    }

    private static bool IsElsewhere(GraphicsConfig graphics) => !graphics.Listens.IsEmpty && graphics.Listens[0].Type is GraphicsListenType.Socket or GraphicsListenType.None;

    private static GraphicsConfig WithoutPorts(GraphicsConfig graphics) => graphics with { ListenAddress = null, Port = null, TlsPort = null, Autoport = null, Websocket = null };

    private static GraphicsConfig AtAddress(GraphicsConfig graphics)
    {
        if (graphics.Listens.IsEmpty)
        {
            return graphics with { Listens = [new GraphicsListen { Type = GraphicsListenType.Address, Address = graphics.ListenAddress }] };
        }

        if (graphics.Listens[0].Type != GraphicsListenType.Address)
        {
            return graphics with { ListenAddress = null };
        }

        var address = graphics.Listens[0].Address ?? graphics.ListenAddress;
        return graphics with { ListenAddress = address, Listens = [graphics.Listens[0] with { Address = address }, .. graphics.Listens.Skip(1)] };
    }

    // The attribute and the first place may both name the socket, if it is one.
    private static string? Socket(GraphicsConfig graphics)
    {
        var listened = graphics.Listens is [{ Type: GraphicsListenType.Socket, Socket: { } first }, ..] ? first : null;
        return graphics.Socket is null || listened is null || listened == graphics.Socket
            ? graphics.Socket ?? listened
            : throw VireoException.ConfigUnsupported(
                ErrorDomain.Domain, $"graphics 'socket' attribute '{graphics.Socket}' must match 'socket' attribute of first listen element (found '{listened}')");
    }

    private static void Videos(DeviceDraft draft)
    {
        if (draft.Videos.Count == 0 && draft.Graphics.Count > 0)
        {
            draft.Videos.Add(new VideoConfig());
        }

        DeviceDraft.Each(draft.Videos, Video);
        if (draft.Videos.Count == 0)
        {
            return;
        }

        var primary = Math.Max(0, draft.Videos.FindIndex(v => v.Model!.Primary == true));
        var first = draft.Videos[primary];
        draft.Videos.RemoveAt(primary);
        draft.Videos.Insert(0, first with { Model = first.Model! with { Primary = first.Model.Type == VideoType.None ? null : true } });
    }

    private static VideoConfig Video(VideoConfig video)
    {
        var model = video.Model ?? new VideoModel();
        var type = model.Type is null or VideoType.Default ? VideoType.Cirrus : model.Type;
        model = model with { Type = type, Heads = type == VideoType.None ? null : model.Heads ?? 1 };
        return video with
        {
            Model = type switch
            {
                VideoType.Qxl => model with { Ram = Power(model.Ram ?? 65536), Vram = Power(model.Vram ?? 65536), Vgamem = Power(model.Vgamem ?? 16384) },
                VideoType.Vga or VideoType.Cirrus or VideoType.Vmvga or VideoType.Bochs => model with { Vram = Power(model.Vram is > 0 ? model.Vram.Value : 16384) },
                _ => model,
            },
        };
    }

    private static uint Power(uint kib) => kib is 0 or > (1u << 30) ? kib : System.Numerics.BitOperations.RoundUpToPowerOf2(kib);
}
