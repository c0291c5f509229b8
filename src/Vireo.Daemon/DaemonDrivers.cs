using Microsoft.Extensions.Logging;
using Vireo.Drivers;
using Vireo.Drivers.Test;

namespace Vireo.Daemon;

/// <summary>The drivers that the daemon serves, and their end.</summary>
internal sealed class DaemonDrivers : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _owned = [];

    private DaemonDrivers(DriverRegistry registry) => Registry = registry;

    public DriverRegistry Registry { get; }

    public static ValueTask<DaemonDrivers> StartAsync(DaemonPaths paths, DaemonSettings settings, ILoggerFactory log)
    {
        _ = (paths, settings, log);
        return ValueTask.FromResult(new DaemonDrivers(new DriverRegistry(new TestDriver())));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in Enumerable.Reverse(_owned)) await owned.DisposeAsync().ConfigureAwait(false);
    }
}
