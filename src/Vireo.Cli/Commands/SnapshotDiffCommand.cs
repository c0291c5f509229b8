using System.Globalization;
using Vireo.Cli.Output;
using Vireo.Config;

namespace Vireo.Cli.Commands;

/// <summary>What differs between two snapshots.</summary>
internal static class SnapshotDiffCommand
{
    public static async ValueTask RunAsync(CommandContext context)
    {
        var command = context.Command;
        command.Exclusive("extents", "summary");
        var domain = await context.DomainAsync();
        var from = await domain.GetSnapshotAsync(command.Required("from"), context.CancellationToken);
        var flags = (DomainSnapshotDiffFlags)command.Flags(("extents", (uint)DomainSnapshotDiffFlags.Extents));
        var diff = SnapshotDiffConfig.Parse(await CommandContext.TryAsync(
            $"Failed to compare snapshot {from.Name}",
            () => OwnProgram.AskAsync(() => from.DiffAsync(command.Text("to"), flags, context.CancellationToken), "compare snapshots")));
        PrintDisks(context, diff);
        var changes = Math.Max(diff.ChangeCount ?? 0, (ulong)diff.Changes.Count);
        if (command.Has("summary"))
        {
            context.PrintLine($"{Number((ulong)diff.Disks.Count(d => d.State == "changed"))} of {diff.Disks.Count} disks, {Number(diff.Disks.Aggregate(0UL, (sum, d) => sum + (d.Bytes ?? 0)))} bytes, {Number(changes)} values of the document differ");
            return;
        }

        foreach (var disk in diff.Disks.Where(d => d.Extents.Count > 0))
        {
            PrintExtents(context, disk);
        }

        foreach (var change in diff.Changes)
        {
            context.PrintLine($" {change.Path}: {Value(change.From)} -> {Value(change.To)}");
        }

        if (changes > (ulong)diff.Changes.Count)
        {
            context.PrintLine($" and {Number(changes - (ulong)diff.Changes.Count)} more");
        }
    }

    private static void PrintDisks(CommandContext context, SnapshotDiffConfig diff)
    {
        var table = new Table("Disk", "State", "Bytes", "Extents", "Reason");
        foreach (var disk in diff.Disks)
        {
            table.Add(disk.Name ?? "", disk.State ?? "", Number(disk.Bytes), Number(disk.ExtentCount), disk.Reason ?? (disk.FromSize != disk.ToSize ? $"size {Number(disk.FromSize)} -> {Number(disk.ToSize)}" : ""));
        }

        context.PrintLine(table.Render(!context.Session.Quiet));
    }

    private static void PrintExtents(CommandContext context, SnapshotDiffDisk disk)
    {
        var table = new Table("Disk", "Offset", "Length");
        foreach (var extent in disk.Extents)
        {
            table.Add(disk.Name ?? "", Number(extent.Offset), Number(extent.Length));
        }

        context.PrintLine(table.Render(!context.Session.Quiet));
        if (disk.ExtentCount > (ulong)disk.Extents.Count)
        {
            context.PrintLine($" and {Number(disk.ExtentCount - (ulong)disk.Extents.Count)} more\n");
        }
    }

    private static string Number(ulong? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";

    private static string Value(string? value) => value is null ? "none" : $"'{new string([.. value.Select(c => char.IsControl(c) ? ' ' : c)])}'";
}
