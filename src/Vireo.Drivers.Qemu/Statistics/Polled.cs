using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Statistics;

/// <summary>
/// An answer that many may ask for: asked once at a time, so that a hypervisor that hangs has one question waiting, however many want to know. The last
/// answer is kept for those who do not want to wait.
/// </summary>
/// <param name="command">What is asked.</param>
/// <typeparam name="T">The answer.</typeparam>
internal sealed class Polled<T>(QmpCommand<T> command)
    where T : class
{
    private readonly Lock _gate = new();
    private Task<T>? _underWay;
    private T? _last;

    /// <summary>Asks, or waits with whoever has asked.</summary>
    /// <param name="monitor">The monitor.</param>
    /// <param name="patience">How long it may take.</param>
    /// <param name="cancellationToken">Gives up waiting; the answer is kept all the same.</param>
    /// <returns>The answer; the last one, and that it is stale, when none came in time; null when there was never one.</returns>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: QEMU refused; VIR_ERR_OPERATION_FAILED: it went away.</exception>
    public async ValueTask<(T? Answer, bool Stale)> ReadAsync(QmpMonitor monitor, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            return (await Ask(monitor).WaitAsync(patience, cancellationToken).ConfigureAwait(false), false);
        }
        catch (TimeoutException)
        {
            return (Volatile.Read(ref _last), true);
        }
    }

    private Task<T> Ask(QmpMonitor monitor)
    {
        lock (_gate)
        {
            return _underWay is { IsCompleted: false } ? _underWay : _underWay = AskAsync(monitor);
        }
    }

    private async Task<T> AskAsync(QmpMonitor monitor)
    {
        var answer = await monitor.ExecuteAsync(command, Timeout.InfiniteTimeSpan, CancellationToken.None).ConfigureAwait(false);
        Volatile.Write(ref _last, answer);
        return answer;
    }
}
