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

    private DaemonDrivers(DriverRegistry registry) => Registry = registry;

    public DriverRegistry Registry { get; }

    public static async ValueTask<DaemonDrivers> StartAsync(DaemonPaths paths, DaemonSettings settings, ILoggerFactory log)
    {
        var qemu = await QemuDriver.StartAsync(new VireoPaths(paths.Config, paths.Run, paths.State, paths.Cache, paths.Log), log, settings.Qemu, paths.IsSession).ConfigureAwait(false);
        var drivers = new DaemonDrivers(new DriverRegistry(qemu, new TestDriver()));
        drivers._owned.Add(qemu);
        return drivers;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in Enumerable.Reverse(_owned)) await owned.DisposeAsync().ConfigureAwait(false);
    }
}
