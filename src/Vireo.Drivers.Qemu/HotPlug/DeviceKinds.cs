using Vireo.Config;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>The kinds of devices by their elements.</summary>
internal static class DeviceKinds
{
    private static readonly CharacterKind s_character = new();

    private static readonly Dictionary<string, DeviceKind> s_kinds = new(StringComparer.Ordinal)
    {
        ["disk"] = new DiskKind(),
        ["lease"] = new LeaseKind(),
        ["filesystem"] = new FilesystemKind(),
        ["interface"] = new InterfaceKind(),
        ["input"] = new InputKind(),
        ["sound"] = new SoundKind(),
        ["video"] = new FixedKind("video"),
        ["hostdev"] = new HostdevKind(),
        ["watchdog"] = new WatchdogKind(),
        ["controller"] = new ControllerKind(),
        ["graphics"] = new GraphicsKind(),
        ["hub"] = new FixedKind("hub"),
        ["redirdev"] = new RedirectionKind(),
        ["smartcard"] = new FixedKind("smartcard"),
        ["serial"] = s_character,
        ["parallel"] = s_character,
        ["console"] = s_character,
        ["channel"] = s_character,
        ["memballoon"] = new FixedKind("memballoon"),
        ["nvram"] = new NvramKind(),
        ["rng"] = new RngKind(),
        ["shmem"] = new ShmemKind(),
        ["tpm"] = new FixedKind("tpm"),
        ["panic"] = new FixedKind("panic"),
        ["memory"] = new MemoryKind(),
        ["iommu"] = new IommuKind(),
        ["vsock"] = new VsockKind(),
        ["audio"] = new FixedKind("audio"),
    };

    /// <summary>The kind of a device.</summary>
    /// <param name="document">The device's document.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: there is no such kind.</exception>
    public static DeviceKind Of(DeviceDocument document) => s_kinds.GetValueOrDefault(document.Element)
        ?? throw VireoException.ConfigUnsupported(ErrorDomain.Domain, $"unknown device type '{document.Element}'");

    /// <summary>The kind of a device that is there.</summary>
    public static DeviceKind Of(DeviceConfig device) => s_kinds[device switch
    {
        DiskConfig => "disk",
        FilesystemConfig => "filesystem",
        InterfaceConfig => "interface",
        InputConfig => "input",
        SoundConfig => "sound",
        VideoConfig => "video",
        HostdevConfig => "hostdev",
        WatchdogConfig => "watchdog",
        ControllerConfig => "controller",
        HubConfig => "hub",
        RedirdevConfig => "redirdev",
        SmartcardConfig => "smartcard",
        CharDevice => "channel",
        MemballoonConfig => "memballoon",
        RngConfig => "rng",
        ShmemConfig => "shmem",
        TpmConfig => "tpm",
        PanicConfig => "panic",
        MemoryDevice => "memory",
        IommuConfig => "iommu",
        VsockConfig => "vsock",
        _ => "nvram",
    }];
}
