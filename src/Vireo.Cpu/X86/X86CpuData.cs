using System.Buffers.Binary;
using System.Text;

namespace Vireo.Cpu.X86;

/// <summary>One answer of the CPUID instruction.</summary>
public readonly record struct CpuidLeaf(uint Leaf, uint Subleaf, uint Eax, uint Ebx, uint Ecx, uint Edx);

/// <summary>What an x86 CPU says of itself: read from a host by CPUID and MSRs, or told by a hypervisor.</summary>
public sealed record X86CpuData
{
    /// <summary>The features, by libvirt's names, in libvirt's order.</summary>
    public IEnumerable<string> FeatureNames => Features.Features().Select(feature => feature.Name);

    /// <summary>Who makes it, in libvirt's word; null when the maker is unknown or not told.</summary>
    public string? Vendor { get; init; }

    /// <summary>Family, model and stepping; null when they are not told.</summary>
    public CpuSignatureNumbers? Signature { get; init; }

    internal FeatureSet Features { get; init; }

    /// <summary>The leaves of CPUID, and their parts, that say anything of use here.</summary>
    public static IReadOnlyList<(uint Leaf, uint Subleaf)> Leaves { get; } =
        [(0, 0), .. X86Table.Features.Where(feature => feature.Register != CpuRegister.Msr).Select(feature => (feature.Leaf, feature.Subleaf)).Distinct()];

    /// <summary>Reads registers.</summary>
    /// <param name="leaves">What CPUID answers; the registers of one leaf may come one by one.</param>
    /// <param name="registers">MSRs by their index; what is not there has no features.</param>
    public static X86CpuData FromRegisters(IEnumerable<CpuidLeaf> leaves, IReadOnlyDictionary<uint, ulong> registers)
    {
        var answers = new Dictionary<(uint, uint), CpuidLeaf>();
        foreach (var leaf in leaves)
        {
            var other = answers.GetValueOrDefault((leaf.Leaf, leaf.Subleaf));
            answers[(leaf.Leaf, leaf.Subleaf)] = leaf with { Eax = leaf.Eax | other.Eax, Ebx = leaf.Ebx | other.Ebx, Ecx = leaf.Ecx | other.Ecx, Edx = leaf.Edx | other.Edx };
        }

        var first = answers.GetValueOrDefault((0u, 0u));
        var second = answers.GetValueOrDefault((1u, 0u));
        return new X86CpuData
        {
            Features = X86Table.Union(X86Table.Features.Where(Is)),
            Vendor = X86Table.Vendors.FirstOrDefault(vendor => vendor.Signature == VendorText(first))?.Name,
            Signature = second.Eax == 0 ? null : SignatureOf(second.Eax),
        };

        bool Is(X86Feature feature) => feature.Register == CpuRegister.Msr
            ? (registers.GetValueOrDefault(feature.Leaf) >> feature.Bit & 1) != 0
            : (Register(answers.GetValueOrDefault((feature.Leaf, feature.Subleaf)), feature.Register) >> feature.Bit & 1) != 0;
    }

    /// <summary>Reads what a QEMU tells of a model with all its properties.</summary>
    /// <param name="properties">The properties that are switched on, by QEMU's names; names that are no features are passed over.</param>
    /// <param name="vendor">What CPUID would say, <c>GenuineIntel</c>.</param>
    /// <param name="signature">Family, model and stepping.</param>
    public static X86CpuData FromQemu(IEnumerable<string> properties, string? vendor, CpuSignatureNumbers? signature) => new()
    {
        Features = X86Table.Union(properties.Select(X86Table.FindQemuFeature).OfType<X86Feature>()),
        Vendor = X86Table.Vendors.FirstOrDefault(known => known.Signature == vendor)?.Name,
        Signature = signature is { Family: 0, Model: 0, Stepping: 0 } ? null : signature,
    };

    /// <summary>The CPU with more features, by libvirt's names.</summary>
    public X86CpuData With(IEnumerable<string> features) => this with { Features = Features | X86Table.Known(features) };

    /// <summary>The features whose bits are in MSRs, by libvirt's names.</summary>
    public static IReadOnlyList<string> RegisterFeatures { get; } = [.. X86Table.Features.Where(feature => feature.Register == CpuRegister.Msr).Select(feature => feature.Name)];

    private static uint Register(CpuidLeaf leaf, CpuRegister register) => register switch
    {
        CpuRegister.Eax => leaf.Eax,
        CpuRegister.Ebx => leaf.Ebx,
        CpuRegister.Ecx => leaf.Ecx,
        _ => leaf.Edx,
    };

    private static string VendorText(CpuidLeaf leaf)
    {
        Span<byte> bytes = stackalloc byte[12];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, leaf.Ebx);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], leaf.Edx);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], leaf.Ecx);
        return Encoding.Latin1.GetString(bytes);
    }

    // Families from 15 on and models are told in two parts, as the makers' manuals say.
    private static CpuSignatureNumbers SignatureOf(uint eax)
    {
        var family = eax >> 8 & 0xf;
        return new(family + (family == 0xf ? eax >> 20 & 0xff : 0), (eax >> 4 & 0xf) | (eax >> 16 & 0xf) << 4, eax & 0xf);
    }
}
