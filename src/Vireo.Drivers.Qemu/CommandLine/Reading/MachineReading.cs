using Vireo.Config;
using Vireo.Drivers.Qemu.Capabilities;

namespace Vireo.Drivers.Qemu.CommandLine.Reading;

/// <summary>The machine itself: program, type, accelerator, identity, and switches of its board.</summary>
internal static class MachineReading
{
    private const string SystemPrefix = "qemu-system-";

    /// <summary>Reads it.</summary>
    public static void Read(ReadingState state, string program)
    {
        Emulator(state, program);
        Name(state);
        if (state.Last("-uuid") is { } uuid)
        {
            state.Config = state.Config with { Uuid = Guid.TryParse(uuid, out var id) ? id : throw ShellLine.Malformed($"malformed uuid '{uuid}'") };
        }

        var noAcpi = state.Switch("-no-acpi");
        Feature(state, f => f with { Acpi = state.IsPc && !noAcpi });
        if (state.Switch("-no-hpet"))
        {
            Timer(state, new TimerConfig { Name = TimerName.Hpet, Present = false });
        }

        foreach (var option in state.Unread("-machine").ToList())
        {
            Board(state, option);
        }

        Accelerator(state);
        if (state.Config.Type == DomainType.Kvm && state.IsPc)
        {
            Feature(state, f => f with { Pae = true });
        }

        if (state.Switch("-no-reboot"))
        {
            state.Config = state.Config with { OnReboot = LifecycleAction.Destroy };
        }

        foreach (var option in state.Unread("-action").ToList())
        {
            var properties = option.Properties;
            if (properties.Peek("reboot") == "shutdown")
            {
                properties.Take("reboot");
                state.Config = state.Config with { OnReboot = LifecycleAction.Destroy };
            }

            option.Read(properties);
        }

        foreach (var option in state.Unread("-global").ToList())
        {
            Global(state, option);
        }
    }

    /// <summary>Adds a timer, or what is told of one that is there.</summary>
    public static void Timer(ReadingState state, TimerConfig timer)
    {
        var clock = state.Config.Clock ?? new ClockConfig();
        state.Config = state.Config with { Clock = clock with { Timers = clock.Timers.Where(t => t.Name != timer.Name).Append(timer).ToConfigList() } };
    }

    /// <summary>Changes the features.</summary>
    public static void Feature(ReadingState state, Func<FeaturesConfig, FeaturesConfig> change)
    {
        var changed = change(state.Config.Features ?? new FeaturesConfig());
        state.Config = state.Config with { Features = changed == new FeaturesConfig() ? null : changed };
    }

    private static void Emulator(ReadingState state, string program)
    {
        var name = Path.GetFileName(program);
        var target = name.StartsWith(SystemPrefix, StringComparison.Ordinal) ? name[SystemPrefix.Length..].Split('-')[0] : null;
        var kvm = name.Contains("kvm", StringComparison.Ordinal);
        var architecture = target is not null ? EmulatorTargets.ArchitectureOf(target) : kvm ? "x86_64" : "i686";
        state.Devices.Emulator = program;
        state.Config = state.Config with
        {
            Type = kvm ? DomainType.Kvm : DomainType.Qemu,
            Os = new OsConfig { Type = new OsType { Arch = architecture, Kind = "hvm" } },
        };
    }

    private static void Name(ReadingState state)
    {
        foreach (var option in state.Unread("-name").ToList())
        {
            var properties = option.Properties;
            var name = properties.Take("guest");
            state.Config = state.Config with { Name = name is { Length: > 0 } ? name : state.Config.Name };
            properties.Take("debug-threads");
            properties.Take("process");
            option.Read(properties);
        }
    }

    private static void Board(ReadingState state, QemuOption option)
    {
        var properties = option.Properties;
        var config = state.Config;
        if (properties.Take("type") is { } type)
        {
            config = config with { Os = config.Os with { Type = config.Os.Type! with { Machine = type } } };
        }

        if (properties.Take("accel") is { } accelerators)
        {
            config = config with { Type = Accelerated(accelerators.Split(':')[0], config.Type) };
        }

        config = config with
        {
            Memory = properties.Flag("dump-guest-core") is { } dump ? (config.Memory ?? new DomainMemory()) with { DumpCore = dump } : config.Memory,
            MemoryBacking = properties.Flag("mem-merge") == false ? (config.MemoryBacking ?? new MemoryBackingConfig()) with { Nosharepages = true } : config.MemoryBacking,
            Keywrap = [.. config.Keywrap, .. Cipher(properties, "aes-key-wrap", KeywrapCipherName.Aes), .. Cipher(properties, "dea-key-wrap", KeywrapCipherName.Dea)],
        };
        if (properties.Flag("graphics") == false)
        {
            config = config with { Os = config.Os with { Bios = (config.Os.Bios ?? new BiosConfig()) with { Useserial = true } } };
        }

        state.Config = config;
        var acpi = properties.Flag("acpi");
        Feature(state, f => f with
        {
            Acpi = acpi ?? f.Acpi,
            Vmport = properties.Flag("vmport") is { } port ? new StateFeature { State = port } : f.Vmport,
            Smm = properties.Flag("smm") is { } smm ? new SmmFeature { State = smm } : f.Smm,
            Ioapic = properties.Peek("kernel_irqchip") is "on" or "split" ? new DriverFeature { Driver = properties.Take("kernel_irqchip") == "on" ? IoapicDriver.Kvm : IoapicDriver.Qemu } : f.Ioapic,
        });
        if (properties.Flag("hpet") is { } hpet)
        {
            Timer(state, new TimerConfig { Name = TimerName.Hpet, Present = hpet });
        }

        if (properties.Take("pcspk-audiodev") is not null)
        {
            state.Devices.Sounds.Add(new SoundConfig { Model = SoundModel.Pcspk });
        }

        properties.Take("usb");
        BootReading.Flash(state, properties);
        MemoryReading.Backing(state, properties);
        option.Read(properties);
    }

    private static IEnumerable<KeywrapCipher> Cipher(OptionProperties properties, string name, KeywrapCipherName cipher) =>
        properties.Flag(name) is { } on ? [new KeywrapCipher { Name = cipher, State = on }] : [];

    private static DomainType? Accelerated(string accelerator, DomainType? otherwise) => accelerator switch { "kvm" => DomainType.Kvm, "tcg" => DomainType.Qemu, _ => otherwise };

    private static void Accelerator(ReadingState state)
    {
        if (state.Switch("-enable-kvm") || state.Switch("-kvm"))
        {
            state.Config = state.Config with { Type = DomainType.Kvm };
        }

        var first = true;
        foreach (var option in state.Unread("-accel").ToList())
        {
            // What follows is for hosts that lack the first.
            var properties = option.Properties;
            var name = properties.Take("accel");
            if (!first || name is not ("kvm" or "tcg"))
            {
                continue;
            }

            first = false;
            state.Config = state.Config with { Type = Accelerated(name, null) };
            if (name == "tcg" && properties.Number("tb-size") is { } cache)
            {
                Feature(state, f => f with { Tcg = new TcgFeature { TbCache = DataSize.FromMiB(cache) } });
            }

            if (name == "kvm" && properties.Number("dirty-ring-size") is { } ring)
            {
                Feature(state, f => f with { Kvm = (f.Kvm ?? new KvmFeatures()) with { DirtyRing = new DirtyRingFeature { State = true, Size = ring } } });
            }

            if (properties.Understood)
            {
                option.Read();
            }
        }

        state.Switch("-no-kvm");
    }

    private static void Global(ReadingState state, QemuOption option)
    {
        var equals = option.Value!.IndexOf('=', StringComparison.Ordinal);
        var (name, value) = equals < 0 ? (option.Value, "") : (option.Value[..equals], option.Value[(equals + 1)..]);
        var pm = state.Config.Pm ?? new PmConfig();
        switch (name)
        {
            case "PIIX4_PM.disable_s3" or "ICH9-LPC.disable_s3" when value is "0" or "1":
                state.Config = state.Config with { Pm = pm with { SuspendToMem = value == "0" } };
                break;
            case "PIIX4_PM.disable_s4" or "ICH9-LPC.disable_s4" when value is "0" or "1":
                state.Config = state.Config with { Pm = pm with { SuspendToDisk = value == "0" } };
                break;
            case "kvm-pit.lost_tick_policy" when value is "delay" or "discard":
                Timer(state, new TimerConfig { Name = TimerName.Pit, Tickpolicy = value == "delay" ? TimerTickPolicy.Delay : TimerTickPolicy.Discard });
                break;
            default:
                return;
        }

        option.Read();
    }
}
