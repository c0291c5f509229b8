using Vireo.Config.Defaults;
using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Xen.Native;

/// <summary>The host's USB devices that the guest has, and the controllers they are on, in <c>xl</c>'s files.</summary>
internal static class UsbDevices
{
    private const string Key = "usbdev";
    private const string ControllerKey = "usbctrl";
    private const int DefaultPorts = 8;
    private const uint MostNumber = ushort.MaxValue;

    // What a controller of Xen can have.
    private const uint MostPorts = 31;

    /// <summary>A file's devices.</summary>
    public static ConfigList<HostdevConfig> Parse(XenFile file) =>
        (file.Texts(Key) ?? []).Where(text => text.Length > 0).Select(Device).ToConfigList();

    /// <summary>Writes the devices.</summary>
    public static void Format(XenText text, ConfigList<HostdevConfig> devices) =>
        text.AddIfAny(Key, devices.Where(device => device is { Mode: HostdevMode.Subsystem or null, Type: HostdevType.Usb }).Select(Format));

    /// <summary>A file's controllers; those of the device model are left out.</summary>
    public static IEnumerable<ControllerConfig> ParseControllers(XenFile file) =>
        (file.Texts(ControllerKey) ?? []).Select(Controller).OfType<ControllerConfig>().Select((controller, index) => controller with { Index = index });

    /// <summary>Writes the controllers; one without a model is what Xen makes by itself.</summary>
    public static void FormatControllers(XenText text, ConfigList<ControllerConfig> controllers) =>
        text.AddIfAny(ControllerKey, controllers.Where(controller => controller is { Type: ControllerType.Usb, Model: not null }).Select(Format));

    private static HostdevConfig Device(string text)
    {
        uint? bus = null, device = null;
        foreach (var (name, value) in Fields.ParsePairs(Key, text))
        {
            if (name is not ("hostbus" or "hostaddr"))
                continue;
            var number = AnyNumber.TryParse(value.StartsWith("0x", StringComparison.Ordinal) ? value : "0x" + value, MostNumber) ?? throw Fields.Malformed(Key, text);
            if (name == "hostbus")
                bus = number;
            else
                device = number;
        }

        if (bus is null || device is null)
            throw Fields.Malformed(Key, text);
        return new HostdevConfig
        {
            Mode = HostdevMode.Subsystem,
            Type = HostdevType.Usb,
            Managed = false,
            Source = new HostdevSource { Address = new HostdevAddress { Bus = $"{bus}", Device = $"{device}" } },
        };
    }

    private static string Format(HostdevConfig device) => device.Source?.Address is { Bus: not null, Device: not null } address
        ? $"hostbus={AnyNumber.OfAddress(address.Bus, MostNumber):x},hostaddr={AnyNumber.OfAddress(address.Device, MostNumber):x}"
        : throw XenErrors.Unsupported("USB devices of the host have to be told by their bus and device", ErrorDomain.Xenxl);

    private static ControllerConfig? Controller(string text)
    {
        var (model, ports) = ("qusb2", DefaultPorts);
        foreach (var (name, value) in Fields.ParsePairs(ControllerKey, text))
        {
            switch (name)
            {
                case "type" when value != "qusb":
                    return null;
                case "version":
                    model = value is "1" or "2" ? "qusb" + value : throw Fields.Malformed(ControllerKey, text);
                    break;
                case "ports":
                    ports = AnyNumber.TryParse(value, MostPorts) is > 0 and var count ? (int)count : throw Fields.Malformed(ControllerKey, text);
                    break;
            }
        }

        return text.Length == 0 ? null : new ControllerConfig { Type = ControllerType.Usb, Model = model, Ports = ports };
    }

    private static string Format(ControllerConfig controller)
    {
        if (controller.Model is not ("qusb1" or "qusb2"))
            throw XenErrors.Unsupported($"unsupported USB controller model '{controller.Model}'", ErrorDomain.Xenxl);
        return $"type=qusb,version={controller.Model[^1]}" + (controller.Ports is null ? "" : string.Create(CultureInfo.InvariantCulture, $",ports={controller.Ports}"));
    }
}
