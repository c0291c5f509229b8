using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Input devices, USB hubs and redirection, watchdog, balloon, random numbers, panic, vsock.</summary>
internal static class SmallDeviceArguments
{
    /// <summary>Adds them.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config, CommandLineContext context)
    {
        foreach (var hub in config.Devices.Hubs)
        {
            arguments.Device(OptionJson.Device("usb-hub").At(hub, config));
        }

        foreach (var input in config.Devices.Inputs)
        {
            Input(arguments, input, config);
        }

        foreach (var redirdev in config.Devices.Redirdevs)
        {
            Unsupported.When(redirdev.Bus != RedirdevBus.Usb, $"<redirdev bus='{redirdev.Bus?.ToXmlName()}'>");
            ChardevArguments.Add(arguments, redirdev);
            arguments.Device(OptionJson.Device("usb-redir").Text("chardev", $"char{redirdev.Alias}").Text("filter", RedirectionFilter.Of(config.Devices.Redirfilter)).At(redirdev, config)
                .Number("bootindex", (long?)redirdev.Boot?.Order));
        }

        Watchdogs(arguments, config);
        Balloon(arguments, config);
        foreach (var rng in config.Devices.Rngs)
        {
            Rng(arguments, rng, config);
        }

        foreach (var panic in config.Devices.Panics)
        {
            Panic(arguments, panic, config);
        }

        if (config.Devices.Vsock is { } vsock)
        {
            arguments.Device(OptionJson.Device(DevicePlace.VirtioName("vhost-vsock", vsock.Model, vsock.Address)).At(vsock, config).Number("guest-cid", vsock.Cid!.Address).Text("vhostfd", context.Vsock).Virtio(vsock.Driver));
        }
    }

    private static void Input(ArgumentList arguments, InputConfig input, DomainConfig config)
    {
        var driver = (input.Bus, input.Type) switch
        {
            (InputBus.Ps2, InputType.Mouse or InputType.Keyboard) => null,
            (InputBus.Virtio, InputType.Passthrough) => DevicePlace.VirtioName("virtio-input-host", input.Model, input.Address),
            (_, InputType.Evdev) => null,
            (InputBus.Usb, InputType.Tablet) => "usb-tablet",
            (InputBus.Usb, InputType.Mouse) => "usb-mouse",
            (InputBus.Usb, InputType.Keyboard) => "usb-kbd",
            (InputBus.Virtio, InputType.Tablet) => DevicePlace.VirtioName("virtio-tablet", input.Model, input.Address),
            (InputBus.Virtio, InputType.Mouse) => DevicePlace.VirtioName("virtio-mouse", input.Model, input.Address),
            (InputBus.Virtio, InputType.Keyboard) => DevicePlace.VirtioName("virtio-keyboard", input.Model, input.Address),
            _ => throw Unsupported.Element($"<input type='{input.Type?.ToXmlName()}' bus='{input.Bus?.ToXmlName()}'>"),
        };
        if (driver is not null)
        {
            arguments.Device(OptionJson.Device(driver).Text("evdev", input.Type == InputType.Passthrough ? input.Source?.Evdev : null).At(input, config).Virtio(input.Driver));
        }
        else if (input.Type == InputType.Evdev)
        {
            arguments.Add("-object", OptionJson.Object("input-linux", input.Alias!).Text("evdev", input.Source?.Dev).Flag("repeat", input.Source?.Repeat)
                .Flag("grab_all", input.Source?.Grab == InputGrab.All ? true : null).Text("grab-toggle", input.Source?.GrabToggle?.ToXmlName()));
        }
    }

    private static void Watchdogs(ArgumentList arguments, DomainConfig config)
    {
        Unsupported.When(config.Devices.Watchdogs.Count > 1, "more than one <watchdog>");
        foreach (var watchdog in config.Devices.Watchdogs)
        {
            if (watchdog.Model is WatchdogModel.I6300esb or WatchdogModel.Ib700 or WatchdogModel.Diag288)
            {
                arguments.Device(OptionJson.Device(watchdog.Model.Value.ToXmlName()).At(watchdog, config));
            }
            else if (watchdog.Model == WatchdogModel.Itco)
            {
                arguments.Add("-global", "ICH9-LPC.noreboot=off");
            }
            else
            {
                throw Unsupported.Element($"watchdog model '{watchdog.Model?.ToXmlName()}'");
            }

            // The driver makes the dump once QEMU stands still.
            arguments.Add("-watchdog-action", watchdog.Action switch
            {
                null => "reset",
                WatchdogAction.Dump => "pause",
                var action => action.Value.ToXmlName(),
            });
        }
    }

    private static void Balloon(ArgumentList arguments, DomainConfig config)
    {
        if (config.Devices.Memballoon is not { Model: not MemballoonModel.None } balloon)
        {
            return;
        }

        var model = balloon.Model is { } named ? named.ToXmlName() : null;
        arguments.Device(OptionJson.Device(DevicePlace.VirtioName("virtio-balloon", model, balloon.Address)).At(balloon, config)
            .Flag("deflate-on-oom", balloon.Autodeflate).Flag("free-page-reporting", balloon.FreePageReporting).Virtio(balloon.Driver));
    }

    private static void Rng(ArgumentList arguments, RngConfig rng, DomainConfig config)
    {
        var id = $"obj{rng.Alias}";
        if (rng.Backend?.Model == RngBackendModel.Egd)
        {
            ChardevArguments.Add(arguments, rng);
        }

        arguments.Add("-object", rng.Backend?.Model switch
        {
            RngBackendModel.Random => OptionJson.Object("rng-random", id).Text("filename", rng.Backend.Path is { Length: > 0 } path ? path : "/dev/random"),
            RngBackendModel.Egd => OptionJson.Object("rng-egd", id).Text("chardev", $"char{rng.Alias}"),
            RngBackendModel.Builtin => OptionJson.Object("rng-builtin", id),
            _ => throw Unsupported.Element($"rng backend '{rng.Backend?.Model?.ToXmlName()}'"),
        });
        arguments.Device(OptionJson.Device(DevicePlace.VirtioName("virtio-rng", rng.Model, rng.Address)).Text("rng", id).At(rng, config)
            .Number("max-bytes", rng.Rate?.Bytes).Number("period", rng.Rate is null ? null : rng.Rate.Period ?? 1000).Virtio(rng.Driver));
    }

    private static void Panic(ArgumentList arguments, PanicConfig panic, DomainConfig config)
    {
        switch (panic.Model)
        {
            case PanicModel.Isa:
                arguments.Device(OptionJson.Device("pvpanic").Text("id", panic.Alias).Number("ioport", (panic.Address as IsaAddress)?.Iobase));
                break;
            case PanicModel.Pvpanic:
                arguments.Device(OptionJson.Device("pvpanic-pci").At(panic, config));
                break;
            case PanicModel.Hyperv or PanicModel.Pseries or PanicModel.S390:
                // A feature of the CPU or of the machine.
                break;
            default:
                throw Unsupported.Element($"panic model '{panic.Model?.ToXmlName()}'");
        }
    }
}
