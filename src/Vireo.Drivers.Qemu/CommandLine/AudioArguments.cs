using System.Globalization;
using System.Text.Json;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Sound cards and what plays and records for them.</summary>
internal static class AudioArguments
{
    /// <summary>Adds the back ends.</summary>
    public static void AddBackends(ArgumentList arguments, DomainConfig config)
    {
        foreach (var audio in config.Devices.Audios)
        {
            arguments.Add("-audiodev", Backend(audio));
        }
    }

    /// <summary>Adds the cards.</summary>
    public static void AddCards(ArgumentList arguments, DomainConfig config)
    {
        foreach (var sound in config.Devices.Sounds)
        {
            Card(arguments, sound, config);
        }
    }

    /// <summary>The name of the back end that a device refers to, or of the first; null when there is none.</summary>
    public static string? IdFor(AudioRef? reference, DomainConfig config) =>
        reference?.Id is { } id ? Id(id) : config.Devices.Audios.IsEmpty ? null : Id(config.Devices.Audios[0].Id);

    private static string Id(uint? id) => string.Create(CultureInfo.InvariantCulture, $"audio{id ?? 1}");

    private static OptionJson Backend(AudioConfig audio)
    {
        var option = new OptionJson("id", Id(audio.Id)).Text("driver", audio.Type switch
        {
            AudioType.File => "wav",
            AudioType.Pulseaudio => "pa",
            var type => type?.ToXmlName(),
        }).Number("timer-period", audio.TimerPeriod);
        switch (audio.Type)
        {
            case AudioType.Oss:
                option.Flag("try-mmap", audio.TryMMap).Flag("exclusive", audio.Exclusive).Number("dsp-policy", audio.DspPolicy);
                break;
            case AudioType.Pulseaudio:
                option.Text("server", audio.ServerName);
                break;
            case AudioType.Pipewire:
                break;
            case AudioType.File:
                option.Text("path", audio.Path);
                break;
            default:
                break;
        }

        return option.Raw("in", audio.Input is { } input ? json => Stream(json, input, audio.Type) : null).Raw("out", audio.Output is { } output ? json => Stream(json, output, audio.Type) : null);
    }

    private static void Stream(Utf8JsonWriter json, AudioStream stream, AudioType? type)
    {
        json.WriteStartObject();
        Flag(json, "mixing-engine", stream.MixingEngine);
        Flag(json, "fixed-settings", stream.FixedSettings);
        Number(json, "voices", stream.Voices);
        Number(json, "buffer-length", stream.BufferLength);
        if (stream.Settings is { } settings)
        {
            Number(json, "frequency", settings.Frequency);
            Number(json, "channels", settings.Channels);
            Text(json, "format", settings.Format?.ToXmlName());
        }

        Text(json, "dev", stream.Dev);
        Number(json, "buffer-count", stream.BufferCount);
        Flag(json, "try-poll", stream.TryPoll);
        Text(json, type == AudioType.Jack ? "server-name" : "server", stream.ServerName);
        Text(json, "client-name", stream.ClientName);
        Text(json, "connect-ports", stream.ConnectPorts);
        Flag(json, "exact-name", stream.ExactName);
        Text(json, "name", stream.Name);
        Text(json, "stream-name", stream.StreamName);
        Number(json, "latency", stream.Latency);
        json.WriteEndObject();
    }

    private static void Card(ArgumentList arguments, SoundConfig sound, DomainConfig config)
    {
        var backend = IdFor(sound.Audio, config);
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
            case SoundModel.Pcspk:
                // It is on the board; the machine is told what it plays to.
                break;
            case { } model:
                arguments.Device(OptionJson.Device(model switch
                {
                    SoundModel.Ac97 => "AC97",
                    SoundModel.Es1370 => "ES1370",
                    SoundModel.Sb16 => "sb16",
                    SoundModel.Usb => "usb-audio",
                    SoundModel.Virtio => "virtio-sound-pci",
                    _ => throw Unsupported.Element($"sound model '{model.ToXmlName()}'"),
                }).At(sound, config).Text("audiodev", backend));
                break;
            default:
                throw Unsupported.Element("<sound>", "names no model");
        }
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Number(Utf8JsonWriter json, string name, uint? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void Flag(Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } flag)
        {
            json.WriteBoolean(name, flag);
        }
    }
}
