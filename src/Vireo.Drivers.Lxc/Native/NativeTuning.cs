using Vireo.Config;

namespace Vireo.Drivers.Lxc.Native;

/// <summary>The limits of a container's control groups.</summary>
internal static class NativeTuning
{
    private const string Blkio = "lxc.cgroup.blkio.";

    /// <summary>The container with its limits.</summary>
    public static DomainConfig Apply(NativeConfig config, DomainConfig domain) => Cpus(config, Memory(config, domain)) with { Blkiotune = Devices(config) };

    private static DomainConfig Memory(NativeConfig config, DomainConfig domain)
    {
        var hard = Size(config, "lxc.cgroup.memory.limit_in_bytes");
        var tune = new MemtuneConfig { HardLimit = hard, SoftLimit = Size(config, "lxc.cgroup.memory.soft_limit_in_bytes"), SwapHardLimit = Size(config, "lxc.cgroup.memory.memsw.limit_in_bytes") };
        return domain with
        {
            Memory = hard ?? domain.Memory!.Size,
            CurrentMemory = hard ?? domain.CurrentMemory,
            Memtune = tune == new MemtuneConfig() ? null : tune,
        };
    }

    private static DataSize? Size(NativeConfig config, string key) => config.Text(key) is { } text ? DataSize.FromKiB(NativeConfig.KiB(text)) : null;

    private static DomainConfig Cpus(NativeConfig config, DomainConfig domain)
    {
        var tune = new CputuneConfig
        {
            Shares = config.Number("lxc.cgroup.cpu.shares"),
            Quota = config.Signed("lxc.cgroup.cpu.cfs_quota_us") is not 0 and var quota ? quota : null,
            Period = config.Number("lxc.cgroup.cpu.cfs_period_us") is not 0 and var period ? period : null,
        };
        var nodes = Set(config, "lxc.cgroup.cpuset.mems");
        return domain with
        {
            Cputune = tune == new CputuneConfig() ? null : tune,
            Vcpu = domain.Vcpu! with { Cpuset = Set(config, "lxc.cgroup.cpuset.cpus") },
            Numatune = nodes is null ? null : new NumatuneConfig { Memory = new NumaMemory { Mode = NumaMemoryMode.Strict, Nodeset = nodes } },
        };
    }

    private static string? Set(NativeConfig config, string key) => config.Text(key) is { } text ? NumberSet.Parse(text).ToString() : null;

    private static BlkioTuneConfig? Devices(NativeConfig config)
    {
        var weight = config.Text(Blkio + "weight") is { } text ? (uint?)NativeConfig.Number(text, uint.MaxValue) ?? throw NativeConfig.NoInteger(text) : 0;
        var devices = new OrderedDictionary<string, BlkioDevice>(StringComparer.Ordinal);
        foreach (var (key, value) in config.Entries.Where(entry => entry.Key.StartsWith(Blkio, StringComparison.Ordinal)))
        {
            if (Limit(key[Blkio.Length..]) is not { } limit)
                continue;
            if (NativeConfig.Words(value) is not [var place, var told, ..])
                throw LxcErrors.Internal($"invalid {key} value: '{value}'");
            var number = NativeConfig.Number(told, limit.Most) ?? throw LxcErrors.Internal($"failed to parse {limit.Name}: '{told}'");
            var path = "/dev/block/" + place;
            devices[path] = limit.Set(devices.TryGetValue(path, out var before) ? before : new BlkioDevice { Path = path }, number == 0 ? null : number);
        }

        var limited = devices.Values.Where(device => device != new BlkioDevice { Path = device.Path }).ToConfigList();
        return weight == 0 && limited.IsEmpty ? null : new BlkioTuneConfig { Weight = weight == 0 ? null : weight, Devices = limited };
    }

    private static (string Name, ulong Most, Func<BlkioDevice, ulong?, BlkioDevice> Set)? Limit(string key) => key switch
    {
        "device_weight" => ("device weight", uint.MaxValue, (device, limit) => device with { Weight = (uint?)limit }),
        "throttle.read_bps_device" => ("read_bps_device", ulong.MaxValue, (device, limit) => device with { ReadBytesSec = limit }),
        "throttle.write_bps_device" => ("write_bps_device", ulong.MaxValue, (device, limit) => device with { WriteBytesSec = limit }),
        "throttle.read_iops_device" => ("read_iops_device", uint.MaxValue, (device, limit) => device with { ReadIopsSec = (uint?)limit }),
        "throttle.write_iops_device" => ("write_iops_device", uint.MaxValue, (device, limit) => device with { WriteIopsSec = (uint?)limit }),
        _ => null,
    };
}
