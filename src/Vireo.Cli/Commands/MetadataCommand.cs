using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary><c>metadata</c>: elements of others' that a domain's document carries.</summary>
internal static class MetadataCommand
{
    public static async ValueTask RunAsync(CommandContext context)
    {
        var command = context.Command;
        var impact = command.Impact();
        command.Exclusive("edit", "set");
        command.Exclusive("remove", "set");
        command.Exclusive("remove", "edit");
        var uri = command.Required("uri");
        var key = command.Text("key");
        if ((command.Has("edit") || command.Has("set")) && key is null)
        {
            throw new CommandException("namespace key is required when modifying metadata");
        }
        var domain = await context.DomainAsync();
        if (command.Has("set") || command.Has("remove"))
        {
            await SetAsync(command.Text("set"));
            context.PrintLine(command.Has("remove") ? "Metadata removed" : "Metadata modified");
        }
        else if (command.Has("edit"))
        {
            var changed = await DocumentEditor.EditAsync(context, await CurrentAsync(), edited => SetAsync(edited));
            context.Print(changed ? "Metadata modified\n" : "Metadata not changed");
        }
        else
        {
            context.PrintLine(await GetAsync());
        }

        ValueTask SetAsync(string? element) => domain.SetMetadataAsync(DomainMetadataType.Element, element, key, uri, impact, context.CancellationToken);

        ValueTask<string> GetAsync() => domain.GetMetadataAsync(DomainMetadataType.Element, uri, impact, context.CancellationToken);

        async ValueTask<string> CurrentAsync()
        {
            try
            {
                return await GetAsync();
            }
            catch (VireoException none) when (none.Code == ErrorCode.NoDomainMetadata)
            {
                return "\n";
            }
        }
    }
}
