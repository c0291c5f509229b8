using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Memory and CPUs of a domain.</summary>
internal static class DomainResourceCommands
{
    public static async ValueTask SetMemoryAsync(CommandContext context)
    {
        var domain = await DomainAsync(context);
        var size = context.Command.Scaled("size", 1024u) ?? 0;
        if (size < 1024)
        {
            throw new CommandException("", VireoException.InvalidArgument(ErrorDomain.None, $"memory size {size} bytes is less than one KiB"));
        }
        await domain.SetMemoryAsync((size + 1023) / 1024, (DomainMemoryModFlags)context.Command.Flags(("live", 1u), ("config", 2u)), context.CancellationToken);
    }

    public static async ValueTask SetMaxMemoryAsync(CommandContext context)
    {
        var domain = await DomainAsync(context);
        var size = context.Command.Scaled("size", 1024u) ?? 0;
        var flags = DomainMemoryModFlags.Maximum | (DomainMemoryModFlags)context.Command.Flags(("live", 1u), ("config", 2u));
        await CommandContext.TryAsync("Unable to change MaxMemorySize", () => domain.SetMemoryAsync((size + 1023) / 1024, flags, context.CancellationToken));
    }

    public static async ValueTask SetVcpusAsync(CommandContext context)
    {
        var domain = await DomainAsync(context);
        var count = context.Command.Unsigned("count") ?? 0;
        if (count == 0)
        {
            throw new CommandException("Can't set 0 processors for a VM");
        }
        var flags = (DomainVcpuFlags)context.Command.Flags(("live", 1u), ("config", 2u), ("maximum", 4u), ("guest", 8u), ("hotpluggable", 16u));
        await domain.SetVcpusAsync(count, flags, context.CancellationToken);
    }

    private static ValueTask<Domain> DomainAsync(CommandContext context)
    {
        context.Command.Exclusive("current", "live");
        context.Command.Exclusive("current", "config");
        return context.DomainAsync();
    }
}
