using Vireo.Config;
using Vireo.Drivers.Qemu.HotPlug;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu;

/// <content>How many virtual processors a domain has.</content>
internal sealed partial class QemuConnection
{
    /// <inheritdoc/>
    public override ValueTask DomainSetVcpusAsync(DomainRef dom, uint nvcpus, CancellationToken cancellationToken) => DomainSetVcpusFlagsAsync(dom, nvcpus, (uint)DomainVcpuFlags.Live, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask DomainSetVcpusFlagsAsync(DomainRef dom, uint nvcpus, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainVcpuFlags.Live | DomainVcpuFlags.Config | DomainVcpuFlags.Maximum | DomainVcpuFlags.Guest | DomainVcpuFlags.Hotpluggable, "qemuDomainSetVcpusFlags");
        var wanted = (DomainVcpuFlags)flags;
        var domain = Find(dom);
        if (wanted.HasFlag(DomainVcpuFlags.Guest))
        {
            await SetGuestVcpuCountAsync(domain, nvcpus, cancellationToken).ConfigureAwait(false);
            return;
        }

        using var turn = await domain.EnterAsync("virDomainSetVcpusFlags", cancellationToken).ConfigureAwait(false);
        var view = domain.View;
        var impact = ModificationImpact.Of(view, flags);
        var definition = !impact.Config ? null
            : wanted.HasFlag(DomainVcpuFlags.Maximum) ? VcpuSet.WithMaximum(MayHave(view.Persistent!, nvcpus), nvcpus)
            : VcpuSet.WithCount(Fits(view.Persistent!, nvcpus, "persistent"), nvcpus, wanted.HasFlag(DomainVcpuFlags.Hotpluggable));
        if (impact.Live)
        {
            if (wanted.HasFlag(DomainVcpuFlags.Maximum))
            {
                throw VireoException.OperationInvalid(ErrorDomain.Qemu, "maximum vcpu count of a live domain can't be modified");
            }

            Fits(view.Live!, nvcpus, "live");
            await new VcpuPlug(new RunningDevices(domain, domain.RequireProcess())).SetCountAsync(nvcpus, cancellationToken).ConfigureAwait(false);
        }

        await DefineAsync(domain, definition).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainSetVcpuAsync(DomainRef dom, string cpumap, int state, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainModificationImpact.Live | DomainModificationImpact.Config, "qemuDomainSetVcpu");
        if (state is not (0 or 1))
        {
            throw VireoException.BadArgument(ErrorDomain.Qemu, "qemuDomainSetVcpu", "state", "unsupported state value");
        }

        var numbers = NumberSet.Parse(cpumap);
        var domain = Find(dom);
        using var turn = await domain.EnterAsync("virDomainSetVcpu", cancellationToken).ConfigureAwait(false);
        var view = domain.View;
        var impact = ModificationImpact.Of(view, flags);
        DomainConfig? definition = null;
        if (impact.Config)
        {
            RequireVcpus(view.Persistent!, numbers, "persistent");
            definition = VcpuSet.WithStates(view.Persistent!, numbers, state == 1);
        }

        if (impact.Live)
        {
            RequireVcpus(view.Live!, numbers, "live");
            await new VcpuPlug(new RunningDevices(domain, domain.RequireProcess())).SetStateAsync(numbers, state == 1, cancellationToken).ConfigureAwait(false);
        }

        await DefineAsync(domain, definition).ConfigureAwait(false);
    }

    private static async Task SetGuestVcpuCountAsync(QemuDomain domain, uint count, CancellationToken cancellationToken)
    {
        using var turn = await domain.EnterAgentAsync("virDomainSetVcpusFlags", cancellationToken).ConfigureAwait(false);
        var agent = domain.RequireAgent();
        var most = Vcpus(domain.View.Config, maximum: false);
        if (count > most)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"requested vcpu count is greater than the count of enabled vcpus in the domain: {count} > {most}");
        }

        await agent.SetVcpuCountAsync((int)count, cancellationToken).ConfigureAwait(false);
    }

    private static void RequireVcpus(DomainConfig config, NumberSet numbers, string which)
    {
        if (numbers.FirstOrDefault(number => number >= VcpuSet.Maximum(config), -1) is >= 0 and var missing)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"vcpu {missing} is not present in {which} config");
        }
    }

    private static DomainConfig Fits(DomainConfig config, uint count, string which) => count <= VcpuSet.Maximum(config)
        ? config
        : throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"requested vcpus is greater than max allowable vcpus for the {which} domain: {count} > {VcpuSet.Maximum(config)}");

    private static DomainConfig MayHave(DomainConfig config, uint maximum)
    {
        if (config.Cpu?.Numa is { } numa && numa.Cells.Sum(c => c.Cpus is { Length: > 0 } cpus ? NumberSet.Parse(cpus).Count() : 0) > maximum)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, "Number of CPUs in <numa> exceeds the desired maximum vcpu count");
        }

        return config.Cpu?.Topology is { } topology && (topology.Sockets ?? 1) * (topology.Dies ?? 1) * (topology.Cores ?? 1) * (topology.Threads ?? 1) != maximum
            ? throw VireoException.InvalidArgument(ErrorDomain.Qemu, "CPU topology doesn't match the desired vcpu count")
            : config;
    }

    /// <summary>Keeps a changed definition; nothing when there is none.</summary>
    private async Task DefineAsync(QemuDomain domain, DomainConfig? definition)
    {
        if (definition is not null)
        {
            await Hypervisor.Files.SaveDefinitionAsync(definition, CancellationToken.None).ConfigureAwait(false);
            domain.Update(v => v with { Persistent = definition });
        }
    }
}
