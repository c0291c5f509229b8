using Vireo.Config;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Statistics;

/// <summary>The figures that only the hypervisor of a running guest can tell.</summary>
/// <param name="live">The document it was started with, with aliases.</param>
internal sealed class MonitorFigures(DomainConfig live)
{
    /// <summary>Counters of disks.</summary>
    public Polled<IReadOnlyList<QmpBlockCounters>> Disks { get; } = new(Qmp.QueryBlockstats);

    /// <summary>Sizes of images.</summary>
    public Polled<IReadOnlyList<QmpBlockNode>> Nodes { get; } = new(Qmp.QueryNamedBlockNodes);

    /// <summary>Threads of virtual processors.</summary>
    public Polled<IReadOnlyList<QmpCpu>> Cpus { get; } = new(Qmp.QueryCpusFast);

    /// <summary>I/O threads.</summary>
    public Polled<IReadOnlyList<QmpIothread>> Iothreads { get; } = new(Qmp.QueryIothreads);

    /// <summary>How much memory the guest writes to.</summary>
    public Polled<QmpDirtyRate> DirtyRate { get; } = new(Qmp.QueryDirtyRate);

    /// <summary>What the guest tells of its memory; null where it has no balloon.</summary>
    public Polled<QmpBalloonFigures>? Balloon { get; } =
        live.Devices.Memballoon is { Alias: { } alias, Model: not MemballoonModel.None } ? new(Qmp.BalloonFigures(alias)) : null;
}
