namespace Vireo.Cli.Commands;

/// <summary>Saved states of domains.</summary>
internal static class SaveCommands
{
    public static async ValueTask SaveAsync(CommandContext context)
    {
        var command = context.Command;
        var domain = await context.DomainAsync();
        var driver = domain.Connection.Driver.Hypervisor;
        var file = Path.GetFullPath(command.Required("file"));
        var flags = command.Flags(("bypass-cache", 1u), ("running", 2u), ("paused", 4u));
        var xml = command.Has("xml") ? await context.FileAsync("xml") : null;
        await CommandContext.TryAsync($"Failed to save domain '{domain.Name}' to {command.Required("file")}", () => flags == 0 && xml is null
            ? driver.DomainSaveAsync(domain.Reference, file, context.CancellationToken)
            : driver.DomainSaveFlagsAsync(domain.Reference, file, xml, flags, context.CancellationToken));
        context.Confirm($"\nDomain '{domain.Name}' saved to {command.Required("file")}\n");
    }

    public static async ValueTask RestoreAsync(CommandContext context)
    {
        var command = context.Command;
        var driver = (await context.ConnectionAsync()).Driver.Hypervisor;
        var file = Path.GetFullPath(command.Required("file"));
        var flags = command.Flags(("bypass-cache", 1u), ("running", 2u), ("paused", 4u), ("reset-nvram", 8u));
        var xml = command.Has("xml") ? await context.FileAsync("xml") : null;
        await CommandContext.TryAsync($"Failed to restore domain from {command.Required("file")}", () => flags == 0 && xml is null
            ? driver.DomainRestoreAsync(file, context.CancellationToken)
            : driver.DomainRestoreFlagsAsync(file, xml, flags, context.CancellationToken));
        context.Confirm($"Domain restored from {command.Required("file")}\n");
    }

    public static async ValueTask ManagedSaveAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var flags = context.Command.Flags(("bypass-cache", 1u), ("running", 2u), ("paused", 4u));
        await CommandContext.TryAsync(
            $"Failed to save domain '{domain.Name}' state", () => domain.Connection.Driver.Hypervisor.DomainManagedSaveAsync(domain.Reference, flags, context.CancellationToken));
        context.Confirm($"\nDomain '{domain.Name}' state saved by libvirt\n");
    }

    public static async ValueTask RemoveAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        if (!await CommandContext.TryAsync("Failed to check for domain managed save image", () => domain.HasManagedSaveAsync(context.CancellationToken)))
        {
            context.Confirm($"Domain '{domain.Name}' has no manage save image; removal skipped");
            return;
        }
        await CommandContext.TryAsync(
            $"Failed to remove managed save image for domain '{domain.Name}'", () => domain.Connection.Driver.Hypervisor.DomainManagedSaveRemoveAsync(domain.Reference, 0, context.CancellationToken));
        context.Confirm($"Removed managedsave image for domain '{domain.Name}'");
    }

    public static async ValueTask ImageXmlAsync(CommandContext context)
    {
        var driver = (await context.ConnectionAsync()).Driver.Hypervisor;
        DomainInfoCommands.PrintXml(context, await driver.DomainSaveImageGetXmlDescAsync(Path.GetFullPath(context.Command.Required("file")), context.Command.Flags(("security-info", 1u)), context.CancellationToken));
    }
}
