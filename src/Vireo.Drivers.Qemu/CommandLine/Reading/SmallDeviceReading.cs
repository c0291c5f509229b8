using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>Input devices, watchdog, balloon, random numbers, panic, vsock, and devices of the host.</summary>
internal static class SmallDeviceReading
{
    /// <summary>Reads them.</summary>
    public static void Read(ReadingState state)
    {
        foreach (var option in state.Unread("-usbdevice").ToList())
        {
            Usb(state, option);
        }

        foreach (var option in state.Unread("-global").Where(o => o.Value!.StartsWith("spapr-nvram.reg=", StringComparison.Ordinal)).ToList())
        {
            if (OptionProperties.TryNumber(option.Value!["spapr-nvram.reg=".Length..], out var register))
            {
                state.Nvram = new NvramDevice { Address = new SpaprVioAddress { Reg = register } };
                option.Read();
            }
        }

        Watchdog(state);
        foreach (var option in state.Unread("-balloon").Where(b => b.Value is "none" or "virtio").ToList())
        {
            state.Devices.Memballoon = option.Value == "virtio" ? new MemballoonConfig { Model = MemballoonModel.Virtio } : null;
            option.Read();
        }

        foreach (var option in state.Unread("-device").ToList())
        {
            Device(state, option);
        }

        state.Devices.Memballoon ??= new MemballoonConfig { Model = MemballoonModel.None };
    }

    private static void Usb(ReadingState state, QemuOption option)
    {
        InputType? input = option.Value switch { "tablet" => InputType.Tablet, "mouse" => InputType.Mouse, "keyboard" => InputType.Keyboard, _ => null };
        if (input is not null)
        {
            state.Devices.Inputs.Add(new InputConfig { Type = input, Bus = InputBus.Usb });
            option.Read();
        }
        else if (option.Value!.StartsWith("host:", StringComparison.Ordinal))
        {
            var (device, dotted) = (option.Value[5..], option.Value.Contains('.', StringComparison.Ordinal));
            var parts = device.Split(dotted ? '.' : ':');
            var style = dotted ? NumberStyles.None : NumberStyles.AllowHexSpecifier;
            if (parts.Length == 2 && uint.TryParse(parts[0], style, CultureInfo.InvariantCulture, out var first) && uint.TryParse(parts[1], style, CultureInfo.InvariantCulture, out var second))
            {
                state.Devices.Hostdevs.Add(Host(dotted, first, second));
                option.Read();
            }
        }
    }

    private static HostdevConfig Host(bool byPlace, uint first, uint second) => new()
    {
        Mode = HostdevMode.Subsystem,
        Type = HostdevType.Usb,
        Managed = false,
        Source = byPlace
            ? new HostdevSource { Address = new HostdevAddress { Bus = first.ToString(CultureInfo.InvariantCulture), Device = second.ToString(CultureInfo.InvariantCulture) } }
            : new HostdevSource { Vendor = first, Product = second },
    };

    private static void Watchdog(ReadingState state)
    {
        var (options, actions) = (state.Unread("-watchdog").ToList(), state.Unread("-watchdog-action").ToList());
        var device = state.Unread("-device").FirstOrDefault(d => d.Properties.Peek("driver") is "i6300esb" or "ib700" or "diag288");
        WatchdogAction? action = actions.Count > 0 && XmlNames.TryParse(actions[^1].Value!, out WatchdogAction named) ? named : null;
        if (options.Count == 1 && device is null && XmlNames.TryParse(options[0].Value!, out WatchdogModel model))
        {
            state.Devices.Watchdogs.Add(new WatchdogConfig { Model = model, Action = action });
            options[0].Read();
        }
        else if (device is not null && options.Count == 0 && device.Properties is { } properties && XmlNames.TryParse(properties.Take("driver")!, out WatchdogModel plugged))
        {
            properties.Take("id");
            var watchdog = new WatchdogConfig { Model = plugged, Action = action, Address = plugged == WatchdogModel.I6300esb ? state.Places.Pci(properties) : null };
            if (!properties.Understood)
            {
                return;
            }

            state.Devices.Watchdogs.Add(watchdog);
            device.Read();
        }
        else
        {
            return;
        }

        if (action is not null)
        {
            actions.ForEach(a => a.Read());
        }
    }

    private static void Device(ReadingState state, QemuOption option)
    {
        var properties = option.Properties;
        var driver = properties.Take("driver") ?? "";
        properties.Take("id");
        Action? add = driver switch
        {
            "usb-tablet" or "usb-mouse" or "usb-kbd" => Input(state, properties, driver["usb-".Length..], InputBus.Usb),
            "virtio-tablet-pci" or "virtio-mouse-pci" or "virtio-keyboard-pci" => Input(state, properties, driver["virtio-".Length..^"-pci".Length], InputBus.Virtio),
            "usb-hub" => Hub(state, properties),
            "virtio-balloon" or "virtio-balloon-pci" => Balloon(state, properties),
            "virtio-rng" or "virtio-rng-pci" => Rng(state, properties),
            "pvpanic" => Panic(state, properties),
            "vhost-vsock-pci" => Vsock(state, properties),
            "vfio-pci" => Pci(state, properties),
            "usb-host" => UsbHost(state, properties),
            _ => null,
        };
        if (add is not null && properties.Understood)
        {
            add();
            option.Read();
        }
    }

    private static Action Input(ReadingState state, OptionProperties properties, string kind, InputBus bus)
    {
        var type = kind switch { "tablet" => InputType.Tablet, "mouse" => InputType.Mouse, _ => InputType.Keyboard };
        var input = new InputConfig { Type = type, Bus = bus, Address = bus == InputBus.Usb ? state.Places.Usb(properties) : state.Places.Pci(properties) };
        return () => state.Devices.Inputs.Add(input);
    }

    private static Action Hub(ReadingState state, OptionProperties properties)
    {
        var hub = new HubConfig { Type = HubType.Usb, Address = state.Places.Usb(properties) };
        return () => state.Devices.Hubs.Add(hub);
    }

    private static Action? Balloon(ReadingState state, OptionProperties properties)
    {
        var balloon = new MemballoonConfig { Model = MemballoonModel.Virtio, Autodeflate = properties.Flag("deflate-on-oom"), FreePageReporting = properties.Flag("free-page-reporting"), Address = state.Places.Pci(properties) };
        return state.Devices.Memballoon is null ? () => state.Devices.Memballoon = balloon : null;
    }

    private static Action? Rng(ReadingState state, OptionProperties properties)
    {
        if (properties.Take("rng") is not { } id || state.WithId("-object", id) is not { } source)
        {
            return null;
        }

        var backend = source.Properties;
        var kind = backend.Take("qom-type");
        backend.Take("id");
        var path = kind == "rng-random" ? backend.Take("filename") : null;
        var (bytes, period) = (properties.Number("max-bytes"), properties.Number("period"));
        var rng = new RngConfig
        {
            Model = VirtioModel.Virtio,
            Rate = bytes is null ? null : new RngRate { Bytes = bytes, Period = period },
            Backend = new RngBackend { Model = kind == "rng-builtin" ? RngBackendModel.Builtin : RngBackendModel.Random, Path = path },
            Address = state.Places.Pci(properties),
        };
        return kind is "rng-random" or "rng-builtin" && backend.Understood && (bytes is not null || period is null) ? Add : null;

        void Add()
        {
            state.Devices.Rngs.Add(rng);
            source.Read();
        }
    }

    private static Action Panic(ReadingState state, OptionProperties properties)
    {
        var port = properties.Number("ioport");
        var panic = new PanicConfig { Model = PanicModel.Isa, Address = port is null ? null : new IsaAddress { Iobase = port } };
        return () => state.Devices.Panics.Add(panic);
    }

    private static Action? Vsock(ReadingState state, OptionProperties properties)
    {
        var vsock = new VsockConfig { Model = VirtioModel.Virtio, Cid = new VsockCid { Auto = false, Address = properties.Number("guest-cid") }, Address = state.Places.Pci(properties) };
        return vsock.Cid.Address is > 2 && state.Devices.Vsock is null ? () => state.Devices.Vsock = vsock : null;
    }

    // DOMAIN:BUS:SLOT.FUNCTION, where the domain may be left out.
    private static Action? Pci(ReadingState state, OptionProperties properties)
    {
        var parts = (properties.Take("host") ?? "").Split(':', '.');
        parts = parts.Length == 3 ? ["0000", .. parts] : parts;
        if (parts.Length != 4 || parts.Any(p => !uint.TryParse(p, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _)))
        {
            return null;
        }

        var order = properties.Number("bootindex");
        var hostdev = new HostdevConfig
        {
            Mode = HostdevMode.Subsystem,
            Type = HostdevType.Pci,
            Managed = false,
            Source = new HostdevSource { Address = new HostdevAddress { Domain = "0x" + parts[0], Bus = "0x" + parts[1], Slot = "0x" + parts[2], Function = "0x" + parts[3] } },
            Address = state.Places.Pci(properties),
            Boot = order is > 0 ? new DeviceBoot { Order = order } : null,
        };
        return () => state.Devices.Hostdevs.Add(hostdev);
    }

    private static Action? UsbHost(ReadingState state, OptionProperties properties)
    {
        var (bus, device, vendor, product) = (properties.Number("hostbus"), properties.Number("hostaddr"), properties.Number("vendorid"), properties.Number("productid"));
        var hostdev = bus is { } on && device is { } at && vendor is null && product is null ? Host(true, on, at)
            : vendor is { } maker && product is { } kind && bus is null && device is null ? Host(false, maker, kind)
            : null;
        var address = state.Places.Usb(properties);
        return hostdev is null ? null : () => state.Devices.Hostdevs.Add(hostdev with { Address = address });
    }
}
