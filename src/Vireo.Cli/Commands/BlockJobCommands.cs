using System.Globalization;
using Vireo.Cli.Output;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Merging a disk's images, and what is done with the jobs that do it.</summary>
internal static class BlockJobCommands
{
    public static async ValueTask CommitAsync(CommandContext context)
    {
        var command = context.Command;
        command.Exclusive("pivot", "keep-overlay");
        var bandwidth = command.Bandwidth() ?? 0;
        var blocking = Blocking(command, "keep-overlay");
        var active = command.Has("active") || command.Has("pivot") || command.Has("keep-overlay");
        var flags = command.Flags(("shallow", 1u), ("delete", 2u), ("keep-relative", 8u), ("bytes", 16u)) | (active ? 4u : 0);
        var path = command.Required("path");
        var domain = await context.DomainAsync();
        await using var wait = blocking ? await BlockJobWait.BeginAsync(context, domain, path, "Block commit") : null;
        await domain.Connection.Driver.Hypervisor.DomainBlockCommitAsync(
            domain.Reference, path, command.Text("base"), command.Text("top"), bandwidth, flags, context.CancellationToken);
        if (wait is null)
        {
            context.Confirm(active ? "Active Block Commit started" : "Block Commit started");
        }
        else if (await CompletedAsync(context, wait, "Commit"))
        {
            if (active)
            {
                await FinishAsync(context, domain, "keep-overlay", "Commit complete, overlay image kept", "Now in synchronized phase");
            }
            else
            {
                context.Confirm("\nCommit complete");
            }
        }
    }

    public static async ValueTask PullAsync(CommandContext context)
    {
        var command = context.Command;
        command.Requires("verbose", "wait");
        command.Requires("async", "wait");
        var bandwidth = command.Bandwidth() ?? 0;
        command.Timeout();
        var lowest = command.Text("base");
        var flags = command.Flags(("keep-relative", (uint)DomainBlockRebaseFlags.Relative), ("bytes", (uint)DomainBlockRebaseFlags.BandwidthBytes));
        var path = command.Required("path");
        var domain = await context.DomainAsync();
        var driver = domain.Connection.Driver.Hypervisor;
        await using var wait = command.Has("wait") ? await BlockJobWait.BeginAsync(context, domain, path, "Block Pull") : null;
        if (lowest is not null || flags != 0)
        {
            await driver.DomainBlockRebaseAsync(domain.Reference, path, lowest, bandwidth, flags, context.CancellationToken);
        }
        else
        {
            await driver.DomainBlockPullAsync(domain.Reference, path, bandwidth, 0, context.CancellationToken);
        }
        if (wait is null)
        {
            context.Confirm("Block Pull started");
        }
        else if (await CompletedAsync(context, wait, "Pull"))
        {
            context.Confirm("\nPull complete");
        }
    }

    /// <summary><c>blockjob</c>: shows, paces or ends.</summary>
    public static async ValueTask JobAsync(CommandContext context)
    {
        var command = context.Command;
        foreach (var (first, second) in new[]
        {
            ("raw", "abort"), ("raw", "async"), ("raw", "pivot"), ("raw", "bandwidth"), ("info", "abort"), ("info", "async"), ("info", "pivot"), ("info", "bandwidth"),
            ("bytes", "abort"), ("bytes", "async"), ("bytes", "pivot"),
        })
        {
            command.Exclusive(first, second);
        }
        var ending = command.Flags(("async", (uint)DomainBlockJobAbortFlags.Async), ("pivot", (uint)DomainBlockJobAbortFlags.Pivot));
        var bandwidth = command.Bandwidth();
        var path = command.Required("path");
        var domain = await context.DomainAsync();
        var driver = domain.Connection.Driver.Hypervisor;
        if (ending != 0 || command.Has("abort"))
        {
            await driver.DomainBlockJobAbortAsync(domain.Reference, path, ending, context.CancellationToken);
        }
        else if (bandwidth is { } speed)
        {
            await driver.DomainBlockJobSetSpeedAsync(domain.Reference, path, speed, command.Flags(("bytes", 1u)), context.CancellationToken);
        }
        else
        {
            await ShowAsync(context, domain, path);
        }
    }

    /// <summary>Whether the command waits for the job's end.</summary>
    /// <param name="command">The command.</param>
    /// <param name="keeping">Its option that ends a job that is ready without pivoting.</param>
    public static bool Blocking(ParsedCommand command, string keeping)
    {
        var blocking = command.Has("wait") || command.Has("pivot") || command.Has(keeping) || command.Timeout() is not null;
        foreach (var option in new[] { "verbose", "async" })
        {
            if (!blocking && command.Has(option))
            {
                throw new CommandException($"--{option} requires at least one of --timeout, --wait, --pivot, or --{keeping}");
            }
        }
        return blocking;
    }

    /// <summary>Waits, and says what else than success has come of it.</summary>
    /// <returns>Whether the job is through, or ready.</returns>
    public static async ValueTask<bool> CompletedAsync(CommandContext context, BlockJobWait wait, string what)
    {
        switch (await wait.RunAsync())
        {
            case ConnectDomainEventBlockJobStatus.Canceled:
                context.Confirm($"\n{what} aborted");
                context.Failed = true;
                return false;
            case ConnectDomainEventBlockJobStatus.Failed:
                throw new CommandException($"\n{what} failed");
            default:
                return true;
        }
    }

    /// <summary>Ends a job that is ready, the way the options ask for.</summary>
    public static async ValueTask FinishAsync(CommandContext context, Domain domain, string keeping, string kept, string ready)
    {
        var command = context.Command;
        var path = command.Required("path");
        var flags = command.Flags(("async", (uint)DomainBlockJobAbortFlags.Async), ("pivot", (uint)DomainBlockJobAbortFlags.Pivot));
        if (command.Has("pivot") || command.Has(keeping))
        {
            await CommandContext.TryAsync(
                $"failed to {(command.Has("pivot") ? "pivot" : "finish")} job for disk {path}",
                () => domain.Connection.Driver.Hypervisor.DomainBlockJobAbortAsync(domain.Reference, path, flags, context.CancellationToken));
        }
        context.Confirm("\n" + (command.Has("pivot") ? "Successfully pivoted" : command.Has(keeping) ? kept : ready));
    }

    private static async ValueTask ShowAsync(CommandContext context, Domain domain, string path)
    {
        var (raw, bytes) = (context.Command.Has("raw"), context.Command.Has("bytes"));
        var info = await domain.Connection.Driver.Hypervisor.DomainGetBlockJobInfoAsync(
            domain.Reference, path, bytes || !raw ? (uint)DomainBlockJobInfoFlags.BandwidthBytes : 0, context.CancellationToken);
        if (info.Found == 0)
        {
            if (!raw)
            {
                context.Confirm($"No current block job for {path}");
            }
            return;
        }
        if (raw)
        {
            context.Print($" type={DomainWords.BlockJob(info.Type)}\n bandwidth={info.Bandwidth}\n cur={info.Cur}\n end={info.End}\n");
            return;
        }
        BlockJobWait.ShowProgress(context.Session, DomainWords.BlockJob(info.Type), info.Cur, info.End);
        if (info.Bandwidth > 0)
        {
            context.Print(string.Create(CultureInfo.InvariantCulture, $"    Bandwidth limit: {info.Bandwidth} bytes/s ({SizeText.Of(info.Bandwidth)}/s)"));
        }
        context.Print("\n");
    }
}
