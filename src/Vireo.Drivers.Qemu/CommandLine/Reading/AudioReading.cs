using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>Sound cards and what plays for them.</summary>
internal static class AudioReading
{
    private static readonly Dictionary<string, SoundModel> s_cards = new(StringComparer.Ordinal)
    {
        ["sb16"] = SoundModel.Sb16,
        ["es1370"] = SoundModel.Es1370,
        ["pcspk"] = SoundModel.Pcspk,
        ["ac97"] = SoundModel.Ac97,
        ["hda"] = SoundModel.Ich6,
        ["ES1370"] = SoundModel.Es1370,
        ["AC97"] = SoundModel.Ac97,
        ["intel-hda"] = SoundModel.Ich6,
        ["ich9-intel-hda"] = SoundModel.Ich9,
        ["usb-audio"] = SoundModel.Usb,
        ["virtio-sound-pci"] = SoundModel.Virtio,
        ["virtio-sound"] = SoundModel.Virtio,
    };

    /// <summary>Reads them.</summary>
    public static void Read(ReadingState state)
    {
        foreach (var option in state.Unread("-audiodev").ToList())
        {
            Backend(state, option);
        }

        if (state.Devices.Audios.Count == 0 && state.PeekVariable("QEMU_AUDIO_DRV") is { } driver && Kind(driver) is { } kind)
        {
            state.Variable("QEMU_AUDIO_DRV");
            if (kind != AudioType.None)
            {
                state.Devices.Audios.Add(new AudioConfig { Id = 1, Type = kind });
            }
        }

        foreach (var option in state.Unread("-soundhw").ToList())
        {
            var names = option.Value!.Split(',');
            if (names.All(n => s_cards.ContainsKey(n)))
            {
                state.Devices.Sounds.AddRange(names.Select(n => new SoundConfig { Model = s_cards[n] }));
                option.Read();
            }
        }

        foreach (var option in state.Unread("-device").ToList())
        {
            Card(state, option);
        }
    }

    /// <summary>Takes a reference to what plays; nothing when it is the first, which is meant anyway.</summary>
    public static AudioRef? Reference(ReadingState state, OptionProperties properties)
    {
        if (properties.Take("audiodev") is not { } name)
        {
            return null;
        }

        return state.Devices.Audios.Find(a => a.Id == Number(name)) is not { } audio ? properties.Fail<AudioRef>() : ReferenceEquals(audio, state.Devices.Audios[0]) ? null : new AudioRef { Id = audio.Id };
    }

    private static uint? Number(string name) => name.StartsWith("audio", StringComparison.Ordinal) && uint.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0 ? id : null;

    private static AudioType? Kind(string driver) => driver switch
    {
        "pa" => AudioType.Pulseaudio,
        "wav" => AudioType.File,
        _ => XmlNames.TryParse(driver, out AudioType type) && type is not (AudioType.Pulseaudio or AudioType.File) ? type : null,
    };

    private static void Backend(ReadingState state, QemuOption option)
    {
        var properties = option.Properties;
        if (properties.Take("driver") is { } driver && Kind(driver) is { } kind && properties.Take("id") is { } id && Number(id) is { } number && !state.Devices.Audios.Exists(a => a.Id == number))
        {
            var audio = new AudioConfig
            {
                Id = number,
                Type = kind,
                TimerPeriod = properties.Number("timer-period"),
                ServerName = kind == AudioType.Pulseaudio ? properties.Take("server") : null,
                Path = kind == AudioType.File ? properties.Take("path") : null,
            };
            if (properties.Understood)
            {
                state.Devices.Audios.Add(audio);
                option.Read();
            }
        }
    }

    private static void Card(ReadingState state, QemuOption option)
    {
        var properties = option.Properties;
        if (properties.Take("driver") is not { } driver || !s_cards.TryGetValue(driver, out var model) || model == SoundModel.Pcspk)
        {
            return;
        }

        var id = properties.Take("id");
        var reference = Reference(state, properties);
        var sound = new SoundConfig { Model = model, Address = model == SoundModel.Usb ? state.Places.Usb(properties) : model == SoundModel.Sb16 ? null : state.Places.Pci(properties) };
        var codecs = new List<QemuOption>();
        if (model is SoundModel.Ich6 or SoundModel.Ich9)
        {
            codecs = [.. state.Unread("-device").Where(o => o.Properties.Peek("driver") is "hda-duplex" or "hda-micro" or "hda-output" && (o.Properties.Peek("bus") is null || o.Properties.Peek("bus") == id + ".0"))];
            var names = new List<string>();
            foreach (var codec in codecs.Select(c => c.Properties))
            {
                names.Add(codec.Take("driver")!["hda-".Length..]);
                codec.TakeAny("id", "bus", "cad");
                reference = Reference(state, codec) ?? reference;
                if (!codec.Understood)
                {
                    return;
                }
            }

            // One that plays and records is what a card has anyway.
            sound = sound with { Codecs = names is [] or ["duplex"] ? [] : names.ToConfigList() };
        }

        if (properties.Understood)
        {
            state.Devices.Sounds.Add(sound with { Audio = reference });
            option.Read();
            codecs.ForEach(c => c.Read());
        }
    }
}
