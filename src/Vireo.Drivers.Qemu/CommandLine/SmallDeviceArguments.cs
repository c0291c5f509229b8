using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Input devices, USB hubs and redirection, watchdog, balloon, random numbers, panic, vsock.</summary>
internal static class SmallDeviceArguments
{
    /// <summary>Adds them.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config)
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
            arguments.Device(OptionJson.Device("usb-redir").Text("chardev", $"char{redirdev.Alias}").At(redirdev, config));
        }

        Watchdogs(arguments, config);
        Balloon(arguments, config);
        foreach (var rng in config.Devices.Rngs)
        {
            Rng(arguments, rng, config);
        }

        foreach (var panic in config.Devices.Panics)
        {
            Panic(arguments, panic);
        }

        if (config.Devices.Vsock is { } vsock)
        {
            Unsupported.When(vsock.Cid?.Auto == true || vsock.Cid?.Address is not > 2, "<cid auto='yes'>", "is not supported yet; give the address");
            arguments.Device(OptionJson.Device(DevicePlace.VirtioName("vhost-vsock", vsock.Model)).At(vsock, config).Number("guest-cid", vsock.Cid!.Address).Virtio(vsock.Driver));
        }
    }

    private static void Input(ArgumentList arguments, InputConfig input, DomainConfig config)
    {
        var driver = (input.Bus, input.Type) switch
        {
            (InputBus.Ps2, InputType.Mouse or InputType.Keyboard) => null,
            (InputBus.Usb, InputType.Tablet) => "usb-tablet",
            (InputBus.Usb, InputType.Mouse) => "usb-mouse",
            (InputBus.Usb, InputType.Keyboard) => "usb-kbd",
            (InputBus.Virtio, InputType.Tablet) => DevicePlace.VirtioName("virtio-tablet", input.Model),
            (InputBus.Virtio, InputType.Mouse) => DevicePlace.VirtioName("virtio-mouse", input.Model),
            (InputBus.Virtio, InputType.Keyboard) => DevicePlace.VirtioName("virtio-keyboard", input.Model),
            _ => throw Unsupported.Element($"<input type='{input.Type?.ToXmlName()}' bus='{input.Bus?.ToXmlName()}'>"),
        };
        if (driver is not null)
        {
            arguments.Device(OptionJson.Device(driver).At(input, config).Virtio(input.Driver));
        }
    }

    private static void Watchdogs(ArgumentList arguments, DomainConfig config)
    {
        Unsupported.When(config.Devices.Watchdogs.Count > 1, "more than one <watchdog>");
        foreach (var watchdog in config.Devices.Watchdogs)
        {
            if (watchdog.Model is WatchdogModel.I6300esb or WatchdogModel.Ib700)
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
        arguments.Device(OptionJson.Device(DevicePlace.VirtioName("virtio-balloon", model)).At(balloon, config)
            .Flag("deflate-on-oom", balloon.Autodeflate).Flag("free-page-reporting", balloon.FreePageReporting).Virtio(balloon.Driver));
    }

    private static void Rng(ArgumentList arguments, RngConfig rng, DomainConfig config)
    {
        var id = $"obj{rng.Alias}";
        arguments.Add("-object", rng.Backend?.Model switch
        {
            RngBackendModel.Random => OptionJson.Object("rng-random", id).Text("filename", rng.Backend.Path is { Length: > 0 } path ? path : "/dev/random"),
            RngBackendModel.Builtin => OptionJson.Object("rng-builtin", id),
            _ => throw Unsupported.Element($"rng backend '{rng.Backend?.Model?.ToXmlName()}'"),
        });
        arguments.Device(OptionJson.Device(DevicePlace.VirtioName("virtio-rng", rng.Model)).Text("rng", id).At(rng, config)
            .Number("max-bytes", rng.Rate?.Bytes).Number("period", rng.Rate is null ? null : rng.Rate.Period ?? 1000).Virtio(rng.Driver));
    }

    private static void Panic(ArgumentList arguments, PanicConfig panic)
    {
        switch (panic.Model)
        {
            case PanicModel.Isa:
                arguments.Device(OptionJson.Device("pvpanic").Text("id", panic.Alias).Number("ioport", (panic.Address as IsaAddress)?.Iobase));
                break;
            case PanicModel.Hyperv:
                // A feature of the CPU.
                break;
            default:
                throw Unsupported.Element($"panic model '{panic.Model?.ToXmlName()}'");
        }
    }
}
