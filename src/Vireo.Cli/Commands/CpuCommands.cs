using System.Text.RegularExpressions;
using System.Xml.Linq;
using Vireo.Config;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Models of CPUs, and how CPUs of hosts and guests go together.</summary>
internal static partial class CpuCommands
{
    public static async ValueTask ModelsAsync(CommandContext context)
    {
        var connection = await context.ConnectionAsync();
        var models = await CommandContext.TryAsync("failed to get CPU model names", () => connection.GetCpuModelNamesAsync(context.Command.Required("arch"), context.CancellationToken));
        if (models.Count == 0)
        {
            context.PrintLine("all CPU models are accepted");
        }

        foreach (var model in models)
        {
            context.PrintLine(model);
        }
    }

    public static async ValueTask CompareAsync(CommandContext context)
    {
        var (file, cpu) = (context.Command.Required("file"), (await DocumentsAsync(context))[0]);
        var connection = await context.ConnectionAsync();
        var fit = await CommandContext.TryAsync($"Failed to compare host CPU with {file}", () => connection.CompareCpuAsync(cpu, CompareFlags(context), context.CancellationToken));
        Tell(context, fit, file, "host CPU", "Host CPU");
    }

    public static async ValueTask CompareHypervisorAsync(CommandContext context)
    {
        var (file, cpu) = (context.Command.Required("file"), (await DocumentsAsync(context))[0]);
        var connection = await context.ConnectionAsync();
        var command = context.Command;
        var fit = await CommandContext.TryAsync(
            $"Failed to compare hypervisor CPU with {file}",
            () => connection.CompareHypervisorCpuAsync(cpu, command.Text("emulator"), command.Text("arch"), command.Text("machine"), command.Text("virttype"), CompareFlags(context), context.CancellationToken));
        Tell(context, fit, file, "the CPU provided by hypervisor on the host", "The CPU provided by hypervisor on the host");
    }

    public static async ValueTask BaselineAsync(CommandContext context)
    {
        var cpus = await DocumentsAsync(context);
        var connection = await context.ConnectionAsync();
        context.Print(await connection.BaselineCpuAsync(cpus, BaselineFlags(context), context.CancellationToken));
    }

    public static async ValueTask BaselineHypervisorAsync(CommandContext context)
    {
        var command = context.Command;
        string[] cpus = command.Has("file") ? await DocumentsAsync(context)
            : command.Text("model") is { } model ? [new CpuConfig { Model = new CpuModel { Name = model } }.ToXml()]
            : throw new CommandException("Either --file or --model must be provided");
        var connection = await context.ConnectionAsync();
        context.Print(await connection.BaselineHypervisorCpuAsync(
            cpus, command.Text("emulator"), command.Text("arch"), command.Text("machine"), command.Text("virttype"), BaselineFlags(context), context.CancellationToken));
    }

    private static ConnectCompareCPUFlags CompareFlags(CommandContext context) => (ConnectCompareCPUFlags)context.Command.Flags(("error", 1u), ("validate", 2u));

    private static ConnectBaselineCPUFlags BaselineFlags(CommandContext context) => (ConnectBaselineCPUFlags)context.Command.Flags(("features", 1u), ("migratable", 2u));

    private static void Tell(CommandContext context, CPUCompareResult fit, string file, string what, string subject)
    {
        if (fit == CPUCompareResult.Incompatible)
        {
            context.PrintLine($"CPU described in {file} is incompatible with {what}");
            context.Failed = true;
            return;
        }

        context.PrintLine(fit == CPUCompareResult.Identical ? $"CPU described in {file} is identical to {what}" : $"{subject} is a superset of CPU described in {file}");
    }

    // A file may hold several CPUs, domains and capabilities documents one after the other.
    private static async ValueTask<string[]> DocumentsAsync(CommandContext context)
    {
        var file = context.Command.Required("file");
        var text = $"<container>{Declaration().Replace(await context.FileAsync("file"), "")}</container>\n";
        try
        {
            XmlFragment.Parse(text, file, ErrorDomain.None);
        }
        catch (VireoException malformed)
        {
            throw new CommandException(malformed.Message.Replace($"({file})", file, StringComparison.Ordinal));
        }

        string[] found = [.. XDocument.Parse(text, LoadOptions.PreserveWhitespace).Root!.Elements().SelectMany(Cpus).Select(cpu => cpu.ToString(SaveOptions.DisableFormatting))];
        return found.Length > 0 ? found : throw new CommandException(
            $"File '{file}' does not contain any <cpu> element or valid domain XML, host capabilities XML, or domain capabilities XML");
    }

    private static IEnumerable<XElement> Cpus(XElement document) => document.Name.LocalName switch
    {
        "cpu" => [document],
        "domain" => document.Elements("cpu"),
        "capabilities" => document.Elements("host").Elements("cpu"),
        "domainCapabilities" => document.Elements("cpu").Elements("mode")
            .Where(mode => mode.Attribute("name")?.Value == "host-model" && mode.Attribute("supported")?.Value == "yes")
            .Select(mode => new XElement("cpu", mode.Nodes())),
        _ => [],
    };

    [GeneratedRegex(@"<\?xml.*?\?>", RegexOptions.Singleline)]
    private static partial Regex Declaration();
}
