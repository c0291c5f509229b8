using Vireo.Config;

namespace Vireo.Drivers.Bhyve.CommandLine;

/// <summary>Devices that are on the PCI bus themselves, and serial ports.</summary>
internal static class DeviceArguments
{
    private const int MostPorts = 2;

    /// <summary>Adds all of them.</summary>
    public static void Add(ArgumentList arguments, DomainConfig domain, BhyveHost host)
    {
        var devices = domain.Devices;
        foreach (var card in devices.Interfaces)
            arguments.Add("-s", Card(card, host));
        foreach (var disk in devices.Disks.Where(disk => disk.Target!.Bus != DiskBus.Sata))
            arguments.Add("-s", Disk(disk, host));
        if (FramebufferArgument.Of(domain, host) is { } framebuffer)
            arguments.Add("-s", framebuffer);
        foreach (var sound in devices.Sounds)
            arguments.Add("-s", Sound(sound, devices.Audios, host.Features));
        foreach (var filesystem in devices.Filesystems)
            arguments.Add("-s", Filesystem(filesystem));
        foreach (var port in devices.Serials)
            arguments.Add("-l", Port(port));
    }

    /// <summary>The host's end of a null modem, which is what a serial port has to be.</summary>
    public static string NullModem(CharDevice port) => port is { Type: CharType.Nmdm, Source.Master: { Length: > 0 } master }
        ? ArgumentList.Part(master)
        : throw BhyveErrors.Unsupported("only nmdm console types are supported");

    private static string Card(InterfaceConfig card, BhyveHost host)
    {
        if (card.Model == "e1000")
            BhyveCommand.Require(host.Features, BhyveFeatures.E1000, "NIC model 'e1000' is not supported by given bhyve binary");
        var model = card.Model switch
        {
            "virtio" => "virtio-net",
            "e1000" => "e1000",
            _ => throw BhyveErrors.Unsupported("NIC model is not supported"),
        };
        if (card.Type != InterfaceType.Bridge)
            throw BhyveErrors.Unsupported($"Network type {(int?)card.Type} is not supported");
        return $"{PciPlace.Of(card)},{model},{ArgumentList.Part(host.Tap(card))},mac={card.Mac!.Address}";
    }

    private static string Disk(DiskConfig disk, BhyveHost host)
    {
        if (disk.Target!.Bus != DiskBus.Virtio || disk.Device != DiskDevice.Disk)
            throw BhyveErrors.Unsupported("unsupported disk device");
        var file = DiskFile.Of(disk, host) ?? throw BhyveErrors.Unsupported($"disk '{disk.Target.Dev}' without source path not supported");
        return $"{PciPlace.Of(disk)},virtio-blk,{file}";
    }

    private static string Sound(SoundConfig sound, ConfigList<AudioConfig> audios, BhyveFeatures features)
    {
        BhyveCommand.Require(features, BhyveFeatures.Sound, "Sound devices emulation is not supported by given bhyve binary");
        if (sound.Model != SoundModel.Ich7)
            throw BhyveErrors.Unsupported("Sound device model is not supported");
        var backend = sound.Audio is null ? null : audios.Find(audio => audio.Id == sound.Audio.Id);
        return $"{PciPlace.Of(sound)},hda{(backend is null ? "" : Oss(backend))}";
    }

    // What the guest plays goes to the output; libvirt has the two the wrong way round.
    private static string Oss(AudioConfig backend)
    {
        if (backend.Type != AudioType.Oss)
            throw BhyveErrors.Unsupported($"unsupported audio backend '{backend.Type?.ToXmlName()}'");
        if (Plain(backend.Input) != backend.Input || Plain(backend.Output) != backend.Output)
            throw BhyveErrors.Unsupported("cannot set common audio backend settings");
        return (backend.Output?.Dev is { } play ? ",play=" + ArgumentList.Part(play) : "") + (backend.Input?.Dev is { } record ? ",rec=" + ArgumentList.Part(record) : "");
    }

    private static AudioStream? Plain(AudioStream? stream) => stream is null ? null : new AudioStream { Dev = stream.Dev };

    private static string Filesystem(FilesystemConfig filesystem)
    {
        var refusal = filesystem switch
        {
            { Type: not FilesystemType.Mount } => $"unsupported filesystem type '{filesystem.Type?.ToXmlName()}'",
            { Driver.Type: { } driver } => $"unsupported filesystem driver '{driver.ToXmlName()}'",
            { Accessmode: not FilesystemAccess.Passthrough } => $"unsupported filesystem accessmode '{filesystem.Accessmode?.ToXmlName()}'",
            { Source: null or { Dir: null or "" } } or { Target: null or "" } => "filesystem without a directory or a name",
            _ when filesystem.Target.Contains('=', StringComparison.Ordinal) => $"the name of a filesystem cannot hold '=': '{filesystem.Target}'",
            _ => null,
        };
        if (refusal is not null)
            throw BhyveErrors.Unsupported(refusal);
        return $"{PciPlace.Of(filesystem)},virtio-9p,{ArgumentList.Part(filesystem.Target!)}={ArgumentList.Part(filesystem.Source!.Dir!)}{(filesystem.Readonly ? ",ro" : "")}";
    }

    private static string Port(CharDevice port)
    {
        var master = NullModem(port);
        return port.Target!.Port is { } number and >= 0 and < MostPorts ? $"com{number + 1},{master}" : throw BhyveErrors.Unsupported("only two serial ports are supported");
    }
}
