using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Memory and CPUs of a domain.</summary>
internal static class DomainResourceCommands
{
    public static async ValueTask SetMemoryAsync(CommandContext context)
    {
        var domain = await DomainAsync(context);
        var size = context.Command.Scaled("size", 1024u) ?? 0;
        await domain.SetMemoryAsync((size / 1024) + (size % 1024 == 0 ? 0u : 1u), (DomainMemoryModFlags)LiveUnlessSaid(context), context.CancellationToken);
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
        context.Command.Exclusive("guest", "config");
        context.Command.Requires("maximum", "config");
        var domain = await DomainAsync(context);
        var count = context.Command.Unsigned("count") ?? 0;
        if (count == 0)
        {
            throw new CommandException("Can't set 0 processors for a VM");
        }
        var flags = (DomainVcpuFlags)(LiveUnlessSaid(context) | context.Command.Flags(("maximum", 4u), ("guest", 8u), ("hotpluggable", 16u)));
        await domain.SetVcpusAsync(count, flags, context.CancellationToken);
    }

    /// <summary>Plugs or unplugs the CPUs of a list.</summary>
    public static async ValueTask SetVcpuAsync(CommandContext context)
    {
        var command = context.Command;
        command.Exclusive("enable", "disable");
        var impact = command.Impact();
        if (!command.Has("enable") && !command.Has("disable"))
        {
            throw new CommandException("one of --enable, --disable is required");
        }
        var list = command.Required("vcpulist");
        var domain = await context.DomainAsync();
        await domain.Connection.Driver.Hypervisor.DomainSetVcpuAsync(domain.Reference, list, command.Has("enable") ? 1 : 0, (uint)impact, context.CancellationToken);
    }

    private static ValueTask<Domain> DomainAsync(CommandContext context)
    {
        context.Command.Exclusive("current", "live");
        context.Command.Exclusive("current", "config");
        return context.DomainAsync();
    }

    // As virsh: a number changes in the running guest, unless something else is said.
    private static uint LiveUnlessSaid(CommandContext context) =>
        context.Command.Has("current") ? 0 : context.Command.Flags(("live", 1u), ("config", 2u)) is var said && said != 0 ? said : (uint)DomainModificationImpact.Live;
}
