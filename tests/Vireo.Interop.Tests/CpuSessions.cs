namespace Vireo.Interop.Tests;

/// <summary>Sessions about CPUs: the host's, the hypervisor's, and those of guests.</summary>
internal static class CpuSessions
{
    private const string AnyTwo = """
        <cpu><arch>x86_64</arch><model>Haswell</model><vendor>Intel</vendor><feature name='invtsc'/></cpu>
        <cpu><arch>x86_64</arch><model>Broadwell</model><vendor>Intel</vendor><feature name='invtsc'/><feature name='osxsave'/></cpu>
        """;

    /// <summary>Models, comparisons, common ground; by themselves and with each hypervisor.</summary>
    public static Session Commands { get; } = new(
        "t-cpu",
        [
            "capabilities", "domcapabilities --virttype qemu", "domcapabilities", "domcapabilities --arch i686 --virttype qemu",
            "cpu-models~x86_64;~cpu-models~ppc64;~cpu-models~aarch64;~cpu-models~mips;~cpu-models~nosuch", "cpu-models",
            On("cpu-compare", "486", "haswell --error", "two", "domain", "hostmodel", "nothing", "bogus", "feature --error", "malformed", "missing", "ppc", "ppc --error", "486 --validate", "twice", "nomodel", "vendor"),
            On("cpu-baseline", "two", "two --features", "two --migratable", "486", "domain", "nothing", "vendors", "ppc --features", "bogus", "mips", "lost"),
            On("hypervisor-cpu-compare", "486 --virttype qemu", "haswell --virttype qemu --error", "haswell --error", "domain --virttype qemu --machine q35", "486 --arch ppc64", "486 --arch nosuch", "486 --machine nosuch",
                "486 --emulator /no/such", "486 --arch i686 --virttype qemu", "bogus --virttype qemu", "486 --arch aarch64 --emulator /usr/bin/qemu-system-x86_64"),
            On("hypervisor-cpu-baseline", "two --virttype qemu", "two", "two --migratable", "domain --virttype qemu --features", "hostmodel --virttype qemu", "vendors --virttype qemu", "lost --virttype qemu --features --migratable"),
            "hypervisor-cpu-baseline", "hypervisor-cpu-baseline --model 486 --virttype qemu",
        ])
    {
        Documents = new Dictionary<string, string>
        {
            ["486.xml"] = "<?xml version='1.0'?>\n<cpu><model>486</model></cpu>",
            ["haswell.xml"] = "<cpu match='exact'><model>Haswell</model><feature policy='require' name='avx512f'/></cpu>",
            ["two.xml"] = AnyTwo,
            ["domain.xml"] = "<domain type='qemu'><name>x</name><cpu match='exact'><model>Penryn</model></cpu></domain>",
            ["hostmodel.xml"] = "<cpu mode='host-model'/>",
            ["nothing.xml"] = "<domain type='qemu'><name>x</name></domain>",
            ["bogus.xml"] = "<cpu><arch>x86_64</arch><model>Bogus</model></cpu>",
            ["feature.xml"] = "<cpu><model>486</model><feature name='bogus'/></cpu>",
            ["malformed.xml"] = "<cpu><model>\n",
            ["ppc.xml"] = "<cpu><arch>ppc64</arch><model>POWER8</model></cpu>",
            ["twice.xml"] = "<cpu><model>486</model><feature name='vme'/><feature name='vme'/></cpu>",
            ["nomodel.xml"] = "<cpu><feature name='vme'/></cpu>",
            ["vendor.xml"] = "<cpu><vendor>AMD</vendor></cpu>",
            ["vendors.xml"] = "<cpu><arch>x86_64</arch><model>Haswell</model><vendor>Intel</vendor></cpu><cpu><arch>x86_64</arch><model>EPYC</model><vendor>AMD</vendor></cpu>",
            ["mips.xml"] = "<cpu><arch>mips</arch><model>x</model></cpu>",
            ["lost.xml"] = "<cpu><arch>x86_64</arch><model>EPYC</model><vendor>AMD</vendor><feature name='invtsc'/></cpu>",
        },
    };

    /// <summary>What guests get for what they ask.</summary>
    public static Session Guests { get; } = new(
        "t-guestcpu",
        [
            "define {dir}/host.xml", "dumpxml t-guestcpu --update-cpu", "start t-guestcpu --paused", "dumpxml t-guestcpu", "dumpxml t-guestcpu --inactive",
            "destroy~t-guestcpu;~define~{dir}/other.xml;~start~t-guestcpu~--paused", "dumpxml t-guestcpu", "dumpxml t-guestcpu --migratable",
            "destroy~t-guestcpu;~define~{dir}/old.xml;~start~t-guestcpu~--paused", "dumpxml t-guestcpu", "destroy t-guestcpu",
            Refused("feature", "full", "partial", "forbid", "passthrough", "nofallback", "bogus"),
            "dumpxml t-guestcpu --update-cpu", "undefine t-guestcpu",
        ])
    {
        Documents = new Dictionary<string, string>
        {
            ["host.xml"] = Cpu("<cpu mode='host-model'><feature policy='force' name='vme'/><feature policy='optional' name='avx'/><feature policy='optional' name='hle'/></cpu>"),
            ["other.xml"] = Cpu("<cpu match='exact'><model>Opteron_G3</model><feature policy='optional' name='monitor'/><feature policy='force' name='pcid'/></cpu>"),
            ["old.xml"] = Cpu("<cpu match='exact'><model>cpu64-rhel6</model></cpu>"),
            ["bogus.xml"] = Cpu("<cpu match='exact'><model>Bogus</model></cpu>"),
            ["feature.xml"] = Cpu("<cpu match='exact'><model>486</model><feature name='bogus'/></cpu>"),
            ["full.xml"] = Cpu("<cpu match='exact' check='full'><model>Haswell</model></cpu>"),
            ["partial.xml"] = Cpu("<cpu match='exact' check='partial'><model>Haswell</model></cpu>"),
            ["forbid.xml"] = Cpu("<cpu match='exact' check='partial'><model>qemu64</model><feature policy='forbid' name='umip'/></cpu>"),
            ["passthrough.xml"] = Cpu("<cpu mode='host-passthrough'/>"),
            ["nofallback.xml"] = Cpu("<cpu match='exact'><model fallback='forbid'>cpu64-rhel6</model></cpu>"),
        },
    };

    // One run of the client for all of them.
    private static string On(string command, params string[] files) =>
        string.Join(";~", files.Select(file => file.Split(' ', 2) is [var name, var options] ? $"{command} {{dir}}/{name}.xml {options}" : $"{command} {{dir}}/{file}.xml")).Replace(' ', '~');

    private static string Refused(params string[] files) => string.Join(";~", files.Select(file => $"define~{{dir}}/{file}.xml;~start~t-guestcpu~--paused"));

    private static string Cpu(string cpu) => $"{{domain|</os>|</os>{cpu}}}";
}
