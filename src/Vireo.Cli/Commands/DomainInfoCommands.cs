using System.Globalization;
using System.Text;
using System.Xml.Linq;
using System.Xml.XPath;
using Vireo.Cli.Parsing;
using Vireo.Config.Xml;

namespace Vireo.Cli.Commands;

/// <summary>What there is to know of one domain.</summary>
internal static class DomainInfoCommands
{
    public static async ValueTask IdAsync(CommandContext context) =>
        context.PrintLine((await context.DomainAsync(byId: false)).Id?.ToString(CultureInfo.InvariantCulture) ?? "-");

    public static async ValueTask NameAsync(CommandContext context) => context.PrintLine((await context.DomainAsync(byName: false)).Name);

    public static async ValueTask UuidAsync(CommandContext context) => context.PrintLine((await context.DomainAsync(byUuid: false)).Uuid.ToString());

    public static async ValueTask StateAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var (state, reason) = await domain.GetStateAsync(context.CancellationToken);
        var text = DomainWords.State((int)state);
        context.PrintLine(context.Command.Has("reason") ? $"{text} ({DomainWords.Reason((int)state, reason)})" : text);
    }

    public static async ValueTask InfoAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var token = context.CancellationToken;
        Line(context, "Id:", domain.Id?.ToString(CultureInfo.InvariantCulture) ?? "-");
        Line(context, "Name:", domain.Name);
        Line(context, "UUID:", domain.Uuid.ToString());
        Line(context, "OS Type:", await domain.GetOSTypeAsync(token));
        var info = await domain.GetInfoAsync(token);
        Line(context, "State:", DomainWords.State(info.State));
        Line(context, "CPU(s):", $"{info.NrVirtCpu}");
        if (info.CpuTime != 0)
        {
            Line(context, "CPU time:", string.Create(CultureInfo.InvariantCulture, $"{info.CpuTime / 1e9:F1}s"));
        }
        Line(context, "Max memory:", info.MaxMem == ulong.MaxValue >> 10 || info.MaxMem == ulong.MaxValue ? "no limit" : $"{info.MaxMem} KiB");
        Line(context, "Used memory:", $"{info.Memory} KiB");
        Line(context, "Persistent:", await domain.IsPersistentAsync(token) ? "yes" : "no");
        if (await OptionalAsync(() => AsNullable(domain.GetAutostartAsync(token))) is { } autostart)
        {
            Line(context, "Autostart:", autostart ? "enable" : "disable");
        }
        // An older daemon has never heard of the call.
        if (await OptionalAsync(() => AsNullable(domain.GetAutostartOnceAsync(token)), ErrorCode.Rpc) is true)
        {
            Line(context, "Autostart once:", "enable");
        }
        Line(context, "Managed save:", await OptionalAsync(() => AsNullable(domain.HasManagedSaveAsync(token))) is { } saved ? saved ? "yes" : "no" : "unknown");
        await SecurityAsync(context, domain);
        await MessagesAsync(context, domain);
    }

    private static async ValueTask MessagesAsync(CommandContext context, Domain domain)
    {
        string[] messages;
        try
        {
            messages = await domain.Connection.Driver.Hypervisor.DomainGetMessagesAsync(domain.Reference, 0, context.CancellationToken);
        }
        catch (VireoException old) when (old.Code is ErrorCode.NoSupport)
        {
            return;
        }

        for (var i = 0; i < messages.Length; i++)
        {
            Line(context, i == 0 ? "Messages:" : "", messages[i]);
        }
    }

    public static async ValueTask XmlAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var flags = (DomainXMLFlags)context.Command.Flags(("security-info", 1u), ("inactive", 2u), ("update-cpu", 4u), ("migratable", 8u));
        PrintXml(context, await domain.GetXmlAsync(flags, context.CancellationToken));
    }

    /// <summary>Prints a document, or what <c>--xpath</c> selects of it.</summary>
    public static void PrintXml(CommandContext context, string xml)
    {
        if (context.Command.Text("xpath") is not { } expression)
        {
            context.Print(xml);
            return;
        }
        IEnumerable<XObject> nodes;
        try
        {
            var document = XDocument.Parse(xml);
            nodes = document.XPathEvaluate(expression) is IEnumerable<object> found ? found.OfType<XObject>() : throw new XPathException("no nodes");
        }
        catch (XPathException)
        {
            throw new CommandException($"xpath expression '{expression}' must select nodes");
        }
        var wrap = context.Command.Has("wrap");
        var text = new StringBuilder(wrap ? "<nodes>\n" : "");
        foreach (var node in nodes)
        {
            var lines = ElementText.Of(node);
            text.Append(wrap ? "  " + lines.Replace("\n", "\n  ", StringComparison.Ordinal) : lines).Append('\n');
        }
        context.Print((wrap ? text.Append("</nodes>\n") : text).ToString());
    }

    public static async ValueTask VcpuCountAsync(CommandContext context)
    {
        var command = context.Command;
        var domain = await context.DomainAsync();
        var flags = (DomainVcpuFlags)command.Flags(("live", 1u), ("config", 2u), ("maximum", 4u), ("guest", 8u));
        command.Exclusive("current", "live");
        command.Exclusive("current", "config");
        command.Exclusive("active", "maximum");
        if (flags != 0 || command.Has("active") || command.Has("current"))
        {
            context.PrintLine($"{await CountVcpusAsync(domain, flags, context.CancellationToken)}");
            return;
        }
        foreach (var (kind, impact, which) in new[] { ("maximum", "config", 6), ("maximum", "live", 5), ("current", "config", 2), ("current", "live", 1) })
        {
            if (await OptionalAsync(() => AsNullable(domain.GetVcpusAsync((DomainVcpuFlags)which, context.CancellationToken)), ErrorCode.OperationInvalid) is { } count)
            {
                context.PrintLine($"{kind,-12} {impact,-12} {count,3}");
            }
        }
    }

    public static async ValueTask ControlAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var info = await domain.GetControlInfoAsync(context.CancellationToken);
        var words = new[] { "ok", "background job", "occupied", "error" };
        var text = info.State < words.Length ? words[info.State] : "unknown";
        context.PrintLine(info.State is 0 or 3 ? text : string.Create(CultureInfo.InvariantCulture, $"{text} ({info.StateTime / 1000.0:F3}s)"));
    }

    public static async ValueTask MemoryStatsAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var driver = domain.Connection.Driver.Hypervisor;
        if (context.Command.Unsigned("period") is { } period)
        {
            await CommandContext.TryAsync(
                "Unable to change balloon collection period.",
                () => driver.DomainSetMemoryStatsPeriodAsync(domain.Reference, (int)period, (uint)context.Command.Impact(), context.CancellationToken));
            return;
        }
        var tags = new[] { "swap_in", "swap_out", "major_fault", "minor_fault", "unused", "available", "actual", "rss", "usable", "last_update", "disk_caches", "hugetlb_pgalloc", "hugetlb_pgfail" };
        foreach (var stat in await CommandContext.TryAsync($"Failed to get memory statistics for domain {domain.Name}", () => driver.DomainMemoryStatsAsync(domain.Reference, 13, 0, context.CancellationToken)))
        {
            if (stat.Tag >= 0 && stat.Tag < tags.Length)
            {
                context.PrintLine($"{tags[stat.Tag]} {stat.Val}");
            }
        }
    }

    private static async ValueTask<int> CountVcpusAsync(Domain domain, DomainVcpuFlags flags, CancellationToken cancellationToken)
    {
        try
        {
            return await domain.GetVcpusAsync(flags, cancellationToken);
        }
        catch (VireoException refused) when (flags.HasFlag(DomainVcpuFlags.Guest) && refused.Code is ErrorCode.InvalidArg or ErrorCode.NoSupport)
        {
            throw new CommandException("Failed to retrieve vCPU count from the guest", refused);
        }
    }

    private static void Line(CommandContext context, string label, string value) => context.PrintLine($"{label,-15} {value}");

    private static async ValueTask SecurityAsync(CommandContext context, Domain domain)
    {
        var driver = domain.Connection.Driver.Hypervisor;
        try
        {
            var model = await driver.NodeGetSecurityModelAsync(context.CancellationToken);
            if (Text(model.Model).Length == 0)
            {
                return;
            }
            Line(context, "Security model:", Text(model.Model));
            Line(context, "Security DOI:", Text(model.Doi));
            var label = await driver.DomainGetSecurityLabelAsync(domain.Reference, context.CancellationToken);
            if (Text(label.Label).Length > 0)
            {
                Line(context, "Security label:", $"{Text(label.Label)} ({(label.Enforcing != 0 ? "enforcing" : "permissive")})");
            }
        }
        catch (VireoException none) when (none.Code == ErrorCode.NoSupport)
        {
            // The driver knows no security model: there is nothing to show.
        }
    }

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes).TrimEnd('\0');

    private static async ValueTask<T?> AsNullable<T>(ValueTask<T> task)
        where T : struct => await task;

    private static async ValueTask<T?> OptionalAsync<T>(Func<ValueTask<T?>> step, params ErrorCode[] also)
        where T : struct
    {
        try
        {
            return await step();
        }
        catch (VireoException missing) when (missing.Code is ErrorCode.NoSupport || Array.IndexOf(also, missing.Code) >= 0)
        {
            return null;
        }
    }
}
