using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Displays, graphics cards, audio.</summary>
internal static class DisplayDefaults
{
    /// <summary>Fills in listening places, the card that a display needs, its memory, and where sound goes.</summary>
    public static void Apply(DeviceDraft draft, MachineKind machine)
    {
        DeviceDraft.Each(draft.Graphics, Graphics);
        GraphicsDefaults.Videos(draft, machine.Video);
        DeviceDraft.Each(draft.Videos, Video);
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
        // Where it listens on no address there is nothing to encrypt.
        if (graphics is { Type: GraphicsType.Spice, TlsPort: > 0, Autoport: not true } && graphics.Listens is not [{ Type: GraphicsListenType.Socket or GraphicsListenType.None }, ..])
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "spice TLS port set in XML configuration, but TLS is disabled in qemu.conf");
        }

        return GraphicsDefaults.Apply(graphics);
    }

    private static VideoConfig Video(VideoConfig video)
    {
        var model = video.Model!;
        return video with
        {
            Model = model.Type switch
            {
                VideoType.Qxl => model with { Ram = Power(model.Ram ?? 65536), Vram = Power(model.Vram ?? 65536), Vgamem = Power(model.Vgamem ?? 16384) },
                VideoType.Vga or VideoType.Cirrus or VideoType.Vmvga or VideoType.Bochs => model with { Vram = Power(model.Vram is > 0 ? model.Vram.Value : 16384) },
                _ => model,
            },
        };
    }

    private static uint Power(uint kib) => kib is 0 or > (1u << 30) ? kib : System.Numerics.BitOperations.RoundUpToPowerOf2(kib);
}
