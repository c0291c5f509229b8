using Vireo.Config;
using Vireo.Cpu.X86;
using Vireo.Host.Facts;

namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>This host's CPU. It stays the same while the daemon runs, but for its microcode.</summary>
internal static class HostCpuFacts
{
    private const uint ArchCapabilities = 0x10a;
    private const uint CoreCapabilities = 0xcf;

    private static readonly Lazy<X86CpuData?> s_data = new(Probe);
    private static readonly Lazy<TimeStampCounter?> s_counter = new(KvmFacts.Counter);

    /// <summary>What its registers say; null on a host that is no x86.</summary>
    public static X86CpuData? Read() => s_data.Value;

    /// <summary>The host's CPU as the <c>capabilities</c> document has it.</summary>
    public static CpuConfig Describe(HostProcessors processors)
    {
        var cpu = s_data.Value is { } data ? X86Cpu.Decode(data, CpuKind.Host) : new CpuConfig();
        return cpu with
        {
            Arch = "x86_64",
            Microcode = processors.Number("microcode") is { } microcode ? new() { Version = microcode } : null,
            Counter = s_counter.Value is { } counter ? new() { Name = "tsc", Frequency = counter.Hertz, Scaling = counter.Scaling } : null,
            Topology = new() { Sockets = (uint)processors.SocketsPerNode, Dies = 1, Cores = (uint)processors.CoresPerSocket, Threads = (uint)processors.ThreadsPerCore },
            Maxphysaddr = AddressBits(processors) is { } bits ? new() { Mode = CpuMaxPhysAddrMode.Emulate, Bits = bits } : null,
            Pages = [.. HostMemory.Pages(0).Select(static pool => new CpuPages { Unit = "KiB", Size = pool.SizeKiB })],
        };
    }

    private static uint? AddressBits(HostProcessors processors) =>
        processors.Properties.TryGetValue("address sizes", out var text) && uint.TryParse(text.Split(' ')[0], out var bits) ? bits : null;

    private static X86CpuData? Probe()
    {
        if (!HostCpuid.IsSupported)
        {
            return null;
        }

        var leaves = X86CpuData.Leaves.Select(static leaf => HostCpuid.Read(leaf.Leaf, leaf.Subleaf) is var (eax, ebx, ecx, edx) ? new CpuidLeaf(leaf.Leaf, leaf.Subleaf, eax, ebx, ecx, edx) : default).ToList();
        var known = X86CpuData.FromRegisters(leaves, new Dictionary<uint, ulong>()).FeatureNames.ToHashSet();
        var registers = new Dictionary<uint, ulong>();
        // The features that say whether the registers mean anything; a kernel may answer for them all the same.
        Add(ArchCapabilities, "arch-capabilities");
        Add(CoreCapabilities, "core-capability");
        return X86CpuData.FromRegisters(leaves, registers);

        void Add(uint register, string feature)
        {
            if (known.Contains(feature) && KvmFacts.ReadRegister(register) is { } value)
            {
                registers[register] = value;
            }
        }
    }
}
