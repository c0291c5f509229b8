using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>The processor's model and features, and what the hypervisor tells the guest of itself.</summary>
internal static class CpuReading
{
    /// <summary>Reads them.</summary>
    public static void Read(ReadingState state)
    {
        var options = state.Unread("-cpu").ToList();
        if (options.Count == 0)
        {
            return;
        }

        var properties = options[^1].Properties;
        var before = state.Config;
        Model(state, properties);
        if (properties.Understood)
        {
            options.ForEach(option => option.Read());
        }
        else
        {
            // It comes after what the driver says, and stands for all of it.
            state.Config = before;
        }
    }

    private static void Model(ReadingState state, OptionProperties properties)
    {
        var model = properties.Take("model") ?? "";
        var mode = model switch { "host" => CpuMode.HostPassthrough, "max" => CpuMode.Maximum, _ => CpuMode.Custom };
        var usual = model == (state.Config.Os.Type!.Arch == "i686" ? "qemu32" : "qemu64");
        Kvm(state, properties);
        HyperV(state, properties);
        var cpu = (state.Config.Cpu ?? new CpuConfig()) with
        {
            Migratable = mode == CpuMode.HostPassthrough ? properties.Flag("migratable") : null,
            Maxphysaddr = Addresses(properties),
            Cache = Cache(properties, mode),
            Features = Features(properties),
        };
        if (model.Length == 0)
        {
            properties.Fail();
        }
        else if (mode != CpuMode.Custom)
        {
            cpu = cpu with { Mode = mode };
        }
        else if (!usual || !cpu.Features.IsEmpty || properties.Peek("vendor") is not null)
        {
            cpu = cpu with { Mode = CpuMode.Custom, Match = CpuMatch.Exact, Check = CpuCheck.None, Model = new CpuModel { Fallback = CpuFallback.Forbid, Name = model, VendorId = properties.Take("vendor") } };
        }

        state.Config = state.Config with { Cpu = cpu == new CpuConfig() ? null : cpu };
    }

    // What is on or off and has no other meaning is a feature.
    private static ConfigList<CpuFeature> Features(OptionProperties properties)
    {
        var features = new List<CpuFeature>();
        foreach (var name in properties.Names.Distinct().Where(n => n is not "vendor").ToList())
        {
            var signed = name.Length > 1 && name[0] is '+' or '-';
            var feature = signed ? name[1..] : name;
            var on = properties.Flag(name) is { } set && (!signed || set) ? set && !name.StartsWith('-') : properties.Fail<bool?>();
            if (feature.Length == 0 || !feature.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            {
                properties.Fail();
            }

            features.RemoveAll(f => f.Name == feature);
            features.Add(new CpuFeature { Name = feature, Policy = on == true ? CpuFeaturePolicy.Require : CpuFeaturePolicy.Disable });
        }

        return features.ToConfigList();
    }

    private static void Kvm(ReadingState state, OptionProperties properties)
    {
        var kvm = new KvmFeatures
        {
            Hidden = properties.Flag("kvm") == false ? new SwitchFeature { State = true } : null,
            HintDedicated = On(properties, "kvm-hint-dedicated"),
            PollControl = On(properties, "kvm-poll-control"),
            PvIpi = properties.Flag("kvm-pv-ipi") is { } ipi ? new SwitchFeature { State = ipi } : null,
            DirtyRing = state.Config.Features?.Kvm?.DirtyRing,
        };
        var eoi = properties.Flag("kvm-pv-eoi");
        var unhalt = properties.Flag("kvm-pv-unhalt");
        var pmu = properties.Flag("pmu");
        MachineReading.Feature(state, f => f with
        {
            Kvm = kvm == new KvmFeatures() ? null : kvm,
            Apic = eoi is { } end ? new ApicFeature { Eoi = end } : f.Apic,
            Pvspinlock = unhalt is { } locks ? new StateFeature { State = locks } : f.Pvspinlock,
            Pmu = pmu is { } counters ? new StateFeature { State = counters } : f.Pmu,
        });
        var clock = properties.Take("+kvmclock") is not null ? true : properties.Take("-kvmclock") is not null ? false : properties.Flag("kvmclock");
        if (clock is { } present)
        {
            MachineReading.Timer(state, new TimerConfig { Name = TimerName.Kvmclock, Present = present });
        }

        if (properties.Flag("hv-time") ?? properties.Flag("hv_time") is true)
        {
            MachineReading.Timer(state, new TimerConfig { Name = TimerName.Hypervclock, Present = true });
        }

        if (properties.Big("tsc-frequency") is { } frequency)
        {
            MachineReading.Timer(state, new TimerConfig { Name = TimerName.Tsc, Frequency = frequency });
        }
    }

    private static void HyperV(ReadingState state, OptionProperties properties)
    {
        var direct = HyperVFlag(properties, "stimer-direct") is { State: true };
        var locks = properties.TakeAny("hv-spinlocks", "hv_spinlocks");
        var vendor = properties.TakeAny("hv-vendor-id", "hv_vendor_id");
        uint? retries = locks is null ? null : OptionProperties.TryNumber(locks, out var number) && number is >= 0xfff and <= uint.MaxValue ? (uint)number : properties.Fail<uint?>();
        var hyperv = new HypervFeatures
        {
            Mode = properties.Flag("hv-passthrough") == true ? HypervMode.Passthrough : null,
            Relaxed = HyperVFlag(properties, "relaxed"),
            Vapic = HyperVFlag(properties, "vapic"),
            Spinlocks = retries is { } count ? new HypervSpinlocks { State = true, Retries = count } : null,
            Vpindex = HyperVFlag(properties, "vpindex"),
            Runtime = HyperVFlag(properties, "runtime"),
            Synic = HyperVFlag(properties, "synic"),
            Stimer = HyperVFlag(properties, "stimer") is { } timer ? new HypervStimer { State = timer.State, Direct = direct ? new StateFeature { State = true } : null } : null,
            Reset = HyperVFlag(properties, "reset"),
            VendorId = vendor is null ? null : new HypervVendor { State = true, Value = vendor },
            Frequencies = HyperVFlag(properties, "frequencies"),
            Reenlightenment = HyperVFlag(properties, "reenlightenment"),
            Tlbflush = HyperVFlag(properties, "tlbflush"),
            Ipi = HyperVFlag(properties, "ipi"),
            Evmcs = HyperVFlag(properties, "evmcs"),
            Avic = HyperVFlag(properties, "avic"),
            EmsrBitmap = HyperVFlag(properties, "emsr-bitmap"),
            XmmInput = HyperVFlag(properties, "xmm-input"),
        };
        MachineReading.Feature(state, f => f with { Hyperv = hyperv == new HypervFeatures() ? null : hyperv });
        if (HyperVFlag(properties, "crash") is { State: true })
        {
            state.Devices.Panics.Add(new PanicConfig { Model = PanicModel.Hyperv });
        }
    }

    // Names had underscores once.
    private static SwitchFeature? HyperVFlag(OptionProperties properties, string name)
    {
        var set = properties.Flag($"hv-{name}") ?? properties.Flag($"hv_{name.Replace('-', '_')}");
        return set == true ? new SwitchFeature { State = true } : null;
    }

    private static SwitchFeature? On(OptionProperties properties, string name) => properties.Flag(name) == true ? new SwitchFeature { State = true } : null;

    private static CpuMaxPhysAddr? Addresses(OptionProperties properties)
    {
        var (host, limit, bits) = (properties.Flag("host-phys-bits"), properties.Number("host-phys-bits-limit"), properties.Number("phys-bits"));
        return host == true ? new CpuMaxPhysAddr { Mode = CpuMaxPhysAddrMode.Passthrough, Limit = limit }
            : bits is > 0 ? new CpuMaxPhysAddr { Mode = CpuMaxPhysAddrMode.Emulate, Bits = bits }
            : limit is null ? null : properties.Fail<CpuMaxPhysAddr>();
    }

    private static CpuCache? Cache(OptionProperties properties, CpuMode mode)
    {
        var (host, third) = (properties.Flag("host-cache-info"), properties.Flag("l3-cache"));
        return host == true && mode != CpuMode.Custom ? new CpuCache { Mode = CpuCacheMode.Passthrough }
            : third == true ? new CpuCache { Level = 3, Mode = CpuCacheMode.Emulate }
            : third == false ? new CpuCache { Mode = CpuCacheMode.Disable }
            : host is null ? null : properties.Fail<CpuCache>();
    }
}
