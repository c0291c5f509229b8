using System.Globalization;
using Vireo.Cli.Parsing;
using Vireo.Config.Xml;

namespace Vireo.Cli.Commands;

/// <summary><c>update-memory-device</c>: how much of a memory device the guest may use.</summary>
internal static class MemoryDeviceCommand
{
    public static async ValueTask RunAsync(CommandContext context)
    {
        var command = context.Command;
        command.Exclusive("node", "alias");
        var impact = command.Impact();
        var alias = command.Text("alias");
        var node = command.Unsigned("node");
        var size = command.Scaled("requested-size", 1024);
        var domain = await context.DomainAsync();
        var devices = await DeviceSelection.DevicesAsync(context, domain, impact.HasFlag(DomainModificationImpact.Config));
        var found = devices.Elements("memory").Where(memory =>
            (alias is null || memory.Element("alias")?.Attribute("name")?.Value == alias)
            && (node is null || memory.Element("target")?.Element("node")?.Value == node.Value.ToString(CultureInfo.InvariantCulture))).ToList();
        var device = found.Count switch
        {
            0 => throw new CommandException("no memory device found"),
            1 => found[0],
            _ => throw new CommandException("multiple memory devices found, use --alias or --node to select one"),
        };
        if (size is { } bytes)
        {
            var requested = device.Element("target")?.Element("requested") ?? throw new CommandException("virtio-mem device is missing <requested/>");
            requested.Value = ((bytes / 1024) + (bytes % 1024 == 0 ? 0u : 1u)).ToString(CultureInfo.InvariantCulture);
        }
        var xml = ElementText.AsItIs(device);
        if (command.Has("print-xml"))
        {
            context.Print(xml);
            return;
        }
        await DeviceChange.UpdateAsync(context, domain, xml, (uint)impact);
    }
}
