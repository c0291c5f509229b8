namespace Vireo.Cpu.X86;

/// <summary>Where a feature's bit is.</summary>
public enum CpuRegister
{
    /// <summary>EAX of a CPUID leaf.</summary>
    Eax,

    /// <summary>EBX of a CPUID leaf.</summary>
    Ebx,

    /// <summary>ECX of a CPUID leaf.</summary>
    Ecx,

    /// <summary>EDX of a CPUID leaf.</summary>
    Edx,

    /// <summary>A model-specific register.</summary>
    Msr,
}

/// <summary>A feature of x86.</summary>
/// <param name="Number">Its place in the table.</param>
/// <param name="Name">libvirt's name.</param>
/// <param name="Register">Which register has its bit.</param>
/// <param name="Leaf">The CPUID leaf, or the MSR's index.</param>
/// <param name="Subleaf">The leaf's part.</param>
/// <param name="Bit">The bit's number.</param>
/// <param name="QemuName">QEMU's name; null when it is libvirt's.</param>
/// <param name="OldNames">What QEMU has called it besides.</param>
/// <param name="Migratable">A guest that has it can be moved to another host.</param>
internal sealed record X86Feature(
    int Number, string Name, CpuRegister Register, uint Leaf, uint Subleaf, int Bit, string? QemuName, IReadOnlyList<string> OldNames, bool Migratable);

/// <summary>Who makes CPUs.</summary>
/// <param name="Name">libvirt's name.</param>
/// <param name="Signature">What CPUID says, 12 characters.</param>
internal sealed record X86Vendor(string Name, string Signature);

/// <summary>CPUs that a model describes.</summary>
internal sealed record X86Signature(uint Family, uint Model, uint FirstStepping, uint LastStepping)
{
    /// <summary>Whether a CPU is one of them.</summary>
    public bool Fits(CpuSignatureNumbers cpu) => cpu.Family == Family && cpu.Model == Model && cpu.Stepping >= FirstStepping && cpu.Stepping <= LastStepping;
}

/// <summary>Family, model and stepping of a CPU.</summary>
public readonly record struct CpuSignatureNumbers(uint Family, uint Model, uint Stepping);

/// <summary>A model of the table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Vendor">Who makes it; null for one that is nobody's.</param>
/// <param name="ForHosts">A host can be described by it.</param>
/// <param name="ForGuests">A guest's CPU, read from the hypervisor, can be described by it.</param>
/// <param name="Signatures">The CPUs it is meant for.</param>
/// <param name="Features">What it has.</param>
/// <param name="Lost">What it had in earlier versions; a guest's document says of each whether it is there.</param>
internal sealed record X86Model(
    string Name, string? Vendor, bool ForHosts, bool ForGuests, IReadOnlyList<X86Signature> Signatures, FeatureSet Features, FeatureSet Lost)
{
    /// <summary>Whether it is meant for a CPU.</summary>
    public bool Fits(CpuSignatureNumbers cpu) => Signatures.Any(signature => signature.Fits(cpu));
}
