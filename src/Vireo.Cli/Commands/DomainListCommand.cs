using System.Globalization;
using System.Xml.Linq;
using Vireo.Cli.Output;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary><c>list</c>.</summary>
internal static class DomainListCommand
{
    public static async ValueTask RunAsync(CommandContext context)
    {
        var command = context.Command;
        command.Exclusive("table", "name");
        command.Exclusive("table", "uuid");
        command.Exclusive("table", "id");
        bool uuid = command.Has("uuid"), name = command.Has("name"), id = command.Has("id");
        var connection = await context.ConnectionAsync();
        var domains = await CommandContext.TryAsync("Failed to list domains", () => connection.ListDomainsAsync(Filter(command), context.CancellationToken));

        // Running ones first, by id; then the others by name.
        var sorted = domains.OrderBy(domain => domain.Id is null).ThenBy(domain => domain.Id ?? 0).ThenBy(domain => domain.Name, StringComparer.OrdinalIgnoreCase).ThenBy(domain => domain.Name, StringComparer.Ordinal);
        if (uuid || name || id)
        {
            foreach (var domain in sorted)
            {
                string[] words = [id ? IdText(domain) : "", uuid ? domain.Uuid.ToString() : "", name ? domain.Name : ""];
                context.PrintLine(string.Join(' ', words.Where(word => word.Length > 0)));
            }
            return;
        }
        await PrintTableAsync(context, sorted);
    }

    private static async ValueTask PrintTableAsync(CommandContext context, IEnumerable<Domain> domains)
    {
        bool titles = context.Command.Has("title"), saved = context.Command.Has("managed-save");
        var table = titles ? new Table("Id", "Name", "State", "Title") : new Table("Id", "Name", "State");
        foreach (var domain in domains)
        {
            string state;
            try
            {
                var (value, _) = await domain.GetStateAsync(context.CancellationToken);
                state = DomainWords.State((int)value);
                if (saved && value == DomainState.Shutoff && await domain.HasManagedSaveAsync(context.CancellationToken))
                {
                    state = "saved";
                }
            }
            catch (VireoException gone) when (gone.Code == ErrorCode.NoDomain)
            {
                continue;
            }
            if (titles)
            {
                table.Add(IdText(domain), domain.Name, state, await TitleAsync(context, domain));
            }
            else
            {
                table.Add(IdText(domain), domain.Name, state);
            }
        }
        context.Print(table.Render(!context.Session.Quiet));
    }

    private static async ValueTask<string> TitleAsync(CommandContext context, Domain domain)
    {
        try
        {
            return await domain.GetMetadataAsync(DomainMetadataType.Title, null, 0, context.CancellationToken);
        }
        catch (VireoException none) when (none.Code == ErrorCode.NoDomainMetadata)
        {
            return "";
        }
        catch (VireoException old) when (old.Code == ErrorCode.NoSupport)
        {
            return XElement.Parse(await domain.GetXmlAsync(0, context.CancellationToken)).Element("title")?.Value ?? "";
        }
    }

    private static string IdText(Domain domain) => domain.Id?.ToString(CultureInfo.InvariantCulture) ?? "-";

    private static ConnectListAllDomainsFlags Filter(ParsedCommand command)
    {
        var flags = (ConnectListAllDomainsFlags)command.Flags(
            ("inactive", 2u), ("persistent", 4u), ("transient", 8u), ("state-running", 16u), ("state-paused", 32u), ("state-shutoff", 64u), ("state-other", 128u),
            ("with-managed-save", 256u), ("without-managed-save", 512u), ("autostart", 1024u), ("no-autostart", 2048u), ("with-snapshot", 4096u), ("without-snapshot", 8192u),
            ("with-checkpoint", 16384u), ("without-checkpoint", 32768u));
        if (command.Has("all"))
        {
            return flags | ConnectListAllDomainsFlags.Active | ConnectListAllDomainsFlags.Inactive;
        }
        return (flags & ConnectListAllDomainsFlags.Inactive) != 0 ? flags : flags | ConnectListAllDomainsFlags.Active;
    }
}
