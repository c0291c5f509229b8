using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Vireo.Cli.Parsing;
using Vireo.Config.Xml;

namespace Vireo.Cli.Commands;

/// <summary><c>attach-interface</c>: a network card described by options.</summary>
internal static partial class AttachInterfaceCommand
{
    public static async ValueTask RunAsync(CommandContext context)
    {
        var command = context.Command;
        DeviceChange.CheckImpact(command);
        var xml = ElementText.InLibvirtLayout(Card(command));
        if (command.Has("print-xml"))
        {
            context.Print(xml);
            return;
        }
        var domain = await context.DomainAsync();
        var flags = await DeviceChange.ImpactAsync(context, domain);
        await CommandContext.TryAsync("Failed to attach interface", () => DeviceChange.AttachAsync(context, domain, xml, flags));
        context.Confirm("Interface attached successfully\n");
    }

    private static XElement Card(ParsedCommand command)
    {
        var type = command.Required("type");
        var limits = new XElement("bandwidth", Limits(command, "inbound"), Limits(command, "outbound"));
        return new XElement(
            "interface",
            new XAttribute("type", type), command.Has("managed") ? new XAttribute("managed", "yes") : null,
            Source(command, type),
            Given(command, "target", "dev"), Given(command, "mac", "address"), Given(command, "script", "path"), Given(command, "model", "type"), Given(command, "alias", "name"),
            limits.HasElements ? limits : null);
    }

    private static XElement Source(ParsedCommand command, string type)
    {
        var source = command.Required("source");
        var mode = command.Text("source-mode");
        if (mode is not (null or "server" or "client"))
        {
            throw new CommandException($"Invalid source mode: {mode}");
        }
        return type switch
        {
            "network" or "bridge" => new XElement("source", new XAttribute(type, source)),
            "direct" => new XElement("source", new XAttribute("dev", source)),
            "vhostuser" => mode is null
                ? throw new CommandException("source-mode is mandatory")
                : new XElement("source", new XAttribute("type", "unix"), new XAttribute("path", source), new XAttribute("mode", mode)),
            "hostdev" => new XElement("source", PciAddress(source) ?? throw new CommandException($"cannot parse pci address '{source}' for network interface")),
            _ => throw new CommandException($"No support for {type} in command 'attach-interface'"),
        };
    }

    private static XElement? PciAddress(string text)
    {
        var match = PciText().Match(text);
        return !match.Success ? null : new XElement(
            "address",
            [new XAttribute("type", "pci"), .. new[] { ("domain", 4), ("bus", 2), ("slot", 2), ("function", 1) }.Index().Select(part =>
                new XAttribute(part.Item.Item1, "0x" + uint.Parse(match.Groups[part.Index + 1].ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture).ToString($"x{part.Item.Item2}", CultureInfo.InvariantCulture)))]);
    }

    private static XElement? Given(ParsedCommand command, string option, string attribute) => command.Text(option) is { } value ? new XElement(option, new XAttribute(attribute, value)) : null;

    /// <summary>Limits of one direction, as <c>average,peak,burst,floor</c>; what is empty or 0 is none.</summary>
    private static XElement? Limits(ParsedCommand command, string direction)
    {
        if (command.Text(direction) is not { } text)
        {
            return null;
        }
        var rates = TrafficRates.Parse(text);
        var (average, floor) = (rates[0] != 0, rates[3] != 0);
        return direction == "inbound" && !average && !floor ? throw new CommandException("either inbound average or floor is mandatory")
            : direction == "outbound" && !average ? throw new CommandException("outbound average is mandatory")
            : direction == "outbound" && floor ? throw new CommandException("outbound floor is unsupported yet")
            : new XElement(direction, rates.Zip(TrafficRates.Names).Where(rate => rate.First != 0).Select(rate => new XAttribute(rate.Second, rate.First)));
    }

    [GeneratedRegex("^([0-9a-fA-F]{1,8}):([0-9a-fA-F]{1,8}):([0-9a-fA-F]{1,8})\\.([0-9a-fA-F]{1,8})$")]
    private static partial Regex PciText();
}
