using Vireo.Config;

namespace Vireo.Drivers.Bhyve.CommandLine;

/// <summary>A device's place on the PCI bus as options write it: <c>2:0</c>.</summary>
internal static class PciPlace
{
    public static string Of(DeviceConfig device) => device.Address is PciAddress address
        ? $"{address.Slot}:{address.Function}"
        : throw BhyveErrors.Unsupported("only devices on the PCI bus are supported");
}
