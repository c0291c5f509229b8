using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.CommandLine;

/// <summary>Properties of the CPU that no model has: what the hypervisor tells the guest of itself, caches, widths of addresses.</summary>
internal static class CpuEnlightenments
{
    /// <summary>Adds them to the value of <c>-cpu</c>.</summary>
    public static void Add(OptionList value, DomainConfig config)
    {
        var features = config.Features ?? new FeaturesConfig();
        Timers(value, config.Clock);
        value.With("kvm-pv-eoi", features.Apic?.Eoi).With("kvm-pv-unhalt", features.Pvspinlock?.State);
        if (features.Hyperv is { } hyperv)
        {
            HyperV(value, hyperv);
        }

        value.With("hv-crash", config.Devices.Panics.Any(p => p.Model == PanicModel.Hyperv) ? true : null);
        var kvm = features.Kvm;
        value.With("kvm", kvm?.Hidden?.State == true ? false : null).With("kvm-hint-dedicated", kvm?.HintDedicated?.State == true ? true : null)
            .With("kvm-poll-control", kvm?.PollControl?.State == true ? true : null).With("kvm-pv-ipi", kvm?.PvIpi?.State == false ? false : null);
        value.With("pmu", features.Pmu is { } pmu ? pmu.State ?? true : null);
        Cache(value, config.Cpu!);
        Addresses(value, config.Cpu!.Maxphysaddr);
    }

    private static void Timers(OptionList value, ClockConfig? clock)
    {
        foreach (var timer in clock?.Timers ?? [])
        {
            switch (timer.Name)
            {
                case TimerName.Kvmclock:
                    value.With("kvmclock", timer.Present);
                    break;
                case TimerName.Hypervclock when timer.Present == true:
                    value.With("hv-time", true);
                    break;
                case TimerName.Tsc:
                    value.With("tsc-frequency", timer.Frequency?.ToString(CultureInfo.InvariantCulture));
                    break;
                default:
                    break;
            }
        }
    }

    private static void HyperV(OptionList value, HypervFeatures hyperv)
    {
        value.With("hv-passthrough", hyperv.Mode == HypervMode.Passthrough ? true : null);
        (string Name, bool? State)[] switches =
        [
            ("relaxed", hyperv.Relaxed?.State), ("vapic", hyperv.Vapic?.State), ("vpindex", hyperv.Vpindex?.State), ("runtime", hyperv.Runtime?.State), ("synic", hyperv.Synic?.State),
            ("stimer", hyperv.Stimer?.State), ("stimer-direct", hyperv.Stimer?.State == true ? hyperv.Stimer.Direct?.State : null), ("reset", hyperv.Reset?.State),
            ("frequencies", hyperv.Frequencies?.State), ("reenlightenment", hyperv.Reenlightenment?.State), ("tlbflush", hyperv.Tlbflush?.State), ("ipi", hyperv.Ipi?.State),
            ("evmcs", hyperv.Evmcs?.State), ("avic", hyperv.Avic?.State), ("emsr-bitmap", hyperv.EmsrBitmap?.State), ("xmm-input", hyperv.XmmInput?.State),
        ];
        foreach (var (name, state) in switches)
        {
            value.With($"hv-{name}", state == true ? true : null);
        }

        value.With("hv-spinlocks", hyperv.Spinlocks is { State: true } locks ? string.Create(CultureInfo.InvariantCulture, $"0x{locks.Retries ?? 0:x}") : null);
        value.With("hv-vendor-id", hyperv.VendorId is { State: true } vendor ? vendor.Value : null);
    }

    private static void Cache(OptionList value, CpuConfig cpu)
    {
        if (cpu.Cache is not { } cache)
        {
            return;
        }

        var ofHost = cpu.Mode is CpuMode.HostPassthrough or CpuMode.Maximum;
        value.With("host-cache-info", cache.Mode == CpuCacheMode.Passthrough ? true : ofHost ? false : null);
        value.With("l3-cache", cache.Mode == CpuCacheMode.Emulate ? true : cache.Mode == CpuCacheMode.Disable || ofHost ? false : null);
    }

    private static void Addresses(OptionList value, CpuMaxPhysAddr? addresses) => value
        .With("host-phys-bits", addresses?.Mode == CpuMaxPhysAddrMode.Passthrough ? true : null)
        .With("host-phys-bits-limit", addresses?.Limit?.ToString(CultureInfo.InvariantCulture))
        .With("phys-bits", addresses is { Mode: CpuMaxPhysAddrMode.Emulate } ? addresses.Bits?.ToString(CultureInfo.InvariantCulture) : null);
}
