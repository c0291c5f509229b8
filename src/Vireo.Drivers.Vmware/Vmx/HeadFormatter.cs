using Vireo.Config;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>Writes what a VMX file says of the guest as a whole.</summary>
internal static class HeadFormatter
{
    /// <summary>Writes what comes before the devices.</summary>
    public static void Format(VmxText text, DomainConfig domain, int hardwareVersion)
    {
        text.Add(".encoding", "UTF-8");
        text.Add("config.version", "8");
        text.Add("virtualHW.version", (ulong)hardwareVersion);
        text.Add("guestOS", domain.Os.Type?.Arch == "x86_64" ? "other-64" : "other");
        FormatSmbios(text, domain.Os.SmbiosMode);
        if (domain.Uuid is { } uuid && uuid != Guid.Empty)
            text.Add("uuid.bios", VmxUuid.Format(uuid));
        else
            text.Add("uuid.action", "create");
        text.Add("displayName", VmxEscape.Name(domain.Name ?? ""));
        if (domain.Description is { Length: > 0 } description)
            text.Add("annotation", VmxEscape.Text(description));
        FormatMemory(text, domain);
        FormatCpus(text, domain);
    }

    /// <summary>Writes what comes after the devices.</summary>
    public static void FormatPlatform(VmxText text, DomainConfig domain, int hardwareVersion, bool hasScsi)
    {
        // Newer hardware plugs SCSI controllers into PCI bridges.
        if (hardwareVersion >= 7 && hasScsi)
        {
            text.Add("pciBridge0.present", true);
            foreach (var bridge in (ReadOnlySpan<string>)["pciBridge4", "pciBridge5", "pciBridge6", "pciBridge7"])
            {
                text.Add(bridge + ".present", true);
                text.Add(bridge + ".virtualDev", "pcieRootPort");
                text.Add(bridge + ".functions", "8");
            }
        }

        if (hardwareVersion >= 7)
            text.Add("vmci0.present", true);
        if (domain.Os.Firmware == OsFirmware.Efi)
            text.Add("firmware", "efi");
    }

    private static void FormatSmbios(VmxText text, SmbiosMode? mode)
    {
        if (mode == SmbiosMode.Host)
            text.Add("smbios.reflecthost", true);
        else if (mode == SmbiosMode.Sysinfo)
            throw VmxErrors.Unsupported("Unsupported SMBIOS mode 'sysinfo'");
    }

    private static void FormatMemory(VmxText text, DomainConfig domain)
    {
        if (domain.Memory?.Size is not { Bytes: > 0 } size)
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, "Memory size must be specified via <memory> or in the <numa> configuration");
        // VMware has memory in steps of four MiB.
        var memory = (size.MiB + 3) / 4 * 4;
        text.Add("memsize", memory);
        if ((domain.CurrentMemory is { } told && told < size ? told : size) is var current && current.KiB < memory * 1024)
            text.Add("sched.mem.max", current.MiB);
        if (domain.Memtune?.MinGuarantee is { Bytes: > 0 } guaranteed)
            text.Add("sched.mem.minsize", guaranteed.MiB);
    }

    private static void FormatCpus(VmxText text, DomainConfig domain)
    {
        if (domain.Vcpu is { Current: { } current } && current != domain.Vcpu.Count)
            throw VmxErrors.Unsupported("No support for domain XML entry 'vcpu' attribute 'current'");
        if (!domain.Vcpus.IsEmpty)
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "individual CPU state configuration is not supported");
        var cpus = domain.Vcpu?.Count ?? 1;
        if (cpus == 0)
            throw VmxErrors.Internal("Expecting domain XML entry 'vcpu' to be greater than 0");
        text.Add("numvcpus", cpus);
        FormatTopology(text, domain.Cpu, cpus);
        if (domain.Vcpu?.Cpuset is { } cpuset)
        {
            var set = NumberSet.Parse(cpuset);
            if (set.Count < cpus)
                throw VmxErrors.Internal($"Expecting domain XML attribute 'cpuset' of entry 'vcpu' to contain at least {cpus} CPU(s)");
            text.Add("sched.cpu.affinity", string.Join(',', set));
        }

        if (domain.Cputune?.Shares is not { } shares)
            return;
        if (shares is < 2 or > 262144)
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "Value of cputune 'shares' must be in range [2, 262144]");
        text.Add("sched.cpu.shares", ShareLevels.Format(shares, cpus));
    }

    private static void FormatTopology(VmxText text, CpuConfig? cpu, uint cpus)
    {
        if (cpu is null)
            return;
        if (cpu.Mode is { } mode and not CpuMode.Custom)
            throw VmxErrors.Internal($"Expecting domain XML CPU mode 'custom' but found '{mode.ToXmlName()}'");
        if (cpu.Topology is not { Threads: 1 } topology)
            throw VmxErrors.Unsupported("Only 1 thread per core is supported");
        if (topology.Dies is not (null or 1))
            throw VmxErrors.Unsupported("Only 1 die per socket is supported");
        var found = (ulong)(topology.Sockets ?? 0) * (topology.Cores ?? 0);
        if (found != cpus)
            throw VmxErrors.Internal($"Expecting domain XML CPU sockets per core as {cpus} but found {found}");
        text.Add("cpuid.coresPerSocket", topology.Cores ?? 0);
    }
}
