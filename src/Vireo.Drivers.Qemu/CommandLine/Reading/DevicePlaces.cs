using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>The guest's buses: which controller of the document each of QEMU's names means.</summary>
internal sealed class DevicePlaces
{
    private readonly Dictionary<string, (ControllerType Type, uint Index)> _buses = new(StringComparer.Ordinal)
    {
        ["pci.0"] = (ControllerType.Pci, 0),
        ["pci"] = (ControllerType.Pci, 0),
        ["pcie.0"] = (ControllerType.Pci, 0),
        ["usb-bus.0"] = (ControllerType.Usb, 0),
    };

    private readonly HashSet<(ControllerType, uint)> _taken = [(ControllerType.Pci, 0)];

    /// <summary>Gives a controller its number: that in its name when libvirt named it, else the next.</summary>
    /// <param name="type">What it is.</param>
    /// <param name="id">QEMU's name; null when it has none.</param>
    /// <param name="prefix">What libvirt's names of its kind begin with.</param>
    public int Add(ControllerType type, string? id, string prefix)
    {
        var own = id is not null && id.StartsWith(prefix, StringComparison.Ordinal) ? id[prefix.Length..] : null;
        var index = own is "" && type == ControllerType.Usb ? 0
            : uint.TryParse(own, NumberStyles.None, CultureInfo.InvariantCulture, out var named) && named < 256 ? named : Next(type);
        index = _taken.Contains((type, index)) ? Next(type) : index;
        _taken.Add((type, index));
        if (id is not null)
        {
            // The bus of a bridge has the bridge's name, those of others have numbers.
            _buses[type == ControllerType.Pci ? id : id + ".0"] = (type, index);
        }

        return (int)index;
    }

    /// <summary>Which controller a bus is; null when it is not of the document, or of another kind.</summary>
    public uint? Bus(string name, ControllerType type) => _buses.TryGetValue(name, out var bus) && bus.Type == type ? bus.Index : null;

    /// <summary>Takes a PCI device's place: null when QEMU is to choose it.</summary>
    public DeviceAddress? Pci(OptionProperties properties)
    {
        var (bus, address, multifunction) = (properties.Take("bus"), properties.Take("addr"), properties.Flag("multifunction"));
        if (bus is null && address is null)
        {
            return null;
        }

        if (Bus(bus ?? "pci.0", ControllerType.Pci) is not { } index || (address ?? "0") is not { } text)
        {
            return properties.Fail<DeviceAddress>();
        }

        var parts = text.Split('.');
        if (address is null || parts.Length > 2 || !TryHex(parts[0], 31, out var slot) || !TryHex(parts.Length > 1 ? parts[1] : "0", 7, out var function))
        {
            return properties.Fail<DeviceAddress>();
        }

        return new PciAddress { Domain = 0, Bus = index, Slot = slot, Function = function, Multifunction = multifunction };
    }

    /// <summary>Takes a USB device's place.</summary>
    public DeviceAddress? Usb(OptionProperties properties)
    {
        var (bus, port) = (properties.Take("bus"), properties.Take("port"));
        if (bus is null && port is null)
        {
            return null;
        }

        return Bus(bus ?? "usb-bus.0", ControllerType.Usb) is not { } index || port is null ? properties.Fail<DeviceAddress>() : new UsbAddress { Bus = index, Port = port };
    }

    private uint Next(ControllerType type)
    {
        uint index = type == ControllerType.Pci ? 1u : 0u;
        while (_taken.Contains((type, index)))
        {
            index++;
        }

        return index;
    }

    private static bool TryHex(string text, uint most, out uint number) =>
        uint.TryParse(text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number) && number <= most;
}
