using Vireo.Cli.Parsing;

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
        await JobWait.RunAsync(context, domain, "Save", $"Failed to save domain '{domain.Name}' to {command.Required("file")}", token => flags == 0 && xml is null
            ? driver.DomainSaveAsync(domain.Reference, file, token)
            : driver.DomainSaveFlagsAsync(domain.Reference, file, xml, flags, token));
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
        await JobWait.RunAsync(
            context, domain, "Managedsave", $"Failed to save domain '{domain.Name}' state", token => domain.Connection.Driver.Hypervisor.DomainManagedSaveAsync(domain.Reference, flags, token));
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

    public static async ValueTask ImageDefineAsync(CommandContext context)
    {
        var file = context.Command.Required("file");
        var xml = await context.FileAsync("xml");
        var driver = (await context.ConnectionAsync()).Driver.Hypervisor;
        await CommandContext.TryAsync($"Failed to update {file}", () => driver.DomainSaveImageDefineXmlAsync(Path.GetFullPath(file), xml, State(context), context.CancellationToken));
        context.Confirm($"State file {file} updated.\n");
    }

    public static async ValueTask ImageEditAsync(CommandContext context)
    {
        var file = context.Command.Required("file");
        var path = Path.GetFullPath(file);
        context.Command.Exclusive("running", "paused");
        var driver = (await context.ConnectionAsync()).Driver.Hypervisor;
        var before = await driver.DomainSaveImageGetXmlDescAsync(path, (uint)DomainSaveImageXMLFlags.Secure, context.CancellationToken);
        var changed = await DocumentEditor.EditAsync(context, before, after => driver.DomainSaveImageDefineXmlAsync(path, after, State(context), context.CancellationToken));
        context.Confirm(changed ? $"State file {file} edited.\n" : $"Saved image {file} XML configuration not changed.\n");
    }

    public static async ValueTask ManagedXmlAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var flags = context.Command.Flags(("security-info", 1u));
        DomainInfoCommands.PrintXml(context, await domain.Connection.Driver.Hypervisor.DomainManagedSaveGetXmlDescAsync(domain.Reference, flags, context.CancellationToken));
    }

    public static async ValueTask ManagedDefineAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var xml = await context.FileAsync("xml");
        await CommandContext.TryAsync(
            $"Failed to update {domain.Name} XML configuration",
            () => domain.Connection.Driver.Hypervisor.DomainManagedSaveDefineXmlAsync(domain.Reference, xml, State(context), context.CancellationToken));
        context.Confirm($"Managed save state file of domain '{domain.Name}' updated.\n");
    }

    public static async ValueTask ManagedEditAsync(CommandContext context)
    {
        context.Command.Exclusive("running", "paused");
        var domain = await context.DomainAsync();
        var driver = domain.Connection.Driver.Hypervisor;
        var before = await driver.DomainManagedSaveGetXmlDescAsync(domain.Reference, (uint)DomainSaveImageXMLFlags.Secure, context.CancellationToken);
        var changed = await DocumentEditor.EditAsync(context, before, after => driver.DomainManagedSaveDefineXmlAsync(domain.Reference, after, State(context), context.CancellationToken));
        context.Confirm(changed ? $"Managed save state file of domain '{domain.Name}' edited.\n" : $"Managed save image of domain '{domain.Name}' XML configuration not changed.\n");
    }

    public static async ValueTask DumpAsync(CommandContext context)
    {
        var command = context.Command;
        var domain = await context.DomainAsync();
        var flags = command.Flags(("crash", 1u), ("live", 2u), ("bypass-cache", 4u), ("reset", 8u), ("memory-only", 16u));
        var format = DumpFormat(command);
        var file = command.Required("file");
        var driver = domain.Connection.Driver.Hypervisor;
        await JobWait.RunAsync(
            context,
            domain,
            "Dump",
            $"Failed to core dump domain '{domain.Name}' to {file}",
            token => format == DomainCoreDumpFormat.Raw
                ? driver.DomainCoreDumpAsync(domain.Reference, Path.GetFullPath(file), flags, token)
                : driver.DomainCoreDumpWithFormatAsync(domain.Reference, Path.GetFullPath(file), (uint)format, flags, token));
        context.Confirm($"\nDomain '{domain.Name}' dumped to {file}\n");
    }

    private static DomainCoreDumpFormat DumpFormat(ParsedCommand command)
    {
        if (command.Text("format") is not { } format)
        {
            return DomainCoreDumpFormat.Raw;
        }

        return !command.Has("memory-only") ? throw new CommandException("--format only works with --memory-only") : format switch
        {
            "elf" => DomainCoreDumpFormat.Raw,
            "kdump-zlib" => DomainCoreDumpFormat.KdumpZlib,
            "kdump-lzo" => DomainCoreDumpFormat.KdumpLzo,
            "kdump-snappy" => DomainCoreDumpFormat.KdumpSnappy,
            "win-dmp" => DomainCoreDumpFormat.WinDmp,
            _ => throw new CommandException($"format '{format}' is not supported, expecting 'kdump-zlib', 'kdump-lzo', 'kdump-snappy', 'win-dmp' or 'elf'"),
        };
    }

    private static uint State(CommandContext context) => context.Command.Flags(("running", 2u), ("paused", 4u));
}
