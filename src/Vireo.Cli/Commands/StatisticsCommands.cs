using Vireo.Cli.Parsing;
using Vireo.Drivers;

namespace Vireo.Cli.Commands;

/// <summary>Counters of domains and their devices.</summary>
internal static class StatisticsCommands
{
    public static async ValueTask DomainsAsync(CommandContext context)
    {
        var command = context.Command;
        var driver = (await context.ConnectionAsync()).Driver.Hypervisor;
        var groups = command.Flags(
            ("state", 1u), ("cpu-total", 2u), ("balloon", 4u), ("vcpu", 8u), ("interface", 16u), ("block", 32u), ("perf", 64u), ("iothread", 128u), ("memory", 256u), ("dirtyrate", 512u), ("vm", 1024u));
        var flags = command.Flags(
            ("list-active", 1u), ("list-inactive", 2u), ("list-persistent", 4u), ("list-transient", 8u), ("list-running", 16u), ("list-paused", 32u), ("list-shutoff", 64u), ("list-other", 128u),
            ("nowait", 1u << 29), ("backing", 1u << 30), ("enforce", 1u << 31));
        var names = command.All("domain").ToList();
        var domains = new List<DomainRef>();
        foreach (var name in names)
        {
            domains.Add((await context.FindDomainAsync(name)).Reference);
        }
        var records = await driver.ConnectGetAllDomainStatsAsync([.. domains], groups, flags, context.CancellationToken);
        for (var i = 0; i < records.Length; i++)
        {
            context.PrintLine((i > 0 ? "\n" : "") + $"Domain: '{records[i].Dom.Name}'");
            foreach (var parameter in records[i].Params)
            {
                context.PrintLine("  " + parameter);
            }
        }
    }

    public static async ValueTask InterfaceAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var device = context.Command.Required("interface");
        var stats = await CommandContext.TryAsync(
            $"Failed to get interface stats {domain.Name} {device}", () => domain.Connection.Driver.Hypervisor.DomainInterfaceStatsAsync(domain.Reference, device, context.CancellationToken));
        Lines(
            context, device, ("rx_bytes", stats.RxBytes), ("rx_packets", stats.RxPackets), ("rx_errs", stats.RxErrs), ("rx_drop", stats.RxDrop),
            ("tx_bytes", stats.TxBytes), ("tx_packets", stats.TxPackets), ("tx_errs", stats.TxErrs), ("tx_drop", stats.TxDrop));
    }

    public static async ValueTask DirtyRateAsync(CommandContext context)
    {
        var command = context.Command;
        var seconds = command.Integer("seconds") ?? 1;
        var mode = command.Text("mode") switch
        {
            null or "page-sampling" => DomainDirtyRateCalcFlags.PageSampling,
            "dirty-bitmap" => DomainDirtyRateCalcFlags.DirtyBitmap,
            "dirty-ring" => DomainDirtyRateCalcFlags.DirtyRing,
            var other => throw new CommandException($"Unknown calculation mode '{other}'"),
        };
        var domain = await context.DomainAsync();
        await domain.Connection.Driver.Hypervisor.DomainStartDirtyRateCalcAsync(domain.Reference, seconds, (uint)mode, context.CancellationToken);
        context.Confirm("Start to calculate domain's memory dirty rate successfully.\n");
    }

    private static void Lines(CommandContext context, string device, params (string Name, long Value)[] values)
    {
        // -1 means that the hypervisor does not count it.
        foreach (var (name, value) in values.Where(value => value.Value >= 0))
        {
            context.PrintLine(device.Length > 0 ? $"{device} {name} {value}" : $"{name} {value}");
        }
    }
}
