using Vireo.Config.Defaults;
using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Xen.Native;

/// <summary>The host's PCI devices that the guest has: <c>0000:01:13.0,permissive=1</c>.</summary>
internal static class PciDevices
{
    private const string Key = "pci";
    private static readonly char[] s_separators = [':', '.'];
    private static readonly uint[] s_limits = [0xffff, 0xff, 0x1f, 7];

    /// <summary>A file's devices.</summary>
    public static ConfigList<HostdevConfig> Parse(XenFile file) => (file.Texts(Key) ?? []).Select(Device).ToConfigList();

    /// <summary>Writes the devices.</summary>
    public static void Format(XenText text, ConfigList<HostdevConfig> devices) =>
        text.AddIfAny(Key, devices.Where(device => device is { Mode: HostdevMode.Subsystem or null, Type: HostdevType.Pci }).Select(Format));

    private static HostdevConfig Device(string text)
    {
        var (place, _) = Fields.Parse(text).FirstOrDefault();
        bool? permissive = null;
        foreach (var (name, value) in Fields.Parse(text).Skip(1))
        {
            if (value is null)
                throw XenErrors.Internal($"Malformed PCI options {name}");
            if (name == "permissive")
                permissive = value switch { "1" => true, "0" => false, _ => throw XenErrors.Internal($"Malformed PCI options {name}={value}") };
        }

        var numbers = Numbers(place) ?? throw XenErrors.Internal($"Malformed PCI address {text}");
        return new HostdevConfig
        {
            Mode = HostdevMode.Subsystem,
            Type = HostdevType.Pci,
            Managed = false,
            Driver = HostdevDriver.Xen,
            Source = new HostdevSource
            {
                WriteFiltering = permissive is null ? null : !permissive,
                Address = new HostdevAddress { Domain = $"0x{numbers[0]:x4}", Bus = $"0x{numbers[1]:x2}", Slot = $"0x{numbers[2]:x2}", Function = $"0x{numbers[3]:x}" },
            },
        };
    }

    /// <summary>Domain, bus, slot and function; the domain need not be told. Null when they are none.</summary>
    private static uint[]? Numbers(string? place)
    {
        var parts = (place ?? "").Split(s_separators);
        if (parts.Length == 3)
            parts = ["0", .. parts];
        var dot = place?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        if (parts.Length != 4 || dot < 0 || place!.IndexOf(':', dot) >= 0)
            return null;
        var numbers = new uint[4];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!uint.TryParse(parts[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out numbers[i]) || numbers[i] > s_limits[i])
                return null;
        }

        return numbers;
    }

    private static string Format(HostdevConfig device)
    {
        var address = device.Source?.Address ?? new();
        var permissive = device.Source?.WriteFiltering switch { null => "", true => ",permissive=0", false => ",permissive=1" };
        uint[] numbers = [.. s_limits.Zip((string?[])[address.Domain, address.Bus, address.Slot, address.Function], (most, number) => AnyNumber.OfAddress(number, most))];
        return $"{numbers[0]:x4}:{numbers[1]:x2}:{numbers[2]:x2}.{numbers[3]:x}{permissive}";
    }
}
