using System.Runtime.Intrinsics.X86;

namespace Vireo.Host.Facts;

/// <summary>The CPUID instruction of the processor that runs this.</summary>
public static class HostCpuid
{
    private const uint Extended = 0x80000000;

    /// <summary>There is such an instruction.</summary>
    public static bool IsSupported => X86Base.IsSupported;

    /// <summary>Asks for a part of a leaf; null beyond the last leaf, where processors repeat another.</summary>
    public static (uint Eax, uint Ebx, uint Ecx, uint Edx)? Read(uint leaf, uint subleaf)
    {
        var last = Ask(leaf & Extended, 0).Eax;
        return leaf <= last ? Ask(leaf, subleaf) : null;
    }

    private static (uint Eax, uint Ebx, uint Ecx, uint Edx) Ask(uint leaf, uint subleaf)
    {
        var (eax, ebx, ecx, edx) = X86Base.CpuId((int)leaf, (int)subleaf);
        return ((uint)eax, (uint)ebx, (uint)ecx, (uint)edx);
    }
}
