using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Devices of the host.</summary>
internal sealed class HostdevKind() : DeviceKind("hostdev")
{
    /// <inheritdoc/>
    public override void CheckAttach(DevicesConfig wanted, DomainConfig config, bool live)
    {
        if (wanted.Hostdevs[0].Type == HostdevType.Usb)
        {
            UsbBus.Require(config);
        }

        if (!live && Match(wanted, config) is not null)
        {
            throw Present("device is already in the domain configuration");
        }
    }

    /// <inheritdoc/>
    public override DeviceConfig Find(DevicesConfig wanted, DomainConfig config, bool live) =>
        Match(wanted, config) ?? throw Missing(live ? NotFound(wanted.Hostdevs[0]) : "device not present in domain configuration");

    private static HostdevConfig? Match(DevicesConfig wanted, DomainConfig config)
    {
        var device = wanted.Hostdevs[0];
        return config.Devices.Hostdevs.Find(other => other.Mode == device.Mode && other.Type == device.Type && IsSame(device.Source, other.Source, device.Type));
    }

    private static bool IsSame(HostdevSource? one, HostdevSource? other, HostdevType? type) => type switch
    {
        HostdevType.Usb when one?.Vendor is not null && one.Address is null => one.Vendor == other?.Vendor && one.Product == other.Product,
        HostdevType.Pci => one?.Address is { } at && other?.Address is { } place && Place(at) == Place(place),
        _ => one == other,
    };

    private static string NotFound(HostdevConfig device) => device switch
    {
        { Type: HostdevType.Usb, Source: { Vendor: { } vendor, Product: { } product } } => $"host usb device vendor=0x{vendor:x4} product=0x{product:x4} not found",
        { Type: HostdevType.Usb, Source.Address: { } at } => string.Create(CultureInfo.InvariantCulture, $"host usb device {Number(at.Bus):d3}.{Number(at.Device):d3} not found"),
        { Type: HostdevType.Pci, Source.Address: { } at } => $"host pci device {Place(at)} not found",
        { Type: HostdevType.Mdev } => $"mediated device '{device.Source?.Address?.Uuid}' not found",
        _ => $"host {device.Type?.ToXmlName()} device not found",
    };

    private static string Place(HostdevAddress at) => string.Create(CultureInfo.InvariantCulture, $"{Number(at.Domain):x4}:{Number(at.Bus):x2}:{Number(at.Slot):x2}.{Number(at.Function)}");

    // With 0x before it, or not.
    private static uint Number(string? text) =>
        text is null ? 0
        : text.StartsWith("0x", StringComparison.Ordinal) && uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hexadecimal) ? hexadecimal
        : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw VireoException.InvalidXml(ErrorDomain.Domain, $"'{text}' is not a number of an address");
}
