using Vireo.Config;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Keyboards, mice and tablets.</summary>
internal sealed class InputKind() : DeviceKind("input")
{
    /// <inheritdoc/>
    public override void CheckAttach(DevicesConfig wanted, DomainConfig config, bool live)
    {
        if (wanted.Inputs[0].Bus == InputBus.Usb)
        {
            UsbBus.Require(config);
        }
    }

    /// <inheritdoc/>
    public override void CheckPlug(DevicesConfig device, DomainConfig live) => RequireBus(device, "hot plugged.");

    /// <inheritdoc/>
    public override DeviceConfig Find(DevicesConfig wanted, DomainConfig config, bool live)
    {
        var input = wanted.Inputs[0];
        return config.Devices.Inputs.Find(other => other.Type == input.Type && (input.Bus is null || other.Bus == input.Bus) && other.Source?.Evdev == input.Source?.Evdev && IsAt(input, other))
            ?? throw Missing("matching input device not found");
    }

    /// <inheritdoc/>
    public override void CheckUnplug(DevicesConfig device, RunningDevices devices) => RequireBus(device, "detached");

    private static void RequireBus(DevicesConfig device, string what)
    {
        if (device.Inputs[0].Bus is not (InputBus.Usb or InputBus.Virtio))
        {
            throw Unpluggable($"input device on bus '{device.Inputs[0].Bus?.ToXmlName()}' cannot be {what}");
        }
    }
}
