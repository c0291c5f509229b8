using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Bhyve.Native;

/// <summary>Reads the command that runs a guest.</summary>
internal static class NativeGuest
{
    private const string Valued = "cgklmopsU";

    // What bhyve gives a guest that is not told.
    private const ulong MemoryMiB = 256;

    /// <summary>The domain that the command runs.</summary>
    public static DomainConfig Read(IReadOnlyList<string> words)
    {
        var domain = new DomainConfig
        {
            Type = DomainType.Bhyve,
            Uuid = Guid.NewGuid(),
            Vcpu = new VcpuConfig { Placement = CpuPlacement.Static, Count = 1 },
            Os = new OsConfig { Type = new OsType { Kind = "hvm" } },
            Clock = new ClockConfig { Offset = ClockOffset.Localtime },
            OnPoweroff = LifecycleAction.Destroy,
            OnReboot = LifecycleAction.Destroy,
            OnCrash = LifecycleAction.Destroy,
        };
        var (devices, kept) = (new NativeDevices(), new List<string>());
        var options = new OptionReader(words, Valued);
        while (options.TryRead(out var option, out var value))
        {
            if (option switch { 's' => devices.TryAddSlot(value), 'l' => devices.TryAddPort(value), _ => false } || TryApply(option, value, ref domain))
                continue;
            // What no document can say is passed on as it is.
            kept.Add("-" + option);
            if (Valued.Contains(option, StringComparison.Ordinal))
                kept.Add(value);
        }

        return domain with
        {
            Name = options.Name("bhyve"),
            Memory = domain.Memory ?? DataSize.FromMiB(MemoryMiB),
            CurrentMemory = domain.CurrentMemory ?? DataSize.FromMiB(MemoryMiB),
            Os = devices.BootRom is { } firmware ? domain.Os with { Loader = new LoaderConfig { Readonly = true, Type = LoaderType.Pflash, Path = firmware } } : domain.Os,
            Devices = devices.ToConfig(),
            BhyveCommandline = kept.Count > 0 ? new BhyveCommandline { Args = kept.ToConfigList() } : null,
        };
    }

    private static bool TryApply(char option, string value, ref DomainConfig domain)
    {
        var features = domain.Features ?? new FeaturesConfig();
        switch (option)
        {
            case 'A':
                domain = domain with { Features = features with { Acpi = true } };
                return true;
            case 'I':
                domain = domain with { Features = features with { Apic = new ApicFeature() } };
                return true;
            case 'w':
                domain = domain with { Features = features with { Msrs = new MsrsFeature { Unknown = UnknownMsrs.Ignore } } };
                return true;
            case 'S':
                domain = domain with { MemoryBacking = new MemoryBackingConfig { Locked = true } };
                return true;
            case 'u':
                domain = domain with { Clock = new ClockConfig { Offset = ClockOffset.Utc } };
                return true;
            case 'U':
                domain = domain with { Uuid = Guid.TryParse(value, out var uuid) ? uuid : throw VireoException.Internal(ErrorDomain.Bhyve, $"Cannot parse UUID '{value}'") };
                return true;
            case 'm':
                var size = MemorySize.Read(value);
                MemorySize.RequireSame(domain.Memory?.Size, size);
                domain = domain with { Memory = size, CurrentMemory = size };
                return true;
            case 'c':
                domain = Cpus(value, domain);
                return true;
            default:
                // The driver always has these two.
                return option is 'H' or 'P';
        }
    }

    /// <summary>CPUs by their number, or by the parts of it: <c>cpus=4,sockets=2,cores=2</c>.</summary>
    private static DomainConfig Cpus(string text, DomainConfig domain)
    {
        if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= int.MaxValue)
            return domain with { Vcpu = domain.Vcpu! with { Count = count } };
        var parts = new Dictionary<string, uint>(StringComparer.Ordinal);
        foreach (var part in text.Split(','))
        {
            var (name, value) = part.Split('=', 2) is [var before, var after] ? (before, after) : ("cpus", part);
            if (name is not ("cpus" or "sockets" or "cores" or "threads") || !ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0 || !parts.TryAdd(name, number))
                throw NativeErrors.Failed("Failed to parse number of vCPUs");
        }

        var (sockets, cores, threads) = (parts.GetValueOrDefault("sockets", 1u), parts.GetValueOrDefault("cores", 1u), parts.GetValueOrDefault("threads", 1u));
        var product = (ulong)sockets * cores * threads;
        count = parts.GetValueOrDefault("cpus", (uint)Math.Min(product, int.MaxValue));
        return count == product
            ? domain with { Vcpu = domain.Vcpu! with { Count = count }, Cpu = new CpuConfig { Topology = new CpuTopology { Sockets = sockets, Dies = 1, Cores = cores, Threads = threads } } }
            : throw NativeErrors.Failed("Failed to parse number of vCPUs");
    }
}
