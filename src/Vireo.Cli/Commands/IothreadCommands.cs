using Vireo.Cli.Output;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Threads of a domain that do the input and output of its disks.</summary>
internal static class IothreadCommands
{
    public static async ValueTask ListAsync(CommandContext context)
    {
        var impact = context.Command.Impact();
        var domain = await context.DomainAsync();
        var threads = (await CommandContext.TryAsync(
            "Unable to get domain IOThreads information", () => domain.Connection.Driver.Hypervisor.DomainGetIothreadInfoAsync(domain.Reference, (uint)impact, context.CancellationToken))).Info;
        if (threads.Length == 0)
        {
            context.Confirm("No IOThreads found for the domain");
            return;
        }
        var table = new Table("IOThread ID", "CPU Affinity");
        foreach (var thread in threads)
        {
            table.Add($"{thread.IothreadId}", CpuList.Text(thread.Cpumap));
        }
        context.Print(table.Render(!context.Session.Quiet));
    }

    public static async ValueTask AddAsync(CommandContext context)
    {
        var impact = context.Command.Impact();
        var domain = await context.DomainAsync();
        await domain.Connection.Driver.Hypervisor.DomainAddIothreadAsync(domain.Reference, Number(context.Command), (uint)impact, context.CancellationToken);
    }

    public static async ValueTask RemoveAsync(CommandContext context)
    {
        var impact = context.Command.Impact();
        var domain = await context.DomainAsync();
        await domain.Connection.Driver.Hypervisor.DomainDelIothreadAsync(domain.Reference, Number(context.Command), (uint)impact, context.CancellationToken);
    }

    public static async ValueTask SetAsync(CommandContext context)
    {
        var command = context.Command;
        var impact = command.Impact();
        var domain = await context.DomainAsync();
        var number = Number(command);
        TypedParam[] wanted =
        [
            .. Set(command.UnsignedLong("poll-max-ns"), "poll_max_ns", TypedParam.Of), .. Set(command.Unsigned("poll-grow"), "poll_grow", TypedParam.Of), .. Set(command.Unsigned("poll-shrink"), "poll_shrink", TypedParam.Of),
            .. Set(command.Integer("thread-pool-min"), "thread_pool_min", TypedParam.Of), .. Set(command.Integer("thread-pool-max"), "thread_pool_max", TypedParam.Of),
        ];
        if (wanted.Length == 0)
        {
            throw new CommandException("Not enough arguments passed, nothing to set");
        }
        await domain.Connection.Driver.Hypervisor.DomainSetIothreadParamsAsync(domain.Reference, number, wanted, (uint)impact, context.CancellationToken);
    }

    private static uint Number(ParsedCommand command)
    {
        var number = command.Integer("id") ?? 0;
        return number > 0 ? (uint)number : throw new CommandException($"Invalid IOThread id value: '{number}'");
    }

    private static IEnumerable<TypedParam> Set<T>(T? value, string name, Func<string, T, TypedParam> make)
        where T : struct => value is { } set ? [make(name, set)] : [];
}
