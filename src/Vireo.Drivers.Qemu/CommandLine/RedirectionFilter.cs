using System.Globalization;
using Vireo.Config;
using Vireo.Config.Defaults;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Which USB devices a client may redirect, in QEMU's words.</summary>
internal static class RedirectionFilter
{
    /// <summary>One rule for each device: class, vendor, product, version, and whether it is let through; -1 stands for any. Null without a filter.</summary>
    public static string? Of(RedirfilterConfig? filter) => filter is null ? null : string.Join('|', filter.UsbDevices.Select(device => string.Join(
        ':', Hex(device.Class, 2), Hex(device.Vendor, 4), Hex(device.Product, 4), Version(device.Version), device.Allow == true ? "1" : "0")));

    private static string Hex(string? text, int digits)
    {
        if (text is null or "-1")
        {
            return "-1";
        }

        var most = digits == 2 ? 0xffU : 0xffffU;
        var value = AnyNumber.TryParse(text, most) ?? throw VireoException.InvalidXml(ErrorDomain.Domain, $"'{text}' in <redirfilter> is neither -1 nor a number up to 0x{most:x}");
        return "0x" + value.ToString($"x{digits}", CultureInfo.InvariantCulture);
    }

    // JJ.MN of the document is 0xJJMN to QEMU: the digits stay, whatever their base.
    private static string Version(string? text)
    {
        if (text is null or "-1")
        {
            return "-1";
        }

        var (major, minor) = text.Split('.') is [var first, var second] ? (first, second) : (text, "0");
        return $"0x{major.PadLeft(2, '0')}{minor.PadLeft(2, '0')}";
    }
}
