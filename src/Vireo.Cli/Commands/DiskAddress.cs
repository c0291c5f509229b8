using System.Globalization;
using System.Xml.Linq;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Where a disk is plugged in, as virsh's users write it: <c>pci:0000.00.03.0</c>, <c>scsi:0.0.1</c>, <c>usb:0.1</c>, <c>ccw:fe.0.1</c>.</summary>
internal static class DiskAddress
{
    /// <summary>The element of an address.</summary>
    /// <param name="text">The address.</param>
    /// <param name="target">The disk's name in the guest: what it begins with says what kinds of address fit.</param>
    /// <param name="multifunction">Whether a PCI device is one of several in its slot.</param>
    /// <exception cref="CommandException">It is none, or of a kind that does not fit.</exception>
    public static XElement Parse(string text, string target, bool multifunction)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var kind = colon < 0 ? "" : text[..colon];
        var fields = text[(colon + 1)..].Split('.');
        var element = kind switch
        {
            "pci" => Element("pci", fields, ("domain", 4), ("bus", 2), ("slot", 2), ("function", 1)),
            "ccw" => Element("ccw", fields, ("cssid", 2), ("ssid", 1), ("devno", 4)),
            "ide" or "scsi" or "sata" => Element("drive", fields, ("controller", 0), ("bus", 0), ("unit", 0)),
            "usb" => Element("usb", fields, ("bus", 0), ("port", 0)),
            _ => throw new CommandException("Invalid address."),
        };
        if (multifunction && kind == "pci")
        {
            element.SetAttributeValue("multifunction", "on");
        }
        return Expected(target, kind) is { } expected ? throw new CommandException($"expecting {expected} address.") : element;
    }

    /// <summary>What a disk of that name would need instead; null when the kind fits.</summary>
    private static string? Expected(string target, string kind) => (target.Length < 2 ? "" : target[..2], kind) switch
    {
        ("vd", not ("pci" or "ccw")) => "a pci:0000.00.00.00 or ccw:00.0.0000",
        ("sd", not ("scsi" or "usb" or "sata")) => "a scsi:00.00.00 or usb:00.00 or sata:00.00.00",
        ("hd", not "ide") => "an ide:00.00.00",
        _ => null,
    };

    /// <param name="type">The element's type.</param>
    /// <param name="fields">The numbers; what follows the last one that is wanted is left alone, as by virsh.</param>
    /// <param name="wanted">Their names, and how many hexadecimal digits each has; none for a decimal number.</param>
    private static XElement Element(string type, string[] fields, params ReadOnlySpan<(string Name, int Digits)> wanted)
    {
        var element = new XElement("address", new XAttribute("type", type));
        for (var i = 0; i < wanted.Length; i++)
        {
            var (name, digits) = wanted[i];
            var field = i < fields.Length ? fields[i] : "";
            element.SetAttributeValue(name, digits == 0 ? $"{Number(field, NumberStyles.None)}" : "0x" + Number(field.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? field[2..] : field, NumberStyles.AllowHexSpecifier).ToString($"x{digits}", CultureInfo.InvariantCulture));
        }
        return element;
    }

    private static uint Number(string field, NumberStyles style) =>
        uint.TryParse(field, style, CultureInfo.InvariantCulture, out var number) ? number : throw new CommandException("Invalid address.");
}
