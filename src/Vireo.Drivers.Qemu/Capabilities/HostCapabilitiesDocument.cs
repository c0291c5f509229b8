using Vireo.Config;
using Vireo.Host.Facts;

namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>The <c>capabilities</c> document: this host, and the guests its QEMUs can run.</summary>
internal static class HostCapabilitiesDocument
{
    /// <summary>Makes the document.</summary>
    /// <param name="emulators">The QEMUs found, by libvirt's name of the architecture.</param>
    /// <param name="user">User and group guests run as, for the labels; null when as the daemon.</param>
    public static CapabilitiesConfig Make(IReadOnlyDictionary<string, QemuCapabilities> emulators, (uint User, uint Group)? user = null, string confinement = "none")
    {
        var processors = HostProcessors.Read();
        return new()
        {
            Host = new()
            {
                Uuid = HostIdentity.Uuid,
                Cpu = HostCpuFacts.Describe(processors),
                PowerManagement = new() { SuspendMem = CanSleep("mem"), SuspendDisk = CanSleep("disk") },
                Iommu = new() { Support = Directory.Exists("/sys/kernel/iommu_groups") && Directory.EnumerateFileSystemEntries("/sys/kernel/iommu_groups").Any() },
                MigrationFeatures = new() { Live = true, UriTransports = ["tcp", "rdma"] },
                Topology = new() { Cells = Cells(processors) },
                Cache = Caches(processors),
                Secmodels = Secmodels(confinement, user),
            },
            Guests = [.. EmulatorTargets.All.Where(target => emulators.ContainsKey(target.Architecture)).Select(target => Guest(target, emulators[target.Architecture]))],
        };
    }

    private static bool CanSleep(string state) =>
        File.Exists("/sys/power/state") && File.ReadAllText("/sys/power/state").Split(' ', StringSplitOptions.TrimEntries).Contains(state);

    private static HostCells Cells(HostProcessors processors)
    {
        var nodes = HostMemory.Nodes();
        return new()
        {
            Num = (uint)nodes.Count,
            Cells = [.. nodes.Select(node => Cell(node, nodes, [.. processors.All.Where(cpu => cpu.Node == node)]))],
        };
    }

    private static HostCell Cell(uint node, IReadOnlyList<uint> nodes, IReadOnlyList<HostProcessor> members) => new()
    {
        Id = node,
        Memory = DataSize.FromKiB(HostMemory.Read(node).TotalKiB),
        Pages = [.. HostMemory.Pages(node).Select(static pool => new HostPages { Unit = "KiB", Size = pool.SizeKiB, Count = pool.Count })],
        Distances = [.. HostMemory.Distances(node).Zip(nodes, static (distance, other) => new NumaDistance { Id = other, Value = distance })],
        Cpus = new()
        {
            Num = (uint)members.Count,
            Cpus = [.. members.Select(static cpu => new HostCpu { Id = cpu.Id, SocketId = cpu.Socket, DieId = cpu.Die, CoreId = cpu.Core, Siblings = cpu.Siblings })],
        },
    };

    private static HostCaches? Caches(HostProcessors processors)
    {
        var banks = HostCache.OfLevel(3, processors).Select(static cache => new HostCacheBank
        {
            Id = cache.Id,
            Level = cache.Level,
            Type = cache.Kind switch { "Unified" => "both", "Data" => "data", _ => "code" },
            Size = cache.SizeKiB % 1024 == 0 ? cache.SizeKiB / 1024 : cache.SizeKiB,
            Unit = cache.SizeKiB % 1024 == 0 ? "MiB" : "KiB",
            Cpus = cache.Processors,
        }).ToList();
        return banks.Count > 0 ? new() { Banks = [.. banks] } : null;
    }

    private static ConfigList<SecurityModel> Secmodels(string first, (uint User, uint Group)? user)
    {
        var confining = new SecurityModel { Model = first, Doi = "0" };
        if (user is not { } owner)
            return [confining];
        var label = $"+{owner.User}:+{owner.Group}";
        return
        [
            confining,
            new SecurityModel
            {
                Model = "dac",
                Doi = "0",
                Baselabels = [new SecurityBaseLabel { Type = "kvm", Label = label }, new SecurityBaseLabel { Type = "qemu", Label = label }],
            },
        ];
    }

    private static GuestCapabilities Guest(EmulatorTarget target, QemuCapabilities qemu)
    {
        var x86 = target.Architecture is "i686" or "x86_64";
        return new()
        {
            OsType = "hvm",
            Arch = new()
            {
                Name = target.Architecture,
                Wordsize = target.WordSize,
                Emulator = qemu.Emulator,
                Machines = [.. qemu.Machines.OrderBy(machine => machine != qemu.DefaultMachine).SelectMany(Machine)],
                Domains = qemu.Kvm ? [new GuestDomain { Type = "qemu" }, new GuestDomain { Type = "kvm" }] : [new GuestDomain { Type = "qemu" }],
            },
            Features = new()
            {
                Pae = target.Architecture == "i686",
                Nonpae = target.Architecture == "i686",
                Acpi = x86 || target.Architecture == "aarch64" ? new() { Default = true, Toggle = true } : null,
                Apic = x86 ? new() { Default = true, Toggle = false } : null,
                Cpuselection = true,
                Deviceboot = true,
                Disksnapshot = new() { Default = true, Toggle = false },
            },
        };
    }

    private static IEnumerable<GuestMachine> Machine(QemuMachine machine)
    {
        bool? deprecated = machine.Deprecated ? true : null;
        yield return new() { MaxCpus = (uint)machine.MaxCpus, Deprecated = deprecated, Name = machine.Name };
        if (machine.Alias is { } alias)
            yield return new() { Canonical = machine.Name, MaxCpus = (uint)machine.MaxCpus, Deprecated = deprecated, Name = alias };
    }
}
