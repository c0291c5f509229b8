using Vireo.Config;
using Vireo.Drivers.Qemu.CommandLine;

namespace Vireo.Drivers.Qemu.Tuning;

/// <summary>Where a document has a guest's threads run.</summary>
/// <param name="config">The document.</param>
internal sealed class ThreadPins(DomainConfig config)
{
    /// <summary>Whether it says anything of single threads, or of all.</summary>
    public bool Any => config.Vcpu?.Cpuset is not null || config.Cputune is { Vcpupins.IsEmpty: false } or { Iothreadpins.IsEmpty: false } or { Emulatorpin: not null };

    /// <summary>Where a virtual processor runs; null for anywhere. With a set for the emulator alone the others may run anywhere, too.</summary>
    public NumberSet? OfVcpu(int number) => Parse(config.Cputune?.Vcpupins.FirstOrDefault(pin => pin.Vcpu == number)?.Cpuset ?? config.Vcpu?.Cpuset) ?? Anywhere;

    /// <summary>Where an I/O thread runs; null for anywhere.</summary>
    public NumberSet? OfIothread(int number) => Parse(config.Cputune?.Iothreadpins.FirstOrDefault(pin => pin.Iothread == number)?.Cpuset ?? config.Vcpu?.Cpuset) ?? Anywhere;

    /// <summary>Where the emulator runs; null for anywhere.</summary>
    public NumberSet? OfEmulator => Parse(config.Cputune?.Emulatorpin ?? config.Vcpu?.Cpuset);

    /// <summary>A document with a virtual processor's place; null takes it away.</summary>
    public static DomainConfig WithVcpu(DomainConfig config, uint number, string? processors)
    {
        var others = (config.Cputune?.Vcpupins ?? []).Where(pin => pin.Vcpu != number);
        return With(config, tune => tune with
        {
            Vcpupins = [.. (processors is null ? others : others.Append(new VcpuPin { Vcpu = number, Cpuset = processors })).OrderBy(static pin => pin.Vcpu)],
        });
    }

    /// <summary>A document with an I/O thread's place; null takes it away.</summary>
    public static DomainConfig WithIothread(DomainConfig config, uint number, string? processors)
    {
        var others = (config.Cputune?.Iothreadpins ?? []).Where(pin => pin.Iothread != number);
        var named = config with { Iothreadids = [.. ProcessorArguments.IoThreadIds(config).Select(id => config.Iothreadids.Find(thread => thread.Id == id) ?? new IoThreadConfig { Id = id })] };
        return With(named, tune => tune with
        {
            Iothreadpins = [.. (processors is null ? others : others.Append(new IoThreadPin { Iothread = number, Cpuset = processors })).OrderBy(static pin => pin.Iothread)],
        });
    }

    /// <summary>A document with the emulator's place; null takes it away.</summary>
    public static DomainConfig WithEmulator(DomainConfig config, string? processors) => With(config, tune => tune with { Emulatorpin = processors });

    // Its threads are made by one that was placed with the emulator.
    private NumberSet? Anywhere => OfEmulator is null ? null : NumberSet.Of(Vireo.Host.Facts.HostProcessors.Online());

    private static DomainConfig With(DomainConfig config, Func<CputuneConfig, CputuneConfig> change) =>
        change(config.Cputune ?? new CputuneConfig()) is var tune && tune == new CputuneConfig() ? config with { Cputune = null } : config with { Cputune = tune };

    private static NumberSet? Parse(string? set) => set is { Length: > 0 } ? NumberSet.Parse(set) : null;
}
