using System.Xml.Linq;
using Vireo.Cli.Parsing;
using Vireo.Config.Xml;

namespace Vireo.Cli.Commands;

/// <summary>Devices that go, found by what users call them.</summary>
internal static class DetachCommands
{
    public static async ValueTask DiskAsync(CommandContext context)
    {
        DeviceChange.CheckImpact(context.Command);
        var target = context.Command.Required("target");
        var domain = await context.DomainAsync();
        var flags = await DeviceChange.ImpactAsync(context, domain);
        var devices = await DeviceSelection.DevicesAsync(context, domain, flags == (uint)DomainModificationImpact.Config);
        var xml = ElementText.AsItIs(DeviceSelection.Disk(devices, target));
        if (context.Command.Has("print-xml"))
        {
            context.Print(xml);
            return;
        }
        await CommandContext.TryAsync("Failed to detach disk", () => DeviceChange.DetachAsync(context, domain, xml, flags));
        context.Confirm("Disk detached successfully\n");
    }

    /// <summary>Definition and running guest are changed one after the other: a card may look different in each.</summary>
    public static async ValueTask InterfaceAsync(CommandContext context)
    {
        var command = context.Command;
        DeviceChange.CheckImpact(command);
        var domain = await context.DomainAsync();
        var flags = (DomainModificationImpact)await DeviceChange.ImpactAsync(context, domain);
        if (flags.HasFlag(DomainModificationImpact.Config))
        {
            await DetachInterfaceAsync(context, domain, DomainModificationImpact.Config);
        }
        if (flags != DomainModificationImpact.Config)
        {
            await DetachInterfaceAsync(context, domain, flags & DomainModificationImpact.Live);
        }
        if (!command.Has("print-xml"))
        {
            context.Confirm("Interface detached successfully\n");
        }
    }

    public static async ValueTask AliasAsync(CommandContext context)
    {
        var flags = context.Command.Impact();
        var alias = context.Command.Required("alias");
        var domain = await context.DomainAsync();
        await CommandContext.TryAsync(
            $"Failed to detach device with alias {alias}",
            () => domain.Connection.Driver.Hypervisor.DomainDetachDeviceAliasAsync(domain.Reference, alias, (uint)flags, context.CancellationToken));
        context.Confirm("Device detach request sent successfully\n");
    }

    private static async ValueTask DetachInterfaceAsync(CommandContext context, Domain domain, DomainModificationImpact impact)
    {
        var devices = await DeviceSelection.DevicesAsync(context, domain, impact == DomainModificationImpact.Config);
        if (context.Command.Has("print-xml"))
        {
            context.Print(ElementText.AsItIs(Selected(devices)));
            return;
        }
        XElement card;
        try
        {
            card = Selected(devices);
        }
        catch (CommandException none)
        {
            context.Session.Error(none.Message);
            throw new CommandException("Failed to detach interface");
        }
        await CommandContext.TryAsync("Failed to detach interface", () => DeviceChange.DetachAsync(context, domain, ElementText.AsItIs(card), (uint)impact));

        XElement Selected(XElement among) => DeviceSelection.Interface(among, context.Command.Required("type"), context.Command.Text("mac"));
    }
}
