using Vireo.Config;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>The devices of a running guest while they are changed. Within the domain's job.</summary>
/// <param name="domain">The domain.</param>
/// <param name="process">Its process.</param>
internal sealed class RunningDevices(QemuDomain domain, QemuProcess process)
{
    /// <summary>The domain.</summary>
    public QemuDomain Domain { get; } = domain;

    /// <summary>Its process.</summary>
    public QemuProcess Process { get; } = process;

    /// <summary>The document, as it is now.</summary>
    public DomainConfig Live => Domain.View.Live ?? Process.Live;

    /// <summary>Sends a command and waits for its answer.</summary>
    public Task ExecuteAsync(QmpCommand command, CancellationToken cancellationToken) => Process.Monitor.ExecuteAsync(command, cancellationToken);

    /// <summary>Writes ahead what the document becomes when the change under way succeeds: a daemon that comes after a crash asks the hypervisor which it is.</summary>
    public async Task AnnounceAsync(Func<DomainConfig, DomainConfig> change)
    {
        Process.Ahead = change;
        await Domain.Hypervisor.SaveStatusNowAsync(Domain, Process).ConfigureAwait(false);
    }

    /// <summary>Takes back what was written ahead.</summary>
    public async ValueTask RetractAsync()
    {
        Process.Ahead = null;
        await Domain.Hypervisor.SaveStatusNowAsync(Domain, Process).ConfigureAwait(false);
    }

    /// <summary>Publishes the document changed, and has it written.</summary>
    public async Task ShowAsync(Func<DomainConfig, DomainConfig> change)
    {
        var after = Domain.Update(v => Shown(v, change(v.Live ?? Process.Live)));
        (Process.Live, Process.Ahead) = (after.Live!, null);
        await Domain.Hypervisor.SaveStatusNowAsync(Domain, Process).ConfigureAwait(false);
    }

    // A balloon that fills the memory grows and shrinks with it; what a module has not plugged in itself is none of it.
    private static DomainView Shown(DomainView view, DomainConfig live)
    {
        ulong Usable(DomainConfig config) => (config.Memory?.Size.KiB ?? 0) - config.Devices.Memories.Aggregate(0UL, (sum, m) => sum + (m.Model == MemoryModel.VirtioMem ? (m.Target!.Size?.KiB ?? 0) - (m.Target.Current?.KiB ?? 0) : 0));
        var balloon = view.Live is { } before && view.BalloonKiB == Usable(before) ? Usable(live) : view.BalloonKiB;
        return view with { Live = live, BalloonKiB = balloon };
    }

    /// <summary>What makes one device in QEMU, and what takes it away.</summary>
    /// <param name="device">The device, alone.</param>
    /// <param name="taps">For a network card the names under which QEMU was given its tap.</param>
    public IReadOnlyList<MonitorStep> StepsFor(DevicesConfig device, IReadOnlyDictionary<string, TapNumbers>? taps = null) => MonitorArguments.Steps(
        QemuCommandLine.BuildDevice(Live, device, new CommandLineContext(null, Process.Disks, Process.Channels) { Taps = taps ?? new Dictionary<string, TapNumbers>() }));
}
