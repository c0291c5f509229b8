using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>What a VMX file says of the guest as a whole: versions, names, memory, CPUs, firmware.</summary>
internal static class HeadParser
{
    /// <summary>The domain without its devices.</summary>
    public static DomainConfig Parse(VmxFile file)
    {
        CheckVersions(file);
        var (memory, current, guaranteed) = Memory(file);
        var cpus = CpuCount(file);
        return new DomainConfig
        {
            Type = DomainType.Vmware,
            Name = Escaped(file, "displayName", "name", VmxEscape.TryReadName),
            Uuid = file.Uuid("uuid.bios") ?? Guid.Empty,
            Genid = GenerationId(file),
            Description = Escaped(file, "annotation", "annotation", VmxEscape.TryReadText),
            Memory = new DomainMemory { Size = DataSize.FromMiB(memory) },
            CurrentMemory = DataSize.FromMiB(current),
            Memtune = guaranteed > 0 ? new MemtuneConfig { MinGuarantee = DataSize.FromMiB(guaranteed) } : null,
            Vcpu = new VcpuConfig { Placement = CpuPlacement.Static, Cpuset = Affinity(file, cpus), Count = cpus },
            Cputune = Shares(file, cpus) is { } shares ? new CputuneConfig { Shares = shares } : null,
            Os = Os(file),
            Cpu = Topology(file, cpus) is { } topology ? new CpuConfig { Topology = topology } : null,
            Clock = new ClockConfig { Offset = ClockOffset.Utc },
            OnPoweroff = LifecycleAction.Destroy,
            OnReboot = LifecycleAction.Restart,
            OnCrash = LifecycleAction.Destroy,
        };
    }

    private static void CheckVersions(VmxFile file)
    {
        if (file.RequiredInteger("config.version") is not 8 and var version)
            throw VmxErrors.Internal($"Expecting VMX entry 'config.version' to be 8 but found {version}");
        if (file.RequiredInteger("virtualHW.version") is < 4 and var hardware)
            throw VmxErrors.Internal($"Expecting VMX entry 'virtualHW.version' to be 4 or higher but found {hardware}");
    }

    private delegate bool Unescape(string value, out string text);

    private static string? Escaped(VmxFile file, string key, string called, Unescape unescape) => file.Text(key) switch
    {
        null => null,
        var value => unescape(value, out var text) ? text : throw VmxErrors.Internal($"VMX entry '{called}' contains invalid escape sequence"),
    };

    private static string? GenerationId(VmxFile file)
    {
        if (file.Text("vm.genid") is null && file.Text("vm.genidX") is null)
            return null;
        var (high, low) = (file.Integer("vm.genid") ?? 0, file.Integer("vm.genidX") ?? 0);
        return Guid.ParseExact(string.Create(CultureInfo.InvariantCulture, $"{high:x16}{low:x16}"), "N").ToString("D");
    }

    /// <summary>The memory, what of it is used, and what of it is guaranteed, in MiB.</summary>
    private static (ulong Memory, ulong Current, ulong Guaranteed) Memory(VmxFile file)
    {
        var memory = file.Integer("memsize") ?? 32;
        if (memory <= 0 || memory % 4 != 0)
            throw VmxErrors.Internal($"Expecting VMX entry 'memsize' to be an unsigned integer (multiple of 4) but found {memory}");
        if (memory > (long)(ulong.MaxValue >> 20))
            throw new VireoException(ErrorCode.Overflow, ErrorDomain.None, "size value too large");
        var most = file.Integer("sched.mem.max") ?? memory;
        var least = file.Integer("sched.mem.minsize") ?? 0;
        return ((ulong)memory, (ulong)(most <= 0 ? memory : Math.Min(most, memory)), (ulong)Math.Clamp(least, 0, memory));
    }

    private static uint CpuCount(VmxFile file) => file.Integer("numvcpus") switch
    {
        null => 1,
        > 0 and <= int.MaxValue and var count => (uint)count,
        var count => throw VmxErrors.Internal($"Expecting VMX entry 'numvcpus' to be an unsigned integer greater than 0 but found {count}"),
    };

    private static CpuTopology? Topology(VmxFile file, uint cpus)
    {
        var cores = file.Integer("cpuid.coresPerSocket") ?? 1;
        if (cores <= 1)
            return null;
        if (cores > cpus)
            throw VmxErrors.Internal("VMX entry 'cpuid.coresPerSocket' smaller than 'numvcpus'");
        return new CpuTopology { Sockets = cpus / (uint)cores, Dies = 1, Cores = (uint)cores, Threads = 1 };
    }

    private static string? Affinity(VmxFile file, uint cpus)
    {
        const string Key = "sched.cpu.affinity";
        if (file.Text(Key) is not { } text || text.Equals("all", StringComparison.OrdinalIgnoreCase))
            return null;
        var set = new List<int>();
        foreach (var part in text.Length == 0 ? [] : text.Split(','))
        {
            if (!int.TryParse(part.Trim(' '), NumberStyles.None, CultureInfo.InvariantCulture, out var cpu))
                throw VmxErrors.Internal($"Expecting VMX entry '{Key}' to be a comma separated list of unsigned integers but found '{text}'");
            if (cpu >= NumberSet.Limit)
                throw VmxErrors.Internal($"VMX entry '{Key}' contains a {cpu}, this value is too large");
            set.Add(cpu);
        }

        if (set.Count < cpus)
            throw VmxErrors.Internal($"Expecting VMX entry '{Key}' to contain at least as many values as 'numvcpus' ({cpus}) but found only {set.Count} value(s)");
        return NumberSet.Of(set).ToString();
    }

    private static ulong? Shares(VmxFile file, uint cpus) => file.Text("sched.cpu.shares") switch
    {
        null => null,
        var text when ShareLevels.TryParse(text, out var shares) => shares * cpus,
        var text => ulong.TryParse(text, NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var shares)
            ? shares
            : throw VmxErrors.Internal($"Expecting VMX entry 'sched.cpu.shares' to be an unsigned integer or 'low', 'normal' or 'high' but found '{text}'"),
    };

    private static OsConfig Os(VmxFile file) => new()
    {
        Type = new OsType { Kind = "hvm", Arch = file.Text("guestOS")?.EndsWith("-64", StringComparison.OrdinalIgnoreCase) == true ? "x86_64" : "i686" },
        Firmware = file.Text("firmware") switch
        {
            null => null,
            "efi" => OsFirmware.Efi,
            var other => throw VmxErrors.Internal($"VMX entry 'firmware' has unknown value '{other}'"),
        },
        SmbiosMode = file.Flag("smbios.reflecthost") ? SmbiosMode.Host : null,
    };
}
