using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>A PCI address as messages name it.</summary>
internal static class PciText
{
    /// <summary><c>0000:00:04.0</c>.</summary>
    public static string Of(PciAddress address) =>
        string.Create(CultureInfo.InvariantCulture, $"{address.Domain ?? 0:x4}:{address.Bus ?? 0:x2}:{address.Slot ?? 0:x2}.{address.Function ?? 0}");
}
