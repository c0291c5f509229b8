using Microsoft.Extensions.Logging;
using Vireo.Drivers.Qemu.State;
using Vireo.Host.Files;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>Keeps the logs of domains small: what a guest has its hypervisor print must not fill the host's disk.</summary>
internal sealed partial class DomainLogs(QemuHypervisor hypervisor) : IAsyncDisposable
{
    private static readonly TimeSpan s_pace = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _end = new();
    private Task _looking = Task.CompletedTask;

    /// <summary>Looks at the logs of all running domains from now on.</summary>
    public void Start()
    {
        if (hypervisor.Settings.LogMaxSize > 0)
        {
            _looking = Task.Run(LookAsync);
        }
    }

    /// <summary>Rotates a log that is full.</summary>
    public void Rotate(string path)
    {
        try
        {
            new RotatedLog(path, hypervisor.Settings.LogMaxSize, hypervisor.Settings.LogMaxBackups).RotateIfFull();
        }
        catch (VireoException e)
        {
            // The guest is not to suffer for it.
            LogFailed(hypervisor.Log, e.Message);
        }
    }

    /// <summary>Looks no more; the logs go on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task LookAsync()
    {
        using var timer = new PeriodicTimer(s_pace);
        do
        {
            foreach (var domain in hypervisor.Domains.All)
            {
                if (domain.Process is { } process)
                {
                    Rotate(process.LogPath);
                }
            }
        }
        while (await timer.WaitForNextTickAsync(_end.Token).ConfigureAwait(false));
    }

    [LoggerMessage(1, LogLevel.Warning, "{Message}")]
    private static partial void LogFailed(ILogger log, string message);
}
