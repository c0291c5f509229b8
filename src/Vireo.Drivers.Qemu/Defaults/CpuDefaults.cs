using Vireo.Config;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>The CPU that a document names, or leaves open.</summary>
internal static class CpuDefaults
{
    private const int EmulatedCacheLevel = 3;

    /// <summary>Fills in mode, model and policies, and puts the NUMA cells in order.</summary>
    /// <param name="cpu">What the document says.</param>
    /// <param name="type">Who runs the guest.</param>
    /// <param name="architecture">What QEMU emulates: x86_64 or i686.</param>
    public static CpuConfig Apply(CpuConfig? cpu, DomainType? type, string architecture)
    {
        cpu = (cpu ?? new CpuConfig()).ToDefinition(CpuKind.Guest);
        var wide = architecture != "i686";
        cpu = cpu with
        {
            Numa = cpu.Numa is { } numa ? Numa(numa) : null,
        };
        if (cpu.Mode == CpuMode.Custom && cpu.Model?.Name is null)
        {
            return cpu with
            {
                Mode = CpuMode.Custom,
                Match = CpuMatch.Exact,
                Check = CpuCheck.None,
                Model = new CpuModel { Fallback = CpuFallback.Forbid, Name = wide ? "qemu64" : "qemu32" },
            };
        }

        return cpu.Mode switch
        {
            CpuMode.HostPassthrough => cpu with { Check = cpu.Check ?? CpuCheck.None, Migratable = cpu.Migratable ?? wide },
            CpuMode.Maximum => cpu with { Check = cpu.Check ?? CpuCheck.None },
            CpuMode.HostModel => cpu with { Check = cpu.Check ?? CpuCheck.Partial, Model = OfHost(cpu.Model) },
            _ => cpu with { Check = cpu.Check ?? (type == DomainType.Kvm ? CpuCheck.Partial : CpuCheck.None) },
        };
    }

    /// <summary>What must hold of a finished document's CPU.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static void Check(DomainConfig config)
    {
        var cpu = config.Cpu!;
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

    private static GuestNuma Numa(GuestNuma numa)
    {
        var cells = numa.Cells.Select((cell, i) => cell with { Id = cell.Id ?? (uint)i }).OrderBy(cell => cell.Id).ToList();
        return numa with { Cells = cells.ToConfigList() };
    }
}
