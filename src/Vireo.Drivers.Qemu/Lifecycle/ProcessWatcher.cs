using Microsoft.Extensions.Logging;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>Notices when a domain's process ends by itself, or stops talking, and shuts the domain off.</summary>
internal sealed partial class ProcessWatcher(QemuHypervisor hypervisor)
{
    /// <summary>Looks after a process until it ends or somebody else has cleared it away.</summary>
    public void Watch(QemuDomain domain, QemuProcess process) => _ = WatchAsync(domain, process);

    private async Task WatchAsync(QemuDomain domain, QemuProcess process)
    {
        try
        {
            var exit = process.Host.WaitAsync();
            await Task.WhenAny(exit, process.Monitor.Closed).ConfigureAwait(false);
            if (hypervisor.Closing || !ReferenceEquals(domain.Process, process))
            {
                return;
            }

            // A QEMU that has closed its monitor ends, or cannot be ruled any more.
            if (!exit.IsCompleted && !await process.EndsWithinAsync(TimeSpan.FromSeconds(2)).ConfigureAwait(false) && !hypervisor.Closing)
            {
                await process.EndAsync().ConfigureAwait(false);
            }

            using var job = await domain.Jobs.EnterAsync("process end", domain.View.Name, Timeout.InfiniteTimeSpan, CancellationToken.None).ConfigureAwait(false);
            if (await hypervisor.Stopper.FinishAsync(domain, process).ConfigureAwait(false))
            {
                LogEnded(hypervisor.Log, domain.View.Name, process.Host.Pid, process.End.Reason);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // Whoever ended the process has let go of it.
            if (!hypervisor.Closing && ReferenceEquals(domain.Process, process))
            {
                LogFailed(hypervisor.Log, domain.View.Name, e);
            }
        }
        catch (Exception e)
        {
            LogFailed(hypervisor.Log, domain.View.Name, e);
        }
    }

    [LoggerMessage(10, LogLevel.Information, "domain '{Name}': process {Pid} has ended ({Reason})")]
    private static partial void LogEnded(ILogger log, string name, int pid, DomainShutoffReason reason);

    [LoggerMessage(11, LogLevel.Error, "domain '{Name}': its end could not be cleared away")]
    private static partial void LogFailed(ILogger log, string name, Exception error);
}
