using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Vireo.Cli.Parsing;
using Vireo.Host.Files;

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
        var files = new List<SafeFileHandle>();
        try
        {
            foreach (var word in command.Required("pass-fds").Split(','))
            {
                files.Add(Duplicate(word));
            }
            await domain.Connection.Driver.Hypervisor.DomainFdAssociateAsync(domain.Reference, name, flags, files, context.CancellationToken);
        }
        finally
        {
            files.ForEach(static file => file.Dispose());
        }
    }

    private static SafeFileHandle Duplicate(string word)
    {
        if (!int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            throw new CommandException($"Unable to parse FD number '{word}'");
        }
        try
        {
            return InheritedDescriptor.Duplicate(number);
        }
        catch (VireoException refused)
        {
            throw new CommandException(refused.Message);
        }
    }
}
