using Vireo.Config.Xml;

namespace Vireo.Config;

/// <summary>A sound card.</summary>
[XmlRecord]
public sealed partial record SoundConfig : DeviceConfig
{
    [XmlAttribute(Required = true)] public SoundModel? Model { get; init; }

    [XmlElement("codec", Value = "type")] public ConfigList<string> Codecs { get; init; }

    [XmlElement] public AudioRef? Audio { get; init; }
}

/// <summary>A sound card's model.</summary>
[XmlEnum]
public enum SoundModel
{
    Sb16, Es1370, Pcspk, Ac97, Ich6, Ich9, Usb, Ich7, Virtio,
}

/// <summary>The audio backend a device uses.</summary>
[XmlRecord]
public sealed partial record AudioRef
{
    [XmlAttribute(Required = true)] public uint? Id { get; init; }
}

/// <summary>A host's audio backend.</summary>
[XmlRecord]
public sealed partial record AudioConfig
{
    [XmlAttribute(Required = true)] public uint? Id { get; init; }

    [XmlAttribute(Required = true)] public AudioType? Type { get; init; }

    /// <summary>Microseconds between runs of the mixer.</summary>
    [XmlAttribute] public uint? TimerPeriod { get; init; }

    /// <summary>OSS: memory mapping.</summary>
    [XmlAttribute] public bool? TryMMap { get; init; }

    /// <summary>OSS: alone on the device.</summary>
    [XmlAttribute] public bool? Exclusive { get; init; }

    /// <summary>OSS: the timing policy; -1 for fragments.</summary>
    [XmlAttribute] public int? DspPolicy { get; init; }

    /// <summary>PulseAudio: the server.</summary>
    [XmlAttribute] public string? ServerName { get; init; }

    /// <summary>SDL: its own driver.</summary>
    [XmlAttribute] public SdlAudioDriver? Driver { get; init; }

    /// <summary>File: where the sound is written.</summary>
    [XmlAttribute] public string? Path { get; init; }

    /// <summary>PipeWire: the directory of its socket.</summary>
    [XmlAttribute] public string? RuntimeDir { get; init; }

    [XmlElement] public AudioStream? Input { get; init; }

    [XmlElement] public AudioStream? Output { get; init; }
}

/// <summary>SDL's own drivers.</summary>
[XmlEnum]
public enum SdlAudioDriver
{
    Esd, Alsa, Arts, Pulseaudio,
}

/// <summary>What plays the sound.</summary>
[XmlEnum]
public enum AudioType
{
    None, Alsa, Coreaudio, Jack, Oss, Pulseaudio, Sdl, Spice, File, Dbus, Pipewire,
}

/// <summary>One direction of a backend; which members count depends on the backend's type.</summary>
[XmlRecord]
public sealed partial record AudioStream
{
    [XmlAttribute] public bool? MixingEngine { get; init; }

    [XmlAttribute] public bool? FixedSettings { get; init; }

    [XmlAttribute] public uint? Voices { get; init; }

    /// <summary>In microseconds.</summary>
    [XmlAttribute] public uint? BufferLength { get; init; }

    /// <summary>ALSA, OSS: the device.</summary>
    [XmlAttribute] public string? Dev { get; init; }

    /// <summary>Core Audio, OSS, SDL.</summary>
    [XmlAttribute] public uint? BufferCount { get; init; }

    /// <summary>OSS: whether polling is tried.</summary>
    [XmlAttribute] public bool? TryPoll { get; init; }

    /// <summary>JACK.</summary>
    [XmlAttribute] public string? ServerName { get; init; }

    /// <summary>JACK.</summary>
    [XmlAttribute] public string? ClientName { get; init; }

    /// <summary>JACK: a pattern of ports.</summary>
    [XmlAttribute] public string? ConnectPorts { get; init; }

    /// <summary>JACK.</summary>
    [XmlAttribute] public bool? ExactName { get; init; }

    /// <summary>PulseAudio, PipeWire: the sink or source.</summary>
    [XmlAttribute] public string? Name { get; init; }

    /// <summary>PulseAudio, PipeWire.</summary>
    [XmlAttribute] public string? StreamName { get; init; }

    /// <summary>PulseAudio, PipeWire: in microseconds.</summary>
    [XmlAttribute] public uint? Latency { get; init; }

    [XmlElement] public AudioSettings? Settings { get; init; }
}

/// <summary>The form of the sound.</summary>
[XmlRecord]
public sealed partial record AudioSettings
{
    [XmlAttribute] public uint? Frequency { get; init; }

    [XmlAttribute] public uint? Channels { get; init; }

    [XmlAttribute] public AudioFormat? Format { get; init; }
}

/// <summary>The form of a sample.</summary>
[XmlEnum]
public enum AudioFormat
{
    S8, U8, S16, U16, S32, U32, F32,
}
