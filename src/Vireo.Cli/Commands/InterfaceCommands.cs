using System.Xml.Linq;
using Vireo.Cli.Output;
using Vireo.Cli.Parsing;
using Vireo.Config.Xml;

namespace Vireo.Cli.Commands;

/// <summary>Network cards: their cables and their addresses.</summary>
internal static class InterfaceCommands
{
    public static async ValueTask LinkAsync(CommandContext context)
    {
        var command = context.Command;
        var name = command.Required("interface");
        var domain = await context.DomainAsync();
        var xml = XElement.Parse(await domain.GetXmlAsync(command.Has("config") ? DomainXMLFlags.Inactive : 0, context.CancellationToken));
        var hardware = DeviceSelection.HardwareAddress(name);
        var found = (from card in xml.Element("devices")?.Elements("interface") ?? []
                     where hardware is not null ? hardware.Equals(DeviceSelection.HardwareAddress(card.Element("mac")?.Attribute("address")?.Value)) : card.Element("target")?.Attribute("dev")?.Value == name
                     select card).ToList();
        if (found.Count == 0)
        {
            throw new CommandException($"Interface ({(hardware is null ? "dev" : "mac")}: {name}) not found.");
        }
        context.Print(found.Count == 1 ? $"{name} {found[0].Element("link")?.Attribute("state")?.Value ?? "up"}" : throw new CommandException("multiple matching interfaces found"));
    }

    /// <summary>Plugs or unplugs a cable, of the definition where the domain does not run.</summary>
    public static async ValueTask SetLinkAsync(CommandContext context)
    {
        var command = context.Command;
        var name = command.Required("interface");
        var state = command.Required("state");
        if (state is not ("up" or "down"))
        {
            throw new CommandException($"invalid link state '{state}'");
        }
        var domain = await context.DomainAsync();
        var config = command.Has("config");
        var flags = config || !await domain.IsActiveAsync(context.CancellationToken) ? DomainModificationImpact.Config : DomainModificationImpact.Live;
        var devices = await DeviceSelection.DevicesAsync(context, domain, config);
        var (element, attribute) = DeviceSelection.HardwareAddress(name) is null ? ("target", "dev") : ("mac", "address");
        var card = devices.Elements("interface").FirstOrDefault(card => card.Element(element)?.Attribute(attribute)?.Value == name) ?? throw new CommandException($"interface '{name}' not found");
        if (card.Element("link") is { } link)
        {
            link.SetAttributeValue("state", state);
        }
        else
        {
            card.Add(new XElement("link", new XAttribute("state", state)));
        }
        var xml = ElementText.AsItIs(card);
        if (command.Has("print-xml"))
        {
            context.Print(xml);
            return;
        }
        await CommandContext.TryAsync("Failed to update interface link state", () => DeviceChange.UpdateAsync(context, domain, xml, (uint)flags));
        context.Confirm("Device updated successfully\n");
    }

    public static async ValueTask AddressesAsync(CommandContext context)
    {
        var command = context.Command;
        var source = command.Text("source") switch
        {
            null or "lease" => DomainInterfaceAddressesSource.Lease,
            "agent" => DomainInterfaceAddressesSource.Agent,
            "arp" => DomainInterfaceAddressesSource.Arp,
            var other => throw new CommandException($"Unknown data source '{other}'"),
        };
        var domain = await context.DomainAsync();
        var cards = await CommandContext.TryAsync(
            "Failed to query for interfaces addresses",
            () => domain.Connection.Driver.Hypervisor.DomainInterfaceAddressesAsync(domain.Reference, (uint)source, 0, context.CancellationToken));
        context.Confirm($" {"Name",-10} {"MAC address",-20} {"Protocol",-8}     Address\n{new string('-', 79)}\n");
        foreach (var card in cards.Where(card => command.Text("interface") is not { } wanted || card.Name == wanted))
        {
            if (card.Addrs.Length == 0)
            {
                Line(context, card.Name, card.Hwaddr ?? "", "N/A", "N/A");
            }
            for (var i = 0; i < card.Addrs.Length; i++)
            {
                var address = card.Addrs[i];
                var first = i == 0 || command.Has("full");
                Line(context, first ? card.Name : "-", first ? card.Hwaddr ?? "" : "-", address.Type == (int)IPAddrType.Ipv6 ? "ipv6" : "ipv4", $"{address.Addr}/{address.Prefix}");
            }
        }
    }

    // A guest may call its cards what it likes.
    private static void Line(CommandContext context, string name, string hardware, string protocol, string address) =>
        context.PrintLine(Table.Printable($" {name,-10} {hardware,-17}    {protocol,-12} {address}"));
}
