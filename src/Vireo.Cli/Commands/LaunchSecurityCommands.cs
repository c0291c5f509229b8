using Vireo.Cli.Output;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Guests whose memory the host cannot read.</summary>
internal static class LaunchSecurityCommands
{
    public static async ValueTask InformationAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        context.Print(ParameterText.Lines(await CommandContext.TryAsync(
            "Unable to get launch security parameters", () => domain.Connection.Driver.Hypervisor.DomainGetLaunchSecurityInfoAsync(domain.Reference, ParameterExchange.WithTexts, context.CancellationToken))));
    }

    public static async ValueTask SetStateAsync(CommandContext context)
    {
        var command = context.Command;
        if (command.Text("secrethdr") is null || command.Text("secret") is null)
        {
            throw new CommandException("Both secret and the secret header are required");
        }
        var domain = await context.DomainAsync();
        var state = new List<TypedParam>
        {
            TypedParam.Of("sev-secret-header", await context.FileAsync("secrethdr")),
            TypedParam.Of("sev-secret", await context.FileAsync("secret")),
        };
        if (command.UnsignedLong("set-address") is { } address)
        {
            state.Add(TypedParam.Of("sev-secret-set-address", address));
        }
        await CommandContext.TryAsync(
            "Unable to set launch security state", () => domain.Connection.Driver.Hypervisor.DomainSetLaunchSecurityStateAsync(domain.Reference, [.. state], 0, context.CancellationToken));
    }

    public static async ValueTask HostAsync(CommandContext context)
    {
        var driver = (await context.ConnectionAsync()).Driver.Hypervisor;

        // Daemons tell all of it, however much is asked for.
        var told = await CommandContext.TryAsync("Unable to get host SEV information", () => driver.NodeGetSevInfoAsync(0, ParameterExchange.WithTexts, context.CancellationToken));
        context.Print(ParameterText.Lines(told.Params, 18));
    }
}
