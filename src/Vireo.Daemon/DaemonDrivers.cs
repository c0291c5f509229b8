using Microsoft.Extensions.Logging;
using Vireo.Drivers;
using Vireo.Drivers.Qemu;
using Vireo.Drivers.Test;
using Vireo.Host;

namespace Vireo.Daemon;

/// <summary>The drivers that the daemon serves, and their end.</summary>
internal sealed class DaemonDrivers : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _owned = [];

    private readonly QemuDriver _qemu;

    private DaemonDrivers(DriverRegistry registry, QemuDriver qemu)
    {
        Registry = registry;
        _qemu = qemu;
        _owned.Add(qemu);
    }

    public DriverRegistry Registry { get; }

    public static async ValueTask<DaemonDrivers> StartAsync(DaemonPaths paths, DaemonSettings settings, ILoggerFactory log)
    {
        var qemu = await QemuDriver.StartAsync(new VireoPaths(paths.Config, paths.Run, paths.State, paths.Cache, paths.Log), log, settings.Qemu, paths.IsSession).ConfigureAwait(false);
        return new DaemonDrivers(new DriverRegistry(qemu, new TestDriver()), qemu);
    }

    /// <summary>Reads anew what others may have changed on the disk.</summary>
    public Task ReloadAsync() => _qemu.ReloadAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in Enumerable.Reverse(_owned)) await owned.DisposeAsync().ConfigureAwait(false);
    }
}
