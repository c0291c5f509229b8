using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Members of displays, graphics cards and sound that say nothing of the kind that they stand with.</summary>
internal static class UnreadDisplayMembers
{
    /// <inheritdoc cref="UnreadMembers.Drop"/>
    public static GraphicsConfig Drop(GraphicsConfig graphics)
    {
        var own = new GraphicsConfig { Type = graphics.Type, Extras = graphics.Extras };
        return graphics.Type switch
        {
            GraphicsType.Sdl => own with
            {
                Display = graphics.Display,
                Xauth = graphics.Xauth,
                Fullscreen = graphics.Fullscreen == true ? true : null,
                Gl = graphics.Gl is { Enable: { } enable } ? new GraphicsGl { Enable = enable } : null,
            },
            GraphicsType.EglHeadless => own with { Gl = graphics.Gl?.Rendernode is { } node ? new GraphicsGl { Rendernode = node } : null },
            GraphicsType.Dbus => own with { P2p = graphics.P2p == true ? true : null, DbusAddress = graphics.DbusAddress, Gl = graphics.Gl, Audio = graphics.Audio },
            GraphicsType.Vnc => WithPassword(graphics, own with
            {
                Socket = graphics.Socket,
                Port = graphics.Port,
                Autoport = graphics.Autoport,
                Websocket = graphics.Websocket is 0 ? null : graphics.Websocket,
                ListenAddress = graphics.ListenAddress,
                Keymap = graphics.Keymap,
                SharePolicy = graphics.SharePolicy,
                PowerControl = graphics.PowerControl,
                Listens = graphics.Listens,
                Audio = graphics.Audio,
            }),
            GraphicsType.Spice => WithPassword(graphics, own with
            {
                Port = graphics.Port,
                TlsPort = graphics.TlsPort,
                Autoport = graphics.Autoport,
                ListenAddress = graphics.ListenAddress,
                Keymap = graphics.Keymap,
                DefaultMode = graphics.DefaultMode == SpiceChannelMode.Any ? null : graphics.DefaultMode,
                Listens = graphics.Listens,
                Channels = Channels(graphics.Channels),
                ImageCompression = graphics.ImageCompression,
                JpegCompression = graphics.JpegCompression,
                ZlibCompression = graphics.ZlibCompression,
                PlaybackCompression = graphics.PlaybackCompression,
                StreamingMode = graphics.StreamingMode,
                MouseMode = graphics.MouseMode,
                ClipboardCopypaste = graphics.ClipboardCopypaste,
                Filetransfer = graphics.Filetransfer,
                Gl = UnreadMembers.Some(graphics.Gl),
            }),
            _ => graphics,
        };
    }

    /// <inheritdoc cref="UnreadMembers.Drop"/>
    public static AudioConfig Drop(AudioConfig audio)
    {
        var own = new AudioConfig
        {
            Id = audio.Id,
            Type = audio.Type,
            TimerPeriod = audio.TimerPeriod,
            Input = Stream(audio.Type, audio.Input),
            Output = Stream(audio.Type, audio.Output),
            Extras = audio.Extras,
        };
        return audio.Type switch
        {
            AudioType.Oss => own with { TryMMap = audio.TryMMap, Exclusive = audio.Exclusive, DspPolicy = audio.DspPolicy },
            AudioType.Pulseaudio => own with { ServerName = audio.ServerName },
            AudioType.Sdl => own with { Driver = audio.Driver },
            AudioType.File => own with { Path = audio.Path },
            AudioType.Pipewire => own with { RuntimeDir = audio.RuntimeDir },
            _ => own,
        };
    }

    /// <inheritdoc cref="UnreadMembers.Drop"/>
    public static VideoConfig Drop(VideoConfig video) => video with
    {
        Driver = video.Driver is { } driver ? UnreadMembers.Some(driver with { Vgaconf = null }) : null,
        Model = video.Model is { } model ? model with { Acceleration = UnreadMembers.Some(model.Acceleration) } : null,
    };

    /// <inheritdoc cref="UnreadMembers.Drop"/>
    public static SoundConfig Drop(SoundConfig sound) => sound.Model is SoundModel.Ich6 or SoundModel.Ich9 ? sound : sound with { Codecs = [] };

    private static GraphicsConfig WithPassword(GraphicsConfig graphics, GraphicsConfig own) =>
        graphics.Passwd is null ? own : own with { Passwd = graphics.Passwd, PasswdValidTo = graphics.PasswdValidTo, Connected = graphics.Connected };

    // The last word on a channel counts, and any mode is what one has that is not named.
    private static ConfigList<SpiceChannel> Channels(ConfigList<SpiceChannel> channels) =>
        channels.GroupBy(c => c.Name).Select(g => g.Last()).Where(c => c.Mode != SpiceChannelMode.Any).OrderBy(c => c.Name).ToConfigList();

    private static AudioStream? Stream(AudioType? type, AudioStream? stream)
    {
        if (stream is null)
        {
            return null;
        }

        var own = new AudioStream
        {
            MixingEngine = stream.MixingEngine,
            FixedSettings = stream.FixedSettings,
            Voices = stream.Voices,
            BufferLength = stream.BufferLength,
            Settings = stream.Settings,
            Extras = stream.Extras,
        };
        return UnreadMembers.Some(type switch
        {
            AudioType.Alsa => own with { Dev = stream.Dev },
            AudioType.Oss => own with { Dev = stream.Dev, BufferCount = stream.BufferCount, TryPoll = stream.TryPoll },
            AudioType.Coreaudio or AudioType.Sdl => own with { BufferCount = stream.BufferCount },
            AudioType.Jack => own with { ServerName = stream.ServerName, ClientName = stream.ClientName, ConnectPorts = stream.ConnectPorts, ExactName = stream.ExactName },
            AudioType.Pulseaudio or AudioType.Pipewire => own with { Name = stream.Name, StreamName = stream.StreamName, Latency = stream.Latency },
            _ => own,
        });
    }
}
