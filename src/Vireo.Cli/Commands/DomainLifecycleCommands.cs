using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Starting, stopping and all between.</summary>
internal static class DomainLifecycleCommands
{
    private static readonly (string Word, uint Flag)[] s_modes = [("acpi", 1u), ("agent", 2u), ("initctl", 4u), ("signal", 8u), ("paravirt", 16u)];

    public static async ValueTask StartAsync(CommandContext context)
    {
        var domain = await context.DomainAsync(byId: false);
        RefuseFiles(context);
        if (domain.Id is not null)
        {
            throw new CommandException("Domain is already active");
        }
        await CommandContext.TryAsync($"Failed to start domain '{domain.Name}'", () => domain.StartAsync(CreateFlags(context.Command), context.CancellationToken));
        context.Confirm($"Domain '{domain.Name}' started\n");
        if (context.Command.Has("console"))
        {
            await ConsoleCommand.AttachAsync(context, domain, null, 0);
        }
    }

    public static async ValueTask CreateAsync(CommandContext context)
    {
        RefuseFiles(context);
        var xml = await context.FileAsync("file");
        var connection = await context.ConnectionAsync();
        var flags = CreateFlags(context.Command) | (context.Command.Has("validate") ? DomainCreateFlags.StartValidate : 0);
        var file = context.Command.Required("file");
        var domain = await CommandContext.TryAsync($"Failed to create domain from {file}", () => connection.CreateDomainAsync(xml, flags, context.CancellationToken));
        context.Confirm($"Domain '{domain.Name}' created from {file}\n");
        if (context.Command.Has("console"))
        {
            await ConsoleCommand.AttachAsync(context, domain, null, 0);
        }
    }

    public static async ValueTask DestroyAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var flags = (DomainDestroyFlags)context.Command.Flags(("graceful", 1u), ("remove-logs", 2u));
        await CommandContext.TryAsync($"Failed to destroy domain '{domain.Name}'", () => domain.DestroyAsync(flags, context.CancellationToken));
        context.Confirm($"Domain '{domain.Name}' destroyed\n");
    }

    public static async ValueTask ShutdownAsync(CommandContext context)
    {
        var flags = Mode(context.Command, "'signal', or 'paravirt'");
        var domain = await context.DomainAsync();
        await CommandContext.TryAsync($"Failed to shutdown domain '{domain.Name}'", () => domain.ShutdownAsync((DomainShutdownFlags)flags, context.CancellationToken));
        context.Confirm($"Domain '{domain.Name}' is being shutdown\n");
    }

    public static async ValueTask RebootAsync(CommandContext context)
    {
        var flags = Mode(context.Command, "'signal' or 'paravirt'");
        var domain = await context.DomainAsync();
        await CommandContext.TryAsync($"Failed to reboot domain '{domain.Name}'", () => domain.RebootAsync((DomainRebootFlags)flags, context.CancellationToken));
        context.Confirm($"Domain '{domain.Name}' is being rebooted\n");
    }

    public static ValueTask ResetAsync(CommandContext context) => SimpleAsync(context, "reset", "was reset", (domain, token) => domain.ResetAsync(token));

    public static ValueTask SuspendAsync(CommandContext context) => SimpleAsync(context, "suspend", "suspended", (domain, token) => domain.SuspendAsync(token));

    public static ValueTask ResumeAsync(CommandContext context) => SimpleAsync(context, "resume", "resumed", (domain, token) => domain.ResumeAsync(token));

    private static async ValueTask SimpleAsync(CommandContext context, string verb, string done, Func<Domain, CancellationToken, ValueTask> step)
    {
        var domain = await context.DomainAsync();
        await CommandContext.TryAsync($"Failed to {verb} domain '{domain.Name}'", () => step(domain, context.CancellationToken));
        context.Confirm($"Domain '{domain.Name}' {done}\n");
    }

    private static DomainCreateFlags CreateFlags(ParsedCommand command) =>
        (DomainCreateFlags)command.Flags(("paused", 1u), ("autodestroy", 2u), ("bypass-cache", 4u), ("force-boot", 8u), ("reset-nvram", 32u));

    // The last words of the complaint differ by a comma, in virsh too.
    private static uint Mode(ParsedCommand command, string last)
    {
        uint flags = 0;
        foreach (var word in command.Text("mode")?.Split(',') ?? [])
        {
            var flag = Array.Find(s_modes, mode => mode.Word == word).Flag;
            flags |= flag != 0 ? flag : throw new CommandException($"Unknown mode {word} value, expecting 'acpi', 'agent', 'initctl', {last}");
        }
        return flags;
    }

    private static void RefuseFiles(CommandContext context)
    {
        if (context.Command.Has("pass-fds"))
        {
            throw new CommandException("", VireoException.NotSupported("virDomainCreateWithFiles"));
        }
    }
}
