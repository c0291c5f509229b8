using Vireo.Cli.Output;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>What a guest tells of itself through its agent, and its users and CPUs.</summary>
internal static class GuestCommands
{
    public static async ValueTask InformationAsync(CommandContext context)
    {
        var types = (DomainGuestInfoTypes)context.Command.Flags(
            ("user", (uint)DomainGuestInfoTypes.Users), ("os", (uint)DomainGuestInfoTypes.Os), ("timezone", (uint)DomainGuestInfoTypes.Timezone), ("hostname", (uint)DomainGuestInfoTypes.Hostname),
            ("filesystem", (uint)DomainGuestInfoTypes.Filesystem), ("disk", (uint)DomainGuestInfoTypes.Disks), ("interface", (uint)DomainGuestInfoTypes.Interfaces));
        var domain = await context.DomainAsync();
        var told = await domain.Connection.Driver.Hypervisor.DomainGetGuestInfoAsync(domain.Reference, (uint)types, 0, context.CancellationToken);

        // The guest's words must not move the cursor.
        context.Print(string.Concat(told.Select(static fact => ParameterText.Line(fact.Field, Table.Printable(ParameterText.Value(fact)), 20))));
    }

    public static async ValueTask FileSystemsAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var systems = (await CommandContext.TryAsync(
            "Unable to get filesystem information", () => domain.Connection.Driver.Hypervisor.DomainGetFsinfoAsync(domain.Reference, 0, context.CancellationToken))).Info;
        if (systems.Length == 0)
        {
            context.Confirm("No filesystems are mounted in the domain");
            return;
        }
        var table = new Table("Mountpoint", "Name", "Type", "Target");
        foreach (var system in systems)
        {
            table.Add(system.Mountpoint, system.Name, system.Fstype, string.Join(',', system.DevAliases));
        }
        context.Print(table.Render(!context.Session.Quiet));
    }

    public static async ValueTask VcpusAsync(CommandContext context)
    {
        var command = context.Command;
        command.Exclusive("enable", "disable");
        command.Requires("enable", "cpulist");
        command.Requires("disable", "cpulist");
        var list = command.Text("cpulist");
        if (list is not null && !command.Has("enable") && !command.Has("disable"))
        {
            throw new CommandException("One of options --enable or --disable is required by option --cpulist");
        }
        var domain = await context.DomainAsync();
        var driver = domain.Connection.Driver.Hypervisor;
        if (list is not null)
        {
            await driver.DomainSetGuestVcpusAsync(domain.Reference, list, command.Has("enable") ? 1 : 0, 0, context.CancellationToken);
            return;
        }
        context.Print(ParameterText.Lines(await driver.DomainGetGuestVcpusAsync(domain.Reference, 0, context.CancellationToken)));
    }

    public static async ValueTask PasswordAsync(CommandContext context)
    {
        var command = context.Command;
        var (user, password) = (command.Required("user"), command.Required("password"));
        var domain = await context.DomainAsync();
        await domain.Connection.Driver.Hypervisor.DomainSetUserPasswordAsync(
            domain.Reference, user, password, command.Flags(("encrypted", (uint)DomainSetUserPasswordFlags.PasswordEncrypted)), context.CancellationToken);
        context.Confirm($"Password set successfully for {user} in {domain.Name}");
    }

    public static async ValueTask KeysAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        foreach (var key in await domain.Connection.Driver.Hypervisor.DomainAuthorizedSshKeysGetAsync(domain.Reference, context.Command.Required("user"), 0, context.CancellationToken))
        {
            context.Print(Table.Printable(key));
        }
    }

    public static async ValueTask SetKeysAsync(CommandContext context)
    {
        var command = context.Command;
        command.Requires("remove", "file");
        command.Exclusive("reset", "remove");
        var user = command.Required("user");
        var domain = await context.DomainAsync();
        var flags = command.Has("remove") ? DomainAuthorizedSSHKeysSetFlags.Remove : command.Has("reset") ? 0 : DomainAuthorizedSSHKeysSetFlags.Append;
        if (!command.Has("reset") && command.Text("file") is null)
        {
            throw new CommandException("Option --file is required");
        }
        string[] keys = [];
        if (command.Text("file") is not null)
        {
            var text = await context.FileAsync("file");
            keys = (text.EndsWith('\n') ? text[..^1] : text).Split('\n');
        }
        await domain.Connection.Driver.Hypervisor.DomainAuthorizedSshKeysSetAsync(domain.Reference, user, keys, (uint)flags, context.CancellationToken);
    }
}
