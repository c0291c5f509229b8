namespace Vireo.Cli.Commands;

/// <summary><c>dom-fd-associate</c>: lends a domain the files that this process was given open.</summary>
internal static class DescriptorCommand
{
    public static async ValueTask RunAsync(CommandContext context)
    {
        var command = context.Command;
        var name = command.Required("name");
        var flags = command.Flags(("seclabel-writable", (uint)DomainFDAssociateFlags.Writable), ("seclabel-restore", (uint)DomainFDAssociateFlags.Restore));
        var domain = await context.DomainAsync();
        using var files = new PassedFiles(command.Required("pass-fds"));
        await domain.Connection.Driver.Hypervisor.DomainFdAssociateAsync(domain.Reference, name, flags, files.All, context.CancellationToken);
    }
}
