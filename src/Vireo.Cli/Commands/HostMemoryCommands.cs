using System.Globalization;
using System.Xml.Linq;
using Vireo.Cli.Output;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>The host's pools of pages, and how it merges equal ones.</summary>
internal static class HostMemoryCommands
{
    private static readonly string[] s_merging = ["shm_pages_to_scan", "shm_sleep_millisecs", "shm_merge_across_nodes"];

    public static async ValueTask FreePagesAsync(CommandContext context)
    {
        var command = context.Command;
        command.Exclusive("all", "cellno");
        var size = PageSize(command);
        if (command.Has("all"))
        {
            var host = await HostAsync(context);
            uint[] sizes = size is { } one ? [one] : [.. host.Descendants("pages").Select(static pages => (uint?)pages.Attribute("size")).OfType<uint>().Distinct().Order()];
            foreach (var cell in Cells(host))
            {
                context.PrintLine($"Node {cell}:");
                await ShowAsync(context, cell, sizes);
                context.PrintLine("");
            }
            return;
        }
        var chosen = command.Integer("cellno") ?? throw new CommandException("missing cellno argument");
        if (chosen < -1)
        {
            throw new CommandException("cell number must be non-negative integer or -1");
        }
        await ShowAsync(context, chosen, size ?? throw new CommandException("missing pagesize argument"));
    }

    public static async ValueTask AllocatePagesAsync(CommandContext context)
    {
        var command = context.Command;
        command.Exclusive("all", "cellno");
        var cell = command.Integer("cellno") ?? -1;
        var size = PageSize(command) ?? 0;
        var count = command.UnsignedLong("pagecount") ?? 0;
        var cells = 1u;
        if (command.Has("all"))
        {
            (cell, cells) = (0, (uint)Cells(await HostAsync(context)).Count());
        }
        var flags = command.Has("add") ? NodeAllocPagesFlags.Add : NodeAllocPagesFlags.Set;
        await (await context.ConnectionAsync()).Driver.Hypervisor.NodeAllocPagesAsync([size], [count], cell, cells, (uint)flags, context.CancellationToken);
    }

    public static async ValueTask MergingAsync(CommandContext context)
    {
        var wanted = from name in s_merging
                     let value = context.Command.Unsigned(name.Replace('_', '-'))
                     where value is not null
                     select TypedParam.Of(name, value.Value);
        TypedParam[] given = [.. wanted];
        var driver = (await context.ConnectionAsync()).Driver.Hypervisor;
        if (given.Length > 0)
        {
            await CommandContext.TryAsync("Unable to change memory parameters", () => driver.NodeSetMemoryParametersAsync(given, 0, context.CancellationToken));
            return;
        }
        var told = await ParameterExchange.AllAsync(
            context,
            ("Unable to get number of memory parameters", "Unable to get memory parameters"),
            async (count, token) => await driver.NodeGetMemoryParametersAsync(count, ParameterExchange.WithTexts, token) is var parameters ? (parameters.Params, parameters.Nparams) : default);
        if (told.Length > 0)
        {
            context.PrintLine("Shared memory:");
        }
        foreach (var parameter in told)
        {
            context.PrintLine($"\t{parameter.Field,-15} {ParameterText.Value(parameter)}");
        }
    }

    private static async ValueTask ShowAsync(CommandContext context, int cell, params uint[] sizes)
    {
        var counts = await (await context.ConnectionAsync()).Driver.Hypervisor.NodeGetFreePagesAsync(sizes, cell, 1, 0, context.CancellationToken);
        foreach (var (size, count) in sizes.Zip(counts))
        {
            context.PrintLine(string.Create(CultureInfo.InvariantCulture, $"{size}KiB: {count}"));
        }
    }

    /// <summary>In KiB.</summary>
    private static uint? PageSize(ParsedCommand command) => (uint?)((command.Scaled("pagesize", 1024) + 1023) / 1024);

    private static async ValueTask<XElement> HostAsync(CommandContext context)
    {
        var connection = await context.ConnectionAsync();
        var xml = await CommandContext.TryAsync("unable to get node capabilities", () => connection.GetCapabilitiesXmlAsync(context.CancellationToken));
        return XElement.Parse(xml).Element("host") ?? throw new CommandException("unable to get node capabilities");
    }

    private static IEnumerable<int> Cells(XElement host) => host.Element("topology")?.Element("cells")?.Elements("cell").Select(static cell => (int?)cell.Attribute("id")).OfType<int>() ?? [];
}
