namespace Vireo.Config.Defaults;

/// <summary>Displays and graphics cards, as far as they are alike in all drivers.</summary>
internal static class GraphicsDefaults
{
    /// <summary>Fills in ports and listening places.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: two sockets are named.</exception>
    public static GraphicsConfig Apply(GraphicsConfig graphics)
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

    /// <summary>Adds the card that a display needs, gives all a type, and puts the primary one first.</summary>
    /// <param name="draft">The devices.</param>
    /// <param name="type">The type of a card that names none.</param>
    public static void Videos(DeviceDraft draft, VideoType type)
    {
        if (draft.Videos.Count == 0 && draft.Graphics.Count > 0)
        {
            draft.Videos.Add(new VideoConfig());
        }

        DeviceDraft.Each(draft.Videos, video => Video(video, type));
        if (draft.Videos.Count == 0)
        {
            return;
        }

        var primary = Math.Max(0, draft.Videos.FindIndex(v => v.Model!.Primary == true));
        var first = draft.Videos[primary];
        draft.Videos.RemoveAt(primary);
        draft.Videos.Insert(0, first with { Model = first.Model! with { Primary = first.Model.Type == VideoType.None ? null : true } });
    }

    private static VideoConfig Video(VideoConfig video, VideoType type)
    {
        var model = video.Model ?? new VideoModel();
        type = model.Type is null or VideoType.Default ? type : model.Type.Value;
        return video with { Model = model with { Type = type, Heads = type == VideoType.None ? null : model.Heads ?? 1 } };
    }
}
