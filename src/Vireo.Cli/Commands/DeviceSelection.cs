using System.Globalization;
using System.Net.NetworkInformation;
using System.Xml.Linq;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Finds the one device of a domain that the user means, as its document has it.</summary>
internal static class DeviceSelection
{
    /// <summary>The domain's devices, with the blanks between them.</summary>
    /// <param name="context">The command.</param>
    /// <param name="domain">The domain.</param>
    /// <param name="inactive">Those of its definition.</param>
    public static async ValueTask<XElement> DevicesAsync(CommandContext context, Domain domain, bool inactive)
    {
        var xml = await domain.GetXmlAsync(inactive ? DomainXMLFlags.Inactive : 0, context.CancellationToken);
        return XElement.Parse(xml, LoadOptions.PreserveWhitespace).Element("devices") ?? new XElement("devices");
    }

    /// <summary>The disk of that target or source, without its backing images: what it stands on is not what changes.</summary>
    /// <param name="devices">The devices.</param>
    /// <param name="name">The target's name or the source's path.</param>
    /// <param name="removable">Only a drive whose medium can be changed.</param>
    public static XElement Disk(XElement devices, string name, bool removable = false)
    {
        var disk = devices.Elements("disk").FirstOrDefault(disk =>
            (!removable || disk.Attribute("device")?.Value is "cdrom" or "floppy") && (disk.Element("target")?.Attribute("dev")?.Value == name || SourceOf(disk) == name))
            ?? throw new CommandException($"No disk found whose source path or target is {name}");
        disk.Element("backingStore")?.Remove();
        return disk;
    }

    /// <summary>The only network card of a type, or the one of them with that address.</summary>
    public static XElement Interface(XElement devices, string type, string? mac)
    {
        var cards = devices.Elements("interface").Where(card => card.Attribute("type")?.Value == type).ToList();
        if (cards.Count == 0)
        {
            throw new CommandException($"No interface found whose type is {type}");
        }
        if (mac is null)
        {
            return cards.Count == 1 ? cards[0] : throw new CommandException($"Domain has {cards.Count} interfaces. Please specify which one to detach using --mac");
        }
        var matching = HardwareAddress(mac) is { } wanted ? cards.Where(card => wanted.Equals(HardwareAddress(card.Element("mac")?.Attribute("address")?.Value))).ToList() : [];
        return matching.Count switch
        {
            0 => throw new CommandException($"No interface with MAC address {mac} was found"),
            1 => matching[0],
            _ => throw new CommandException(
                $"Domain has multiple interfaces matching MAC address {mac}. You must use detach-device and specify the device pci address to remove it."),
        };
    }

    /// <summary>A MAC address of which each number may lack its leading zero; null for anything else.</summary>
    public static PhysicalAddress? HardwareAddress(string? text)
    {
        var numbers = text?.Split(':') ?? [];
        var bytes = new byte[6];
        return numbers.Length == bytes.Length && numbers.Index().All(n => byte.TryParse(n.Item, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[n.Index])) ? new PhysicalAddress(bytes) : null;
    }

    private static string? SourceOf(XElement disk)
    {
        var source = disk.Element("source");
        return (source?.Attribute("file") ?? source?.Attribute("dev") ?? source?.Attribute("dir") ?? source?.Attribute("name"))?.Value;
    }
}
