using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Serial and parallel ports, consoles and channels.</summary>
internal static class CharacterDeviceArguments
{
    /// <summary>Adds them.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config)
    {
        foreach (var serial in config.Devices.Serials)
        {
            ChardevArguments.Add(arguments, serial);
            arguments.Device(Serial(serial).Text("chardev", $"char{serial.Alias}").At(serial, config));
        }

        foreach (var parallel in config.Devices.Parallels)
        {
            ChardevArguments.Add(arguments, parallel);
            arguments.Device(OptionJson.Device("isa-parallel").Text("chardev", $"char{parallel.Alias}").Text("id", parallel.Alias).Number("index", parallel.Target?.Port));
        }

        foreach (var channel in config.Devices.Channels)
        {
            Unsupported.When(channel.Target?.Type != CharTargetType.Virtio, $"<channel> with target type '{channel.Target?.Type?.ToXmlName()}'");
            ChardevArguments.Add(arguments, channel);
            arguments.Device(Port("virtserialport", channel).Text("name", channel.Type == CharType.Spicevmc ? channel.Target!.Name ?? "com.redhat.spice.0" : channel.Target!.Name));
        }

        foreach (var console in config.Devices.Consoles)
        {
            if (console.Target?.Type == CharTargetType.Serial)
            {
                // It is the first serial port under another name.
                continue;
            }

            Unsupported.When(console.Target?.Type != CharTargetType.Virtio, $"<console> with target type '{console.Target?.Type?.ToXmlName()}'");
            ChardevArguments.Add(arguments, console);
            arguments.Device(Port("virtconsole", console));
        }
    }

    private static OptionJson Serial(CharDevice serial)
    {
        switch (serial.Target?.Type)
        {
            case CharTargetType.IsaSerial:
                Unsupported.When(serial.Address is not (null or IsaAddress), "<address> of an isa-serial port");
                return OptionJson.Device("isa-serial").Number("index", serial.Target.Port);
            case CharTargetType.PciSerial:
                return OptionJson.Device("pci-serial");
            case CharTargetType.UsbSerial:
                return OptionJson.Device("usb-serial");
            default:
                throw Unsupported.Element($"<serial> with target type '{serial.Target?.Type?.ToXmlName()}'");
        }
    }

    private static OptionJson Port(string driver, CharDevice device)
    {
        var option = OptionJson.Device(driver);
        if (device.Address is VirtioSerialAddress address)
        {
            option.Text("bus", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"virtio-serial{address.Controller ?? 0}.{address.Bus ?? 0}")).Number("nr", address.Port);
        }

        return option.Text("chardev", $"char{device.Alias}").Text("id", device.Alias);
    }
}
