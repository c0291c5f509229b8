using System.Globalization;
using Vireo.Cli.Parsing;
using Vireo.Drivers;

namespace Vireo.Cli.Commands;

/// <summary><c>vcpuinfo</c>: where each virtual CPU runs, how long it has, and where it may.</summary>
internal static class VcpuInfoCommand
{
    private const string Unknown = "N/A";

    private static readonly string[] s_states = ["offline", "running", "blocked"];

    public static async ValueTask RunAsync(CommandContext context)
    {
        var domain = await context.DomainAsync();
        var driver = domain.Connection.Driver.Hypervisor;
        var info = await domain.GetInfoAsync(context.CancellationToken);
        var cpus = await PinningCommands.CountAsync(context);
        var length = CpuList.MapLength(cpus);
        DomainGetVcpusResult told;
        try
        {
            told = await driver.DomainGetVcpusAsync(domain.Reference, info.NrVirtCpu, length, context.CancellationToken);
        }
        catch (VireoException) when (info.State == (int)DomainState.Shutoff)
        {
            var pinned = await driver.DomainGetVcpuPinInfoAsync(domain.Reference, info.NrVirtCpu, length, (uint)DomainModificationImpact.Config, context.CancellationToken);
            Print(context, Enumerable.Range(0, pinned.Num).Select(static number => ((uint)number, (VcpuInfo?)null)), pinned.Cpumaps, cpus);
            return;
        }
        Print(context, told.Info.Select(static vcpu => (vcpu.Number, (VcpuInfo?)vcpu)), told.Cpumaps, cpus);
    }

    private static void Print(CommandContext context, IEnumerable<(uint Number, VcpuInfo? Running)> vcpus, byte[] maps, int cpus)
    {
        var length = CpuList.MapLength(cpus);
        var index = 0;
        foreach (var (number, running) in vcpus)
        {
            context.Print(index > 0 ? "\n" : "");
            Line(context, "VCPU:", $"{number}");
            Line(context, "CPU:", running?.Cpu >= 0 ? $"{running.Cpu}" : Unknown);
            Line(context, "State:", running is null ? Unknown : running.State >= 0 && running.State < s_states.Length ? s_states[running.State] : "no state");
            if (running is null)
            {
                Line(context, "CPU time", Unknown);
            }
            else if (running.CpuTime != 0)
            {
                Line(context, "CPU time:", string.Create(CultureInfo.InvariantCulture, $"{running.CpuTime / 1e9:F1}s"));
            }
            var map = (index + 1) * length <= maps.Length ? maps.AsSpan(index * length, length) : [];
            Line(context, "CPU Affinity:", context.Command.Has("pretty") ? $"{CpuList.Text(map)} (out of {cpus})" : CpuList.Marks(map, cpus));
            index++;
        }
    }

    private static void Line(CommandContext context, string label, string value) => context.PrintLine($"{label,-15} {value}");
}
