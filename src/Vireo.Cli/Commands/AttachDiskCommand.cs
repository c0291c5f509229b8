using System.Xml.Linq;
using Vireo.Cli.Parsing;
using Vireo.Config.Xml;
using Vireo.Host.Files;

namespace Vireo.Cli.Commands;

/// <summary><c>attach-disk</c>: a disk described by options.</summary>
internal static class AttachDiskCommand
{
    public static async ValueTask RunAsync(CommandContext context)
    {
        var command = context.Command;
        DeviceChange.CheckImpact(command);
        command.Exclusive("source-host-name", "source-host-socket");
        command.Requires("source-host-name", "source-protocol");
        command.Requires("source-host-transport", "source-protocol");
        command.Requires("source-host-socket", "source-protocol");
        command.Requires("source-host-socket", "source-host-transport");
        var xml = ElementText.InLibvirtLayout(Disk(command));
        if (command.Has("print-xml"))
        {
            context.Print(xml);
            return;
        }
        var domain = await context.DomainAsync();
        var flags = await DeviceChange.ImpactAsync(context, domain);
        await CommandContext.TryAsync("Failed to attach disk", () => DeviceChange.AttachAsync(context, domain, xml, flags));
        context.Confirm("Disk attached successfully\n");
    }

    private static XElement Disk(ParsedCommand command)
    {
        var mode = command.Text("mode");
        if (mode is not (null or "readonly" or "shareable"))
        {
            throw new CommandException($"No support for {mode} in command 'attach-disk'");
        }
        var target = command.Required("target");
        var type = SourceType(command);
        return new XElement(
            "disk",
            new XAttribute("type", type), Given("device", command.Text("type")), command.Has("rawio") ? new XAttribute("rawio", "yes") : null,
            Driver(command),
            Source(command, type),
            new XElement("target", new XAttribute("dev", target), Given("bus", command.Text("targetbus"))),
            Filters(command),
            mode is null ? null : new XElement(mode),
            command.Text("serial") is { } serial ? new XElement("serial", serial) : null,
            command.Text("alias") is { } alias ? new XElement("alias", new XAttribute("name", alias)) : null,
            command.Text("wwn") is { } wwn ? new XElement("wwn", wwn) : null,
            command.Text("address") is { } address ? DiskAddress.Parse(address, target, command.Has("multifunction")) : null);
    }

    private static XElement? Filters(ParsedCommand command) => command.Text("throttle-groups") is not { } groups ? null
        : new XElement("throttlefilters", groups.Split(',').Select(group => new XElement("throttlefilter", new XAttribute("group", group))));

    private static XElement? Driver(ParsedCommand command)
    {
        var driver = new XElement(
            "driver",
            Given("name", command.Text("driver")), Given("type", command.Text("subdriver")), Given("iothread", command.Text("iothread")), Given("cache", command.Text("cache")), Given("io", command.Text("io")));
        return driver.HasAttributes ? driver : null;
    }

    /// <summary>Said, or what the source looks like on this host: virsh looks there, too.</summary>
    private static string SourceType(ParsedCommand command)
    {
        var protocol = command.Has("source-protocol");
        var said = command.Text("sourcetype");
        if (said is not (null or "file" or "block" or "network"))
        {
            throw new CommandException($"Unknown source type: '{said}'");
        }
        if (said is not null && said == "network" != protocol)
        {
            throw new CommandException("--source-protocol option requires --sourcetype network");
        }
        return said ?? (protocol ? "network" : command.Text("driver") switch
        {
            "file" or "tap" => "file",
            _ => HostFile.IsBlockDevice(command.Required("source")) ? "block" : "file",
        });
    }

    private static XElement Source(ParsedCommand command, string type)
    {
        var source = command.Required("source");
        if (type != "network")
        {
            return new XElement("source", new XAttribute(type == "block" ? "dev" : "file", source));
        }
        var name = command.Text("source-host-name");
        var colon = name?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        var host = new XElement(
            "host",
            Given("transport", command.Text("source-host-transport")), Given("name", colon < 0 ? name : name![..colon]), Given("port", colon < 0 ? null : name![(colon + 1)..]),
            Given("socket", command.Text("source-host-socket")));
        return new XElement("source", Given("protocol", command.Text("source-protocol")), new XAttribute("name", source), host.HasAttributes ? host : null);
    }

    private static XAttribute? Given(string attribute, string? value) => value is null ? null : new XAttribute(attribute, value);
}
