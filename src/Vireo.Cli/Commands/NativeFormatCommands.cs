using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Domain documents and the hypervisors' own configurations.</summary>
internal static class NativeFormatCommands
{
    public static async ValueTask FromNativeAsync(CommandContext context)
    {
        var connection = await context.ConnectionAsync();
        var configuration = await context.FileAsync("config");
        context.Print(await connection.ConvertFromNativeAsync(context.Command.Required("format"), configuration, context.CancellationToken));
    }

    public static async ValueTask ToNativeAsync(CommandContext context)
    {
        var command = context.Command;
        command.Exclusive("domain", "xml");
        var connection = await context.ConnectionAsync();
        var xml = command.Text("domain") is { } name ? await (await context.FindDomainAsync(name)).GetXmlAsync(0, context.CancellationToken)
            : command.Has("xml") ? await context.FileAsync("xml")
            : throw new CommandException("need either domain or domain XML");
        context.Print(await connection.ConvertToNativeAsync(command.Required("format"), xml, context.CancellationToken));
    }
}
