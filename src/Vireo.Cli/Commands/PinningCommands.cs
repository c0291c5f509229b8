using Vireo.Cli.Output;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Which host CPUs the threads of a domain may run on.</summary>
internal static class PinningCommands
{
    public static async ValueTask VcpuAsync(CommandContext context)
    {
        var command = context.Command;
        var impact = command.Impact();
        var list = command.Text("cpulist");
        if (list is null)
        {
            command.Exclusive("live", "config");
        }
        var vcpu = command.Unsigned("vcpu");
        if (list is not null && vcpu is null)
        {
            throw new CommandException("vcpupin: Missing vCPU number in pin mode.");
        }
        var domain = await context.DomainAsync();
        var driver = domain.Connection.Driver.Hypervisor;
        var cpus = await CountAsync(context);
        if (list is null)
        {
            await ShowVcpusAsync(context, domain, vcpu, cpus, impact);
            return;
        }
        var map = CpuList.Map(list, cpus);
        await (impact == 0 && !command.Has("current")
            ? driver.DomainPinVcpuAsync(domain.Reference, vcpu!.Value, map, context.CancellationToken)
            : driver.DomainPinVcpuFlagsAsync(domain.Reference, vcpu!.Value, map, (uint)impact, context.CancellationToken));
    }

    public static async ValueTask EmulatorAsync(CommandContext context)
    {
        var command = context.Command;
        var impact = command.Impact();
        var list = command.Text("cpulist");
        var domain = await context.DomainAsync();
        var driver = domain.Connection.Driver.Hypervisor;
        var cpus = await CountAsync(context);
        if (list is null)
        {
            var pinned = await driver.DomainGetEmulatorPinInfoAsync(domain.Reference, CpuList.MapLength(cpus), (uint)impact, context.CancellationToken);
            context.Confirm("emulator: CPU Affinity\n----------------------------------\n");
            context.PrintLine($"       *: {CpuList.Text(pinned.Cpumaps)}");
            return;
        }
        var flags = impact == 0 && !command.Has("current") ? DomainModificationImpact.Live : impact;
        await driver.DomainPinEmulatorAsync(domain.Reference, CpuList.Map(list, cpus), (uint)flags, context.CancellationToken);
    }

    public static async ValueTask IothreadAsync(CommandContext context)
    {
        var command = context.Command;
        var impact = command.Impact();
        var thread = command.Unsigned("iothread") ?? 0;
        var domain = await context.DomainAsync();
        var map = CpuList.Map(command.Required("cpulist"), await CountAsync(context));
        await domain.Connection.Driver.Hypervisor.DomainPinIothreadAsync(domain.Reference, thread, map, (uint)impact, context.CancellationToken);
    }

    /// <summary>How many CPUs the host has, online or not.</summary>
    public static async ValueTask<int> CountAsync(CommandContext context)
    {
        var connection = await context.ConnectionAsync();
        return (await connection.Driver.Hypervisor.NodeGetCpuMapAsync(0, 0, 0, context.CancellationToken)).Ret;
    }

    private static async ValueTask ShowVcpusAsync(CommandContext context, Domain domain, uint? only, int cpus, DomainModificationImpact impact)
    {
        var driver = domain.Connection.Driver.Hypervisor;
        var count = await CountVcpusAsync(context, domain, impact);
        if (only >= count)
        {
            var live = impact == DomainModificationImpact.Live || (impact == 0 && await domain.IsActiveAsync(context.CancellationToken));
            throw new CommandException($"vcpu {only} is out of range of {(live ? "live" : "persistent")} cpu count {count}");
        }
        var length = CpuList.MapLength(cpus);
        var pinned = await driver.DomainGetVcpuPinInfoAsync(domain.Reference, count, length, (uint)impact, context.CancellationToken);
        var table = new Table("VCPU", "CPU Affinity");
        for (var i = 0; i < pinned.Num && (i + 1) * length <= pinned.Cpumaps.Length; i++)
        {
            if (only is null || only == i)
            {
                table.Add($"{i}", CpuList.Text(pinned.Cpumaps.AsSpan(i * length, length)));
            }
        }
        context.Print(table.Render(!context.Session.Quiet));
    }

    private static async ValueTask<int> CountVcpusAsync(CommandContext context, Domain domain, DomainModificationImpact impact)
    {
        try
        {
            return await domain.GetVcpusAsync((DomainVcpuFlags)impact | DomainVcpuFlags.Maximum, context.CancellationToken);
        }
        catch (VireoException none) when (impact != 0 && none.Code is ErrorCode.OperationInvalid)
        {
            throw new CommandException($"cannot get vcpupin for {(impact == DomainModificationImpact.Live ? "offline" : "transient")} domain");
        }
    }
}
