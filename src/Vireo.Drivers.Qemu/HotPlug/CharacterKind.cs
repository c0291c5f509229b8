using Vireo.Config;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Serial and parallel ports, consoles and channels.</summary>
internal sealed class CharacterKind() : DeviceKind("chr")
{
    /// <inheritdoc/>
    public override void CheckAttach(DevicesConfig wanted, DomainConfig config, bool live)
    {
        var (device, _) = Among(wanted, wanted);
        if (!live && Match(wanted, config) is not null)
        {
            throw Present("chardev already exists");
        }

        if (live && device.Target?.Type == CharTargetType.Virtio && !config.Devices.Controllers.Any(c => c.Type == ControllerType.VirtioSerial))
        {
            throw VireoException.Internal(ErrorDomain.Domain, "no virtio-serial controllers are available");
        }

        if (live && device.Target?.Type == CharTargetType.UsbSerial)
        {
            UsbBus.Require(config);
        }
    }

    /// <inheritdoc/>
    public override DeviceConfig Find(DevicesConfig wanted, DomainConfig config, bool live) => Match(wanted, config)
        ?? throw (live ? Missing($"chr type '{Word(wanted)}' device not present in domain configuration") : VireoException.InvalidArgument(ErrorDomain.Qemu, "device not present in domain configuration"));

    private static CharDevice? Match(DevicesConfig wanted, DomainConfig config)
    {
        var (device, present) = Among(wanted, config.Devices);
        return present.Find(other => IsSame(device, other) && (!wanted.Channels.IsEmpty || device.Target?.Port == other.Target?.Port));
    }

    private static (CharDevice Device, ConfigList<CharDevice> Present) Among(DevicesConfig wanted, DevicesConfig devices) => wanted switch
    {
        { Serials: [var serial] } => (serial, devices.Serials),
        { Parallels: [var parallel] } => (parallel, devices.Parallels),
        { Consoles: [var console] } => (console, devices.Consoles),
        _ => (wanted.Channels[0], devices.Channels),
    };

    private static string Word(DevicesConfig wanted) => wanted switch
    {
        { Serials.IsEmpty: false } => "serial",
        { Parallels.IsEmpty: false } => "parallel",
        { Consoles.IsEmpty: false } => "console",
        _ => "channel",
    };

    // A port that is not said would be another one.
    private static bool IsSame(CharDevice one, CharDevice other) => one.Type == other.Type && Source(one) == Source(other)
        && (one.Target?.Type is null || one.Target.Type == other.Target?.Type)
        && one.Target?.Name == other.Target?.Name && one.Target?.Address == other.Target?.Address && IsAt(one, other);

    private static (string?, string?, string?, CharSourceMode?) Source(CharDevice device) => (device.Source?.Path, device.Source?.Host, device.Source?.Service, device.Source?.Mode);
}
