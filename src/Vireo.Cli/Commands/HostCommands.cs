using System.Globalization;
using Vireo.Cli.Parsing;
using Vireo.Drivers;

namespace Vireo.Cli.Commands;

/// <summary>The host and the hypervisor.</summary>
internal static class HostCommands
{
    public static async ValueTask UriAsync(CommandContext context)
    {
        var connection = await context.ConnectionAsync();
        context.PrintLine(await CommandContext.TryAsync("failed to get URI", () => connection.GetUriAsync(context.CancellationToken)));
    }

    public static async ValueTask HostnameAsync(CommandContext context)
    {
        var connection = await context.ConnectionAsync();
        context.PrintLine(await CommandContext.TryAsync("failed to get hostname", () => connection.GetHostnameAsync(context.CancellationToken)));
    }

    public static async ValueTask SysinfoAsync(CommandContext context)
    {
        var connection = await context.ConnectionAsync();
        context.Print(await CommandContext.TryAsync("failed to get sysinfo", () => connection.GetSysinfoXmlAsync(context.CancellationToken)));
    }

    public static async ValueTask CapabilitiesAsync(CommandContext context)
    {
        var connection = await context.ConnectionAsync();
        var xml = await CommandContext.TryAsync("failed to get capabilities", () => connection.GetCapabilitiesXmlAsync(context.CancellationToken));
        Document(context, xml);
    }

    public static async ValueTask DomainCapabilitiesAsync(CommandContext context)
    {
        var command = context.Command;
        var connection = await context.ConnectionAsync();
        var xml = await CommandContext.TryAsync(
            "failed to get emulator capabilities",
            () => connection.GetDomainCapabilitiesXmlAsync(command.Text("emulatorbin"), command.Text("arch"), command.Text("machine"), command.Text("virttype"), context.CancellationToken));
        Document(context, xml);
    }

    public static async ValueTask NodeInfoAsync(CommandContext context)
    {
        var connection = await context.ConnectionAsync();
        var info = await CommandContext.TryAsync("failed to get node information", () => connection.GetNodeInfoAsync(context.CancellationToken));
        Line(context, "CPU model:", info.Model.TrimEnd('\0'));
        Line(context, "CPU(s):", $"{info.Cpus}");
        if (info.Mhz != 0)
        {
            Line(context, "CPU frequency:", $"{info.Mhz} MHz");
        }
        Line(context, "CPU socket(s):", $"{info.Sockets}");
        Line(context, "Core(s) per socket:", $"{info.Cores}");
        Line(context, "Thread(s) per core:", $"{info.Threads}");
        Line(context, "NUMA cell(s):", $"{info.Nodes}");
        Line(context, "Memory size:", $"{info.Memory} KiB");
    }

    public static async ValueTask MaxVcpusAsync(CommandContext context)
    {
        var connection = await context.ConnectionAsync();
        context.PrintLine($"{await connection.GetMaxVcpusAsync(context.Command.Text("type"), context.CancellationToken)}");
    }

    public static async ValueTask VersionAsync(CommandContext context)
    {
        var connection = await context.ConnectionAsync();
        var type = await CommandContext.TryAsync("failed to get hypervisor type", () => connection.GetTypeAsync(context.CancellationToken));
        context.PrintLine($"Compiled against library: libvirt {ContractVersion.Text}");
        context.PrintLine($"Using library: libvirt {ContractVersion.Text}");
        context.PrintLine($"Using API: {type} {ContractVersion.Text}");
        var version = await CommandContext.TryAsync("failed to get the hypervisor version", () => connection.GetVersionAsync(context.CancellationToken));
        context.PrintLine(version == 0 ? $"Cannot extract running {type} hypervisor version" : $"Running hypervisor: {type} {Dotted(version)}");
        if (context.Command.Has("daemon"))
        {
            var daemon = await CommandContext.TryAsync("failed to get the daemon version", () => connection.GetLibraryVersionAsync(context.CancellationToken));
            context.PrintLine($"Running against daemon: {Dotted(daemon)}");
        }
    }

    public static async ValueTask FreeMemoryAsync(CommandContext context)
    {
        var connection = await context.ConnectionAsync();
        context.Command.Exclusive("all", "cellno");
        var driver = connection.Driver.Hypervisor;
        if (context.Command.Integer("cellno") is { } cell)
        {
            var free = await driver.NodeGetCellsFreeMemoryAsync(cell, 1, context.CancellationToken);
            context.PrintLine($"{cell}: {(free.Length > 0 ? free[0] / 1024 : 0)} KiB");
            return;
        }
        if (!context.Command.Has("all"))
        {
            context.PrintLine($"Total: {await connection.GetFreeMemoryAsync(context.CancellationToken) / 1024} KiB");
            return;
        }
        var info = await connection.GetNodeInfoAsync(context.CancellationToken);
        var cells = await driver.NodeGetCellsFreeMemoryAsync(0, info.Nodes, context.CancellationToken);
        for (var i = 0; i < cells.Length; i++)
        {
            context.PrintLine($"{i,5}: {cells[i] / 1024,10} KiB");
        }
        context.PrintLine("--------------------");
        context.PrintLine($"{"Total",5}: {cells.Aggregate(0UL, static (sum, free) => sum + free) / 1024,10} KiB");
    }

    public static async ValueTask SuspendAsync(CommandContext context)
    {
        var duration = context.Command.Long("duration") ?? 0;
        var target = context.Command.Required("target") switch
        {
            "mem" => NodeSuspendTarget.Mem,
            "disk" => NodeSuspendTarget.Disk,
            "hybrid" => NodeSuspendTarget.Hybrid,
            _ => throw new CommandException("Invalid target"),
        };
        if (duration < 0)
        {
            throw new CommandException("Invalid duration");
        }
        var driver = (await context.ConnectionAsync()).Driver.Hypervisor;
        await CommandContext.TryAsync("The host was not suspended", () => driver.NodeSuspendForDurationAsync((uint)target, (ulong)duration, 0, context.CancellationToken));
    }

    private static void Document(CommandContext context, string xml)
    {
        if (context.Command.Has("xpath"))
        {
            DomainInfoCommands.PrintXml(context, xml);
        }
        else
        {
            context.PrintLine(xml);
        }
    }

    private static void Line(CommandContext context, string label, string value) => context.PrintLine($"{label,-20} {value}");

    private static string Dotted(ulong version) => string.Create(CultureInfo.InvariantCulture, $"{version / 1000000}.{version / 1000 % 1000}.{version % 1000}");
}
