using System.Runtime.InteropServices;
using static Vireo.Cli.HostValidation.HostCheckResult;

namespace Vireo.Cli.HostValidation;

/// <summary>The checks of virt-host-validate, in its order.</summary>
/// <param name="root">Where the host's files lie: <c>/</c>, elsewhere in tests.</param>
internal sealed class HostChecks(string root)
{
    private readonly HashSet<string> _flags = Words("/proc/cpuinfo", root, static line => line.StartsWith("flags", StringComparison.Ordinal) || line.StartsWith("features", StringComparison.OrdinalIgnoreCase));

    /// <summary>What QEMU's guests want.</summary>
    public IReadOnlyList<HostCheck> ForQemu()
    {
        var checks = new List<HostCheck>();
        AddVirtualization(checks);
        checks.Add(Device("/dev/vhost-net", Warn, "load the module: modprobe vhost_net; without it, the packets of virtio network cards pass through QEMU, which is slower"));
        checks.Add(Device("/dev/net/tun", Fail, "load the module: modprobe tun; without it, guests have no network cards that are connected to the host"));
        AddControllers(checks, "cpu", "cpuacct", "cpuset", "memory", "devices", "blkio");
        AddIommu(checks);
        AddSecureGuests(checks);
        return checks;
    }

    /// <summary>What containers want.</summary>
    public IReadOnlyList<HostCheck> ForContainers()
    {
        var checks = new List<HostCheck> { HostCheck.Of("for Linux >= 2.6.26", Environment.OSVersion.Version >= new Version(2, 6, 26), Fail, "run a newer kernel") };
        foreach (var space in new[] { "ipc", "mnt", "pid", "uts", "net", "user" })
        {
            checks.Add(HostCheck.Of($"for namespace {space}", Exists("/proc/self/ns/" + space), Fail, $"run a kernel that is built with the namespace '{space}'"));
        }
        AddControllers(checks, "cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio");
        checks.Add(Device("/sys/fs/fuse/connections", Fail, "load the module: modprobe fuse; without it, containers see the host's figures in /proc"));
        return checks;
    }

    private void AddVirtualization(List<HostCheck> checks)
    {
        const string What = "for hardware virtualization";
        if (RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 or Architecture.S390x)
        {
            var has = _flags.Overlaps(["vmx", "svm", "sie"]);
            checks.Add(HostCheck.Of(What, has, Fail, "the CPU shows none, so guests are emulated and slow: switch VT-x or AMD-V on in the firmware, or nested virtualization where this host is a guest itself"));
            if (!has)
            {
                return;
            }
        }
        checks.Add(Device("/dev/kvm", Fail, "load the module: modprobe kvm_intel or kvm_amd; when it does not load, virtualization is switched off in the firmware"));
        checks.Add(HostCheck.Of("if device /dev/kvm is accessible", IsWritable("/dev/kvm"), Fail, "join the group that owns /dev/kvm (usermod -aG kvm USER), then log in again"));
    }

    private HostCheck Device(string path, HostCheckResult unmet, string advice) => HostCheck.Of($"if device {path} exists", Exists(path), unmet, advice);

    private void AddControllers(List<HostCheck> checks, params ReadOnlySpan<string> wanted)
    {
        var present = Controllers();
        foreach (var controller in wanted)
        {
            checks.Add(HostCheck.Of(
                $"for cgroup '{controller}' controller support", present.Contains(controller), Warn,
                $"mount it, or switch it on for the children of the root group, or run a kernel that is built with it; without it, limits of that kind cannot be set"));
        }
    }

    /// <summary>What is mounted. In the one tree of version 2, devices and the freezer are always there, and what counts CPU time is the CPU's own.</summary>
    private HashSet<string> Controllers()
    {
        var present = new HashSet<string>(StringComparer.Ordinal);
        foreach (var mount in Lines("/proc/self/mounts", root).Select(static line => line.Split(' ')).Where(static mount => mount.Length > 3))
        {
            if (mount[2] == "cgroup")
            {
                present.UnionWith(mount[3].Split(','));
            }
            else if (mount[2] == "cgroup2")
            {
                present.UnionWith(Words(mount[1] + "/cgroup.controllers", root, static _ => true).Select(static name => name == "io" ? "blkio" : name));
                present.UnionWith(["devices", "freezer"]);
                if (present.Contains("cpu"))
                {
                    present.Add("cpuacct");
                }
            }
        }
        return present;
    }

    private void AddIommu(List<HostCheck> checks)
    {
        const string What = "for device assignment IOMMU support";
        var (known, table) = _flags.Contains("vmx") ? (true, "DMAR") : _flags.Contains("svm") ? (true, "IVRS") : (false, "");
        if (!known && !Exists("/sys/class/iommu"))
        {
            checks.Add(new HostCheck(What, Warn, "Unknown if this platform has IOMMU support"));
            return;
        }
        if (known)
        {
            var there = Exists("/sys/firmware/acpi/tables/" + table);
            checks.Add(HostCheck.Of(What, there, Warn, $"no ACPI {table} table: switch VT-d or AMD-Vi on in the firmware; without it, devices of the host cannot be given to guests"));
            if (!there)
            {
                return;
            }
        }
        else if (!HasEntries("/sys/class/iommu"))
        {
            checks.Add(new HostCheck(What, Warn, "Unknown if this platform has IOMMU support"));
            return;
        }
        checks.Add(HostCheck.Of(
            "if IOMMU is enabled by kernel", HasEntries("/sys/kernel/iommu_groups"), Warn, table == "DMAR" ? "add intel_iommu=on to the kernel's command line" : "the kernel has it switched off: look for iommu=off on its command line"));
    }

    private void AddSecureGuests(List<HostCheck> checks)
    {
        const string What = "for secure guest support";
        checks.Add(!_flags.Contains("sev") ? new HostCheck(What, Warn, "Unknown if this platform has Secure Guest support")
            : HostCheck.Of(What, Lines("/sys/module/kvm_amd/parameters/sev", root).FirstOrDefault() is "1" or "Y", Warn, "the CPU has SEV, and the kernel does not use it: add kvm_amd.sev=1 to its command line, and look at the firmware's limits of encrypted guests"));
    }

    private bool Exists(string path) => Path.Exists(Below(path, root));

    private bool HasEntries(string directory) => Directory.Exists(Below(directory, root)) && Directory.EnumerateFileSystemEntries(Below(directory, root)).Any();

    private bool IsWritable(string path)
    {
        try
        {
            using var device = File.OpenHandle(Below(path, root), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static HashSet<string> Words(string path, string root, Func<string, bool> isMeant) =>
        [.. Lines(path, root).Where(isMeant).SelectMany(static line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))];

    private static IEnumerable<string> Lines(string path, string root) => File.Exists(Below(path, root)) ? File.ReadLines(Below(path, root)) : [];

    private static string Below(string path, string root) => Path.Combine(root, path.TrimStart('/'));
}
