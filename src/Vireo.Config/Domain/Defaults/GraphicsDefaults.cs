namespace Vireo.Config.Defaults;

/// <summary>Displays and graphics cards, as far as they are alike in all drivers.</summary>
internal static class GraphicsDefaults
{
    /// <summary>Fills in ports and listening places.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: two sockets are named.</exception>
    public static GraphicsConfig Apply(GraphicsConfig graphics)
    {
        // Which address a network has is known of a run alone.
        graphics = graphics with { Listens = graphics.Listens.Map(l => l.Type == GraphicsListenType.Network ? l with { Address = null } : l) };
        if (graphics.Type is not (GraphicsType.Vnc or GraphicsType.Spice))
        {
            return graphics;
        }

        var vnc = graphics.Type == GraphicsType.Vnc;
        if (vnc && Socket(graphics) is { } path)
        {
            return graphics with
            {
                Socket = path,
                ListenAddress = null,
                Port = null,
                Autoport = null,
                Listens = [new GraphicsListen { Type = GraphicsListenType.Socket, Socket = path }, .. graphics.Listens.Skip(1)],
            };
        }

        if (!graphics.Listens.IsEmpty && graphics.Listens[0].Type is GraphicsListenType.Socket or GraphicsListenType.None)
        {
            return graphics;
        }

        bool? autoport = vnc ? graphics.Autoport ?? graphics.Port is null or -1 : graphics.Autoport ?? (graphics.Port is > 0 || graphics.TlsPort is > 0 ? false : null);
        if (!vnc && graphics.Port == -1 && graphics.Autoport is null)
        {
            autoport = true;
        }

        int? port = autoport == true ? vnc ? -1 : null : graphics.Port is > 0 ? graphics.Port : null;
        graphics = graphics with { Port = port, TlsPort = autoport == true ? null : graphics.TlsPort, Autoport = autoport };
        if (!graphics.Listens.IsEmpty)
        {
            return graphics.Listens[0].Type == GraphicsListenType.Address ? AtAddress(graphics, graphics.Listens[0].Address ?? graphics.ListenAddress) : graphics;
        }

        var listening = vnc || autoport is not null || graphics.ListenAddress is not null;
        return graphics with
        {
            Listens = [new GraphicsListen { Type = listening ? GraphicsListenType.Address : GraphicsListenType.None, Address = graphics.ListenAddress }],
        };
    }

    private static GraphicsConfig AtAddress(GraphicsConfig graphics, string? address) =>
        graphics with { ListenAddress = address, Listens = [graphics.Listens[0] with { Address = address }, .. graphics.Listens.Skip(1)] };

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
        if (draft.Videos.Count == 0 && draft.Graphics.Any(g => g.Type != GraphicsType.EglHeadless))
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
