using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>Serial and parallel ports, consoles and channels.</summary>
internal static class CharacterReading
{
    /// <summary>Reads them.</summary>
    public static void Read(ReadingState state)
    {
        Ports(state, "-serial", state.Devices.Serials);
        Ports(state, "-parallel", state.Devices.Parallels);
        foreach (var option in state.Unread("-device").ToList())
        {
            Device(state, option);
        }
    }

    private static void Ports(ReadingState state, string name, List<CharDevice> devices)
    {
        var port = 0;
        foreach (var option in state.Unread(name).ToList())
        {
            var value = option.Value!;
            if (value == "none")
            {
                option.Read();
                continue;
            }

            var end = value.StartsWith("chardev:", StringComparison.Ordinal) ? CharSources.Find(state, value["chardev:".Length..]) : CharSources.Short(value);
            if (end is not null)
            {
                // Port by port, as the guest counts them, whoever says what they are.
                devices.Add(end.ToDevice(new CharTarget { Port = port }));
                option.Read();
                end.Option?.Read();
            }

            port++;
        }
    }

    private static void Device(ReadingState state, QemuOption option)
    {
        var properties = option.Properties;
        var driver = properties.Take("driver");
        if (driver is not ("isa-serial" or "pci-serial" or "usb-serial" or "isa-debugcon" or "isa-parallel" or "virtserialport" or "virtconsole" or "usb-redir"))
        {
            return;
        }

        properties.Take("id");
        if (properties.Take("chardev") is not { } id || CharSources.Find(state, id) is not { } end)
        {
            return;
        }

        switch (driver)
        {
            case "isa-parallel":
                Add(state.Devices.Parallels, end.ToDevice(new CharTarget { Port = properties.Index("index") }));
                break;
            case "virtserialport":
                Add(state.Devices.Channels, end.ToDevice(new CharTarget { Type = CharTargetType.Virtio, Name = properties.Take("name") }) with { Address = Port(state, properties) });
                break;
            case "virtconsole":
                Add(state.Devices.Consoles, end.ToDevice(new CharTarget { Type = CharTargetType.Virtio }) with { Address = Port(state, properties) });
                break;
            case "usb-redir":
                var redirdev = new RedirdevConfig { Bus = RedirdevBus.Usb, Type = end.Type, Sources = end.Sources, Protocol = end.Protocol, Log = end.Log, Address = state.Places.Usb(properties) };
                if (properties.Understood)
                {
                    state.Devices.Redirdevs.Add(redirdev);
                    Read();
                }

                break;
            default:
                var target = driver switch
                {
                    "isa-serial" => new CharTarget { Port = properties.Index("index") },
                    "pci-serial" => new CharTarget { Type = CharTargetType.PciSerial, Model = CharTargetModel.PciSerial },
                    "usb-serial" => new CharTarget { Type = CharTargetType.UsbSerial, Model = CharTargetModel.UsbSerial },
                    _ => new CharTarget { Type = CharTargetType.IsaDebug, Model = CharTargetModel.IsaDebugcon },
                };
                var address = driver switch
                {
                    "pci-serial" => state.Places.Pci(properties),
                    "usb-serial" => state.Places.Usb(properties),
                    _ => Isa(properties),
                };
                Add(state.Devices.Serials, end.ToDevice(target) with { Address = address });
                break;
        }

        void Add(List<CharDevice> devices, CharDevice device)
        {
            if (properties.Understood)
            {
                devices.Add(device);
                Read();
            }
        }

        void Read()
        {
            option.Read();
            end.Option!.Read();
        }
    }

    private static IsaAddress? Isa(OptionProperties properties)
    {
        var (port, irq) = (properties.Number("iobase"), properties.Number("irq"));
        return port is null && irq is null ? null : new IsaAddress { Iobase = port, Irq = irq };
    }

    private static VirtioSerialAddress? Port(ReadingState state, OptionProperties properties)
    {
        var (bus, number) = (properties.Take("bus"), properties.Number("nr"));
        return bus is null && number is null ? null
            : state.Places.Bus(bus ?? "virtio-serial0.0", ControllerType.VirtioSerial) is { } controller ? new VirtioSerialAddress { Controller = controller, Bus = 0, Port = number }
            : properties.Fail<VirtioSerialAddress>();
    }
}
