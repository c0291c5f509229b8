using System.Xml.Linq;
using Vireo.Cli.Output;
using Vireo.Drivers;

namespace Vireo.Cli.Commands;

/// <summary>Disks: their sizes, counters, errors and marks.</summary>
internal static class DiskCommands
{
    private static readonly (string Parameter, string Short, string Label)[] s_counters =
    [
        ("rd_operations", "rd_req", "number of read operations:"), ("rd_bytes", "rd_bytes", "number of bytes read:"), ("wr_operations", "wr_req", "number of write operations:"),
        ("wr_bytes", "wr_bytes", "number of bytes written:"), ("errs", "errs", "error count:"), ("flush_operations", "flush_operations", "number of flush operations:"),
        ("rd_total_times", "rd_total_times", "total duration of reads (ns):"), ("wr_total_times", "wr_total_times", "total duration of writes (ns):"),
        ("flush_total_times", "flush_total_times", "total duration of flushes (ns):"),
    ];

    private static readonly string[] s_errors = ["no error", "unspecified error", "no space"];

    public static async ValueTask ResizeAsync(CommandContext context)
    {
        var path = context.Command.Required("path");
        var size = context.Command.Scaled("size", 1024) ?? 0;
        var domain = await context.DomainAsync();

        // KiB are what every daemon understands.
        var (amount, flags) = size % 1024 == 0 ? (size / 1024, 0u) : (size, (uint)DomainBlockResizeFlags.Bytes);
        await CommandContext.TryAsync(
            $"Failed to resize block device '{path}'",
            () => domain.Connection.Driver.Hypervisor.DomainBlockResizeAsync(domain.Reference, path, amount, flags, context.CancellationToken));
        context.Confirm($"Block device '{path}' is resized");
    }

    public static async ValueTask ThresholdAsync(CommandContext context)
    {
        var device = context.Command.Required("dev");
        var threshold = context.Command.Scaled("threshold", 1) ?? 0;
        var domain = await context.DomainAsync();
        await domain.Connection.Driver.Hypervisor.DomainSetBlockThresholdAsync(domain.Reference, device, threshold, 0, context.CancellationToken);
    }

    public static async ValueTask ErrorsAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var driver = domain.Connection.Driver.Hypervisor;
        var count = (await driver.DomainGetDiskErrorsAsync(domain.Reference, 0, 0, context.CancellationToken)).Nerrors;
        var found = count == 0 ? [] : (await driver.DomainGetDiskErrorsAsync(domain.Reference, (uint)count, 0, context.CancellationToken)).Errors;
        if (found.Length == 0)
        {
            context.Confirm("No errors found\n");
        }
        foreach (var (disk, error) in found)
        {
            context.Print($"{disk}: {(error >= 0 && error < s_errors.Length ? s_errors[error] : "unknown error")}\n");
        }
    }

    public static async ValueTask StatisticsAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var device = context.Command.Text("device") ?? "";
        var human = context.Command.Has("human");
        var told = (await CountersAsync(context, domain, device)).ToDictionary(p => p.Field, p => p.Number);
        if (human)
        {
            context.Print($"Device: {device}\n");
        }
        foreach (var (parameter, name, label) in s_counters)
        {
            if (told.Remove(parameter, out var value))
            {
                context.Print(human ? $" {label,-31} {value}\n" : $"{device} {name} {value}\n");
            }
        }
        foreach (var (name, value) in told)
        {
            context.Print($"{device} {name} {value}\n");
        }
    }

    public static async ValueTask SizesAsync(CommandContext context)
    {
        var command = context.Command;
        command.Exclusive("all", "device");
        var device = command.Has("all") ? null : command.Required("device");
        var domain = await context.DomainAsync();
        if (device is not null)
        {
            var sizes = Sizes(await InfoAsync(context, domain, device), command.Has("human"));
            context.Print($"Capacity:       {sizes[0]}\nAllocation:     {sizes[1]}\nPhysical:       {sizes[2]}\n");
            return;
        }
        var table = new Table("Target", "Capacity", "Allocation", "Physical");
        var devices = XElement.Parse(await domain.GetXmlAsync(cancellationToken: context.CancellationToken)).Element("devices");
        foreach (var disk in devices?.Elements("disk") ?? [])
        {
            var target = disk.Element("target")?.Attribute("dev")?.Value ?? "-";
            var sizes = disk.Element("source") is null ? null : Sizes(await InfoAsync(context, domain, target), command.Has("human"));
            table.Add([target, .. sizes ?? ["-", "-", "-"]]);
        }
        context.Print(table.Render(!context.Session.Quiet));
    }

    private static async ValueTask<IEnumerable<TypedParam>> CountersAsync(CommandContext context, Domain domain, string device)
    {
        var driver = domain.Connection.Driver.Hypervisor;
        var failure = $"Failed to get block stats for domain '{domain.Name}' device '{device}'";
        try
        {
            var count = (await driver.DomainBlockStatsFlagsAsync(domain.Reference, device, 0, 0, context.CancellationToken)).Nparams;
            return count == 0 ? [] : (await driver.DomainBlockStatsFlagsAsync(domain.Reference, device, count, 0, context.CancellationToken)).Params;
        }
        catch (VireoException missing) when (missing.Code == ErrorCode.NoSupport)
        {
            var old = await CommandContext.TryAsync(failure, () => driver.DomainBlockStatsAsync(domain.Reference, device, context.CancellationToken));

            // -1 means that the hypervisor does not count it.
            return new[] { ("rd_operations", old.RdReq), ("rd_bytes", old.RdBytes), ("wr_operations", old.WrReq), ("wr_bytes", old.WrBytes), ("errs", old.Errs) }
                .Where(c => c.Item2 >= 0).Select(c => TypedParam.Of(c.Item1, c.Item2));
        }
    }

    private static ValueTask<DomainGetBlockInfoResult> InfoAsync(CommandContext context, Domain domain, string device) =>
        domain.Connection.Driver.Hypervisor.DomainGetBlockInfoAsync(domain.Reference, device, 0, context.CancellationToken);

    private static string[] Sizes(DomainGetBlockInfoResult info, bool human) =>
        [.. new[] { info.Capacity, info.Allocation, info.Physical }.Select(size => human ? SizeText.Of(size) : $"{size}")];
}
