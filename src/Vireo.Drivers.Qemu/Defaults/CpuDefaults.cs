using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>The CPU that a document names, or leaves open.</summary>
internal static class CpuDefaults
{
    private const int EmulatedCacheLevel = 3;

    /// <summary>Fills in mode, model and policies, and puts the NUMA cells in order.</summary>
    /// <param name="cpu">What the document says.</param>
    /// <param name="type">Who runs the guest.</param>
    /// <param name="architecture">What QEMU emulates.</param>
    /// <param name="machines">The model that the machine has when nothing is said; null when it is not known.</param>
    /// <param name="vcpus">How many CPUs the guest has at most.</param>
    public static CpuConfig? Apply(CpuConfig? cpu, DomainType? type, string architecture, string? machines, uint vcpus)
    {
        if (cpu is null && machines is null)
        {
            return null;
        }

        cpu = (cpu ?? new CpuConfig()).ToDefinition(CpuKind.Guest);
        cpu = cpu with
        {
            Numa = cpu.Numa is { } numa ? Numa(numa, vcpus) : null,
        };
        if (cpu.Mode == CpuMode.Custom && cpu.Model?.Name is null && machines is not null)
        {
            return cpu with
            {
                Mode = CpuMode.Custom,
                Match = CpuMatch.Exact,
                Check = CpuCheck.None,
                Model = new CpuModel { Fallback = CpuFallback.Forbid, VendorId = cpu.Model?.VendorId, Name = machines },
            };
        }

        if (cpu.Mode == CpuMode.Custom && cpu.Model is null)
        {
            return cpu with { Mode = null, Match = null, Check = null };
        }

        return cpu.Mode switch
        {
            CpuMode.HostPassthrough => cpu with { Check = cpu.Check ?? CpuCheck.None, Migratable = cpu.Migratable ?? (architecture == "x86_64" ? true : architecture == "i686" ? false : null) },
            CpuMode.Maximum => cpu with { Check = cpu.Check ?? CpuCheck.None },
            CpuMode.HostModel => cpu with { Check = cpu.Check ?? CpuCheck.Partial, Model = OfHost(cpu.Model) },
            _ => cpu with { Check = cpu.Check ?? (type == DomainType.Kvm ? CpuCheck.Partial : CpuCheck.None) },
        };
    }

    /// <summary>What must hold of a finished document's CPU.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static void Check(DomainConfig config)
    {
        if (config.Cpu is not { } cpu)
        {
            return;
        }

        if (cpu.Topology is { } topology
            && (ulong)(topology.Sockets ?? 1) * (topology.Dies ?? 1) * (topology.Cores ?? 1) * (topology.Threads ?? 1) != config.Vcpu!.Count)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "CPU topology doesn't match maximum vcpu count");
        }

        if (cpu.Cache is not { Mode: { } mode, Level: var level })
        {
            return;
        }

        if (mode == CpuCacheMode.Emulate)
        {
            if (level != EmulatedCacheLevel)
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "CPU cache mode 'emulate' can only be used with level='3'");
            }

            return;
        }

        if (mode == CpuCacheMode.Passthrough && cpu.Mode is not (CpuMode.HostPassthrough or CpuMode.Maximum))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "CPU cache mode 'passthrough' can only be used with 'host-passthrough' / 'maximum' CPUs");
        }

        if (level is not null)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"unsupported CPU cache level for mode '{mode.ToXmlName()}'");
        }
    }

    // Which model the host has is not the document's to say; only a vendor can be.
    private static CpuModel? OfHost(CpuModel? model) => model switch
    {
        { Name: not null } => model with { Fallback = model.Fallback ?? CpuFallback.Allow },
        { VendorId: not null } => model with { Fallback = null },
        _ => null,
    };

    // CPUs that no cell has are the first one's.
    private static GuestNuma Numa(GuestNuma numa, uint vcpus)
    {
        var cells = numa.Cells.Select((cell, i) => cell with { Id = cell.Id ?? (uint)i }).OrderBy(cell => cell.Id).ToList();
        if (cells.Count > 0)
        {
            var taken = cells.SelectMany(cell => cell.Cpus is { } cpus ? NumberSet.Parse(cpus) : Enumerable.Empty<int>()).ToHashSet();
            var left = Enumerable.Range(0, (int)Math.Min(vcpus, NumberSet.Limit)).Where(id => !taken.Contains(id)).ToList();
            if (left.Count > 0)
            {
                cells[0] = cells[0] with { Cpus = NumberSet.Of(left.Concat(cells[0].Cpus is { } own ? NumberSet.Parse(own) : Enumerable.Empty<int>())).ToString() };
            }
        }

        return numa with { Cells = cells.ToConfigList() };
    }
}
