using System.Xml.Linq;
using Vireo.Cli.Output;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Devices: listed from the domain's document, changed through it.</summary>
internal static class DomainDeviceCommands
{
    public static async ValueTask DisksAsync(CommandContext context)
    {
        var details = context.Command.Has("details");
        var table = details ? new Table("Type", "Device", "Target", "Source") : new Table("Target", "Source");
        foreach (var disk in (await DevicesAsync(context)).Elements("disk"))
        {
            var target = disk.Element("target")?.Attribute("dev")?.Value ?? "-";
            var source = SourceOf(disk.Element("source"));
            if (details)
            {
                table.Add(disk.Attribute("type")?.Value ?? "file", disk.Attribute("device")?.Value ?? "disk", target, source);
            }
            else
            {
                table.Add(target, source);
            }
        }
        context.Print(table.Render(!context.Session.Quiet));
    }

    public static async ValueTask InterfacesAsync(CommandContext context)
    {
        var table = new Table("Interface", "Type", "Source", "Model", "MAC");
        foreach (var nic in (await DevicesAsync(context)).Elements("interface"))
        {
            var source = nic.Element("source");
            table.Add(
                nic.Element("target")?.Attribute("dev")?.Value ?? "-",
                nic.Attribute("type")?.Value ?? "-",
                source is null ? "-" : (source.Attribute("bridge") ?? source.Attribute("dev") ?? source.Attribute("network") ?? source.Attribute("name"))?.Value ?? "-",
                nic.Element("model")?.Attribute("type")?.Value ?? "-",
                nic.Element("mac")?.Attribute("address")?.Value ?? "-");
        }
        context.Print(table.Render(!context.Session.Quiet));
    }

    public static async ValueTask DisplayAsync(CommandContext context)
    {
        var type = context.Command.Text("type");
        var found = false;
        if (!await (await context.DomainAsync()).IsActiveAsync(context.CancellationToken))
        {
            throw new CommandException("Domain is not running");
        }
        foreach (var graphics in (await DevicesAsync(context)).Elements("graphics"))
        {
            var scheme = graphics.Attribute("type")?.Value;
            if (scheme is null || (type is not null && type != scheme) || UriOf(scheme, graphics, context.Command.Has("include-password")) is not { } uri)
            {
                continue;
            }
            context.Print((found ? "\n" : "") + uri);
            found = true;
            if (!context.Command.Has("all"))
            {
                break;
            }
        }
        if (!found)
        {
            throw new CommandException(type is null ? "No graphical display found" : $"No graphical display with type '{type}' found");
        }
    }

    public static async ValueTask VncAsync(CommandContext context)
    {
        var vnc = (await DevicesAsync(context)).Elements("graphics").FirstOrDefault(graphics => graphics.Attribute("type")?.Value == "vnc");
        if (!int.TryParse(vnc?.Attribute("port")?.Value, out var port) || port < 0)
        {
            throw new CommandException("Failed to get VNC port. Is this domain using VNC?");
        }
        var listen = vnc!.Attribute("listen")?.Value ?? vnc.Element("listen")?.Attribute("address")?.Value;
        context.PrintLine(listen is null or "0.0.0.0" ? $":{port - 5900}" : $"{listen}:{port - 5900}");
    }

    public static async ValueTask TerminalAsync(CommandContext context)
    {
        var console = (await DevicesAsync(context)).Element("console");
        if (console?.Attribute("tty")?.Value is not { } terminal)
        {
            throw new CommandException("");     // as virsh: no terminal is told by the exit code alone
        }
        context.PrintLine(terminal);
    }

    public static ValueTask AttachAsync(CommandContext context) => ChangeAsync(context, "attach", "attached", DeviceChange.AttachAsync);

    public static ValueTask DetachAsync(CommandContext context) => ChangeAsync(context, "detach", "detached", DeviceChange.DetachAsync);

    public static ValueTask UpdateAsync(CommandContext context) => ChangeAsync(context, "update", "updated", DeviceChange.UpdateAsync);

    private static async ValueTask ChangeAsync(CommandContext context, string verb, string done, Func<CommandContext, Domain, string, uint, ValueTask> step)
    {
        DeviceChange.CheckImpact(context.Command);
        var domain = await context.DomainAsync();
        var xml = await context.FileAsync("file");
        var flags = await DeviceChange.ImpactAsync(context, domain) | context.Command.Flags(("force", (uint)DomainDeviceModifyFlags.Force));
        await CommandContext.TryAsync($"Failed to {verb} device from {context.Command.Required("file")}", () => step(context, domain, xml, flags));
        context.Confirm($"Device {done} successfully\n");
    }

    private static async ValueTask<XElement> DevicesAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var flags = (DomainXMLFlags)context.Command.Flags(("inactive", 2u), ("include-password", 1u));
        return XElement.Parse(await domain.GetXmlAsync(flags, context.CancellationToken)).Element("devices") ?? new XElement("devices");
    }

    private static string SourceOf(XElement? source) =>
        (source?.Attribute("file") ?? source?.Attribute("dev") ?? source?.Attribute("dir") ?? source?.Attribute("name") ?? source?.Attribute("volume") ?? source?.Attribute("path"))?.Value ?? "-";

    private static string? UriOf(string scheme, XElement graphics, bool withPassword)
    {
        var port = int.TryParse(graphics.Attribute("port")?.Value, out var plain) && plain > 0 ? plain : 0;
        var tls = int.TryParse(graphics.Attribute("tlsPort")?.Value, out var secure) && secure > 0 ? secure : 0;
        var listen = graphics.Element("listen");
        if ((graphics.Attribute("socket") ?? listen?.Attribute("socket"))?.Value is { } socket && port == 0 && tls == 0)
        {
            return $"{scheme}+unix://{socket}";
        }
        if (port == 0 && tls == 0)
        {
            return null;
        }
        var host = (graphics.Attribute("listen") ?? listen?.Attribute("address"))?.Value;
        host = host is null or "0.0.0.0" or "::" ? "localhost" : host;
        var password = withPassword && scheme == "vnc" && graphics.Attribute("passwd")?.Value is { } secret ? $":{secret}@" : "";
        var address = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        var number = scheme == "vnc" ? $":{port - 5900}" : port > 0 ? $":{port}" : "";
        var query = tls > 0 ? (port > 0 ? $"?tls-port={tls}" : $"?tls-port={tls}") : "";
        return $"{scheme}://{password}{address}{number}{query}";
    }
}
