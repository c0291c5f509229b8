using System.Collections.Frozen;

namespace Vireo.Drivers.Qemu.Capabilities;

/// <summary>Names of x86 CPU features: libvirt's, which are mostly QEMU's too, beside the kernel's.</summary>
internal static class CpuFeatureNames
{
    /// <summary>What the model <c>kvm64</c>, the common ground of 64-bit hosts, has of itself.</summary>
    public static FrozenSet<string> OfKvm64 { get; } = Words(
        "apic clflush cmov cx16 cx8 de fpu fxsr lm mca mce mmx msr mtrr nx pae pat pge pni pse pse36 sep sse sse2 syscall tsc");

    /// <summary>What the model <c>qemu64</c> has of itself.</summary>
    public static FrozenSet<string> OfQemu64 { get; } = Words(
        "apic clflush cmov cx16 cx8 de fpu fxsr lahf_lm lm mca mce mmx msr mtrr nx pae pat pge pni pse pse36 sep sse sse2 svm syscall tsc");

    /// <summary>Features that are told beyond the model's own, in libvirt's order.</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        .. ("vme ds acpi ss ht tm pbe pclmuldq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 fma xtpr pdcm pcid dca sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave osxsave "
            + "avx f16c rdrand hypervisor arat fsgsbase tsc_adjust bmi1 hle avx2 smep bmi2 erms invpcid rtm cmt mpx avx512f avx512dq rdseed adx smap avx512ifma pcommit clflushopt clwb "
            + "intel-pt avx512pf avx512er avx512cd sha-ni avx512bw avx512vl avx512vbmi umip pku ospke waitpkg avx512vbmi2 gfni vaes vpclmulqdq avx512vnni avx512bitalg avx512-vpopcntdq la57 "
            + "rdpid bus-lock-detect cldemote movdiri movdir64b pks avx512-4vnniw avx512-4fmaps fsrm avx512-vp2intersect md-clear serialize tsx-ldtrk amx-bf16 avx512-fp16 amx-tile amx-int8 "
            + "spec-ctrl stibp flush-l1d arch-capabilities core-capability ssbd avx-vnni avx512-bf16 xsaveopt xsavec xgetbv1 xsaves mmxext fxsr_opt pdpe1gb rdtscp 3dnowext 3dnow lahf_lm "
            + "cmp_legacy svm extapic cr8legacy abm sse4a misalignsse 3dnowprefetch osvw ibs xop skinit wdt lwp fma4 tce nodeid_msr tbm topoext perfctr_core perfctr_nb invtsc clzero "
            + "xsaveerptr wbnoinvd ibpb amd-stibp amd-ssbd virt-ssbd amd-no-ssb npt lbrv svm-lock nrip-save tsc-scale vmcb-clean flushbyasid decodeassists pause-filter pfthreshold avic "
            + "v-vmsave-vmload vgif svme-addr-chk").Split(' '),
    ];

    private static readonly Dictionary<string, string> s_fromKernel = new()
    {
        ["pclmulqdq"] = "pclmuldq",
        ["sse4_1"] = "sse4.1",
        ["sse4_2"] = "sse4.2",
        ["tsc_deadline_timer"] = "tsc-deadline",
        ["sha_ni"] = "sha-ni",
        ["cr8_legacy"] = "cr8legacy",
        ["avx_vnni"] = "avx-vnni",
        ["avx512_bf16"] = "avx512-bf16",
        ["avx512_vbmi2"] = "avx512vbmi2",
        ["avx512_vnni"] = "avx512vnni",
        ["avx512_bitalg"] = "avx512bitalg",
        ["avx512_vpopcntdq"] = "avx512-vpopcntdq",
        ["avx512_vp2intersect"] = "avx512-vp2intersect",
        ["nonstop_tsc"] = "invtsc",
        ["arch_capabilities"] = "arch-capabilities",
        ["core_capabilities"] = "core-capability",
        ["md_clear"] = "md-clear",
        ["flush_l1d"] = "flush-l1d",
        ["intel_pt"] = "intel-pt",
        ["dts"] = "ds",
        ["wbnoinvd"] = "wbnoinvd",
        ["perfctr_core"] = "perfctr_core",
    };

    /// <summary>The known features among the flags of /proc/cpuinfo, but those of <paramref name="beyond"/>.</summary>
    public static IEnumerable<string> FromKernel(string flags, FrozenSet<string> beyond)
    {
        var named = flags.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static flag => s_fromKernel.GetValueOrDefault(flag, flag)).ToHashSet();
        // The kernel, having switched XSAVE on, does not tell so.
        if (named.Contains("xsave"))
            named.Add("osxsave");
        return Known.Where(feature => named.Contains(feature) && !beyond.Contains(feature));
    }

    /// <summary>The known features among the properties QEMU switches on, but those of <paramref name="beyond"/>.</summary>
    public static IEnumerable<string> FromQemu(FrozenSet<string> properties, FrozenSet<string> beyond) =>
        Known.Where(feature => (properties.Contains(feature) || (feature == "pclmuldq" && properties.Contains("pclmulqdq"))) && !beyond.Contains(feature));

    private static FrozenSet<string> Words(string words) => words.Split(' ').ToFrozenSet();
}
