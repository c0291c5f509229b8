using System.Xml.Linq;
using Vireo.Cli.Output;

namespace Vireo.Cli.Commands;

/// <summary>Limits that disks of a domain share.</summary>
internal static class ThrottleGroupCommands
{
    public static async ValueTask SetAsync(CommandContext context)
    {
        var command = context.Command;
        var flags = (uint)command.Impact();
        var domain = await context.DomainAsync();
        var group = command.Required("group-name");
        TypedParam[] wanted = [.. DeviceTuningCommands.DiskLimits(command), TypedParam.Of("group_name", group)];
        await CommandContext.TryAsync("Unable to set throttle group", () => domain.Connection.Driver.Hypervisor.DomainSetThrottleGroupAsync(domain.Reference, group, wanted, flags, context.CancellationToken));
        context.Confirm("Throttle group set successfully\n");
    }

    public static async ValueTask DeleteAsync(CommandContext context)
    {
        var flags = (uint)context.Command.Impact();
        var domain = await context.DomainAsync();
        await domain.Connection.Driver.Hypervisor.DomainDelThrottleGroupAsync(domain.Reference, context.Command.Required("group-name"), flags, context.CancellationToken);
        context.Confirm("Throttle group deleted successfully\n");
    }

    public static async ValueTask ShowAsync(CommandContext context)
    {
        var name = context.Command.Required("group-name");
        var limits = (await GroupsAsync(context)).FirstOrDefault(group => NameOf(group) == name)?.Elements() ?? [];
        foreach (var limit in limits.Where(limit => limit.Name != "group_name"))
        {
            context.Print(ParameterText.Line(limit.Name.LocalName, limit.Value));
        }
    }

    public static async ValueTask ListAsync(CommandContext context)
    {
        var table = new Table("Name");
        foreach (var group in await GroupsAsync(context))
        {
            table.Add(NameOf(group));
        }
        context.Print(table.Render(!context.Session.Quiet));
    }

    private static string NameOf(XElement group) => group.Element("group_name")?.Value ?? "";

    private static async ValueTask<IEnumerable<XElement>> GroupsAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var xml = await domain.GetXmlAsync(context.Command.Has("inactive") ? DomainXMLFlags.Inactive : 0, context.CancellationToken);
        return XElement.Parse(xml).Element("throttlegroups")?.Elements("throttlegroup") ?? [];
    }
}
