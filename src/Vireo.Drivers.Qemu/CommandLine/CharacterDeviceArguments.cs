using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Serial and parallel ports, consoles and channels.</summary>
internal static class CharacterDeviceArguments
{
    /// <summary>Adds them.</summary>
    public static void Add(ArgumentList arguments, DomainConfig config, CommandLineContext context)
    {
        foreach (var card in config.Devices.Smartcards)
        {
            Smartcard(arguments, card, config);
        }

        foreach (var serial in config.Devices.Serials)
        {
            ChardevArguments.Add(arguments, serial, context);
            if (serial.Target?.Type is CharTargetType.SystemSerial or null)
            {
                // It is on the board already, and only takes a back end.
                arguments.Add("-serial", $"chardev:char{serial.Alias}");
            }
            else
            {
                arguments.Device(Serial(serial).Text("chardev", $"char{serial.Alias}").At(serial, config));
            }
        }

        foreach (var parallel in config.Devices.Parallels)
        {
            ChardevArguments.Add(arguments, parallel, context, parallel: true);
            arguments.Device(OptionJson.Device("isa-parallel").Text("chardev", $"char{parallel.Alias}").Text("id", parallel.Alias).Number("index", parallel.Target?.Port));
        }

        foreach (var channel in config.Devices.Channels)
        {
            Channel(arguments, channel, context);
        }

        foreach (var console in config.Devices.Consoles)
        {
            Console(arguments, console, config, context);
        }
    }

    private static void Smartcard(ArgumentList arguments, SmartcardConfig card, DomainConfig config)
    {
        var bus = card.Address is CcidAddress ccid ? ccid : new CcidAddress();
        var option = OptionJson.Device(card.Mode == SmartcardMode.Passthrough ? "ccid-card-passthru" : "ccid-card-emulated");
        switch (card.Mode)
        {
            case SmartcardMode.Host:
                option.Text("backend", "nss-emulated");
                break;
            case SmartcardMode.HostCertificates:
                option.Text("backend", "certificates");
                for (var i = 0; i < card.Certificates.Count; i++)
                {
                    option.Text(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"cert{i + 1}"), card.Certificates[i]);
                }

                option.Text("db", card.Database ?? "/etc/pki/nssdb");
                break;
            default:
                ChardevArguments.Add(arguments, card);
                option.Text("chardev", $"char{card.Alias}");
                break;
        }

        var controller = config.Devices.Controllers.Find(c => c.Type == ControllerType.Ccid && c.Index == (bus.Controller ?? 0))
            ?? throw Unsupported.Element($"<smartcard> on controller {bus.Controller ?? 0}", "has no such controller");
        arguments.Device(option.Text("id", card.Alias).Text("bus", $"{controller.Alias}.0"));
    }

    private static void Channel(ArgumentList arguments, CharDevice channel, CommandLineContext context)
    {
        ChardevArguments.Add(arguments, channel, context);
        switch (channel.Target?.Type)
        {
            case CharTargetType.Virtio:
                arguments.Device(Port("virtserialport", channel).Text("name", channel.Target.Name ?? (channel.Type is CharType.Spicevmc or CharType.QemuVdagent ? "com.redhat.spice.0" : null)));
                break;
            case CharTargetType.Guestfwd:
                arguments.Add("-netdev", new OptionJson("type", "user").Raw("guestfwd", json =>
                {
                    json.WriteStartArray();
                    json.WriteStartObject();
                    json.WriteString("str", $"tcp:{channel.Target.Address}:{channel.Target.Port}-chardev:char{channel.Alias}");
                    json.WriteEndObject();
                    json.WriteEndArray();
                }).Text("id", channel.Alias));
                break;
            default:
                throw Unsupported.Element($"<channel> with target type '{channel.Target?.Type?.ToXmlName()}'");
        }
    }

    private static void Console(ArgumentList arguments, CharDevice console, DomainConfig config, CommandLineContext context)
    {
        switch (console.Target?.Type)
        {
            case CharTargetType.Serial:
                // It is the first serial port under another name.
                break;
            case CharTargetType.Virtio:
                ChardevArguments.Add(arguments, console, context);
                arguments.Device(Port("virtconsole", console));
                break;
            case CharTargetType.Sclp or CharTargetType.Sclplm:
                ChardevArguments.Add(arguments, console, context);
                arguments.Device(OptionJson.Device(console.Target.Type == CharTargetType.Sclp ? "sclpconsole" : "sclplmconsole").Text("chardev", $"char{console.Alias}").Text("id", console.Alias));
                break;
            default:
                throw Unsupported.Element($"<console> with target type '{console.Target?.Type?.ToXmlName()}'");
        }
    }

    private static OptionJson Serial(CharDevice serial) => serial.Target?.Type switch
    {
        CharTargetType.IsaSerial => OptionJson.Device("isa-serial").Number("index", serial.Target.Port),
        CharTargetType.PciSerial => OptionJson.Device("pci-serial"),
        CharTargetType.UsbSerial => OptionJson.Device("usb-serial"),
        CharTargetType.SpaprVioSerial => OptionJson.Device("spapr-vty"),
        CharTargetType.SclpSerial => OptionJson.Device(serial.Target.Model == CharTargetModel.Sclplmconsole ? "sclplmconsole" : "sclpconsole"),
        CharTargetType.IsaDebug => OptionJson.Device("isa-debugcon"),
        var type => throw Unsupported.Element($"<serial> with target type '{type?.ToXmlName()}'"),
    };

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
