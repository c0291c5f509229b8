using System.Globalization;
using Vireo.Cli.Parsing;
using Vireo.Config;

namespace Vireo.Cli.Commands;

/// <summary>A plan for people.</summary>
internal static class SnapshotPlanText
{
    /// <summary>Prints what would be done. A plan that would be refused fails the command, after every reason is told.</summary>
    public static async ValueTask PrintAsync(CommandContext context, Func<ValueTask<string>> ask)
    {
        var plan = SnapshotPlanConfig.Parse(await OwnProgram.AskAsync(ask, "plan changes of snapshots"));
        if (plan.Refusals.Count > 0)
        {
            throw new CommandException(string.Join("\nerror: ", plan.Refusals.Select(r => r.Message)));
        }

        context.Print($"{plan.Operation} snapshot {plan.Snapshot} of domain {plan.Domain}; nothing is changed by looking");
        context.Print($"  guest: {Pause(plan.Pause)}; hypervisor process: {plan.Process}");
        foreach (var step in plan.Steps)
        {
            context.Print("  " + Step(step));
        }
    }

    private static string Pause(string? pause) => pause switch
    {
        "moment" => "stands still for the moment of the switch",
        "stays" => "is left paused, for disks that the user takes",
        "memory" => "stands still while its memory is saved",
        _ => "does not notice",
    };

    /// <summary>One step in words.</summary>
    public static string Step(SnapshotPlanStep step)
    {
        var disk = step.Disk is null ? "" : $"{step.Disk}: ";
        var bytes = step.Bytes is { } size ? string.Create(CultureInfo.InvariantCulture, $" ({Size(size)})") : "";
        return step.Action switch
        {
            "make" => $"{disk}make {step.File} over {step.From}",
            "copy" => $"{disk}copy {step.From}, on which others stand, to {step.File}{bytes}",
            "switch" => $"{disk}switch to {step.File}",
            "keep" => $"{disk}leave {step.File} as it is to the snapshot of the present state",
            "take" => $"{disk}take the snapshot within {step.File}",
            "apply" => $"{disk}bring {step.File} back to the snapshot within it",
            "drop" => $"{disk}remove the snapshot within {step.File}",
            "save-memory" => $"save the memory in {step.File}, at most{bytes}",
            "start" => step.From is null ? "start a hypervisor process" : $"start a hypervisor process with the memory of {step.From}",
            "commit" => $"{disk}move the data of {step.From} down into {step.File}, at most{bytes}",
            "pull" => $"{disk}copy the data of {step.From} up into {step.File}, at most{bytes}",
            _ => $"{disk}{step.Action} {step.File}{bytes}",
        };
    }

    private static string Size(ulong bytes) => bytes switch
    {
        < 1 << 10 => $"{bytes} B",
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KiB"),
        < 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.#} GiB"),
    };
}
