using System.Diagnostics;

namespace Vireo.Drivers.Qemu.State;

/// <summary>The part of a domain's job that takes long: what it is, how far it is, and the way to cancel it. Read and cancelled by others than its owner.</summary>
/// <param name="operation">What it is.</param>
/// <param name="caller">Cancels it too.</param>
internal sealed class LongJob(DomainJobOperation operation, CancellationToken caller) : IDisposable
{
    private readonly CancellationTokenSource _cancellation = CancellationTokenSource.CreateLinkedTokenSource(caller);
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Lock _lock = new();
    private JobProgress _progress = JobProgress.None;
    private bool _ended;

    /// <summary>What it is.</summary>
    public DomainJobOperation Operation { get; } = operation;

    /// <summary>Asks its owner to stop.</summary>
    public CancellationToken CancellationToken => _cancellation.Token;

    /// <summary>It was cancelled by <c>virDomainAbortJob</c>.</summary>
    public bool IsAborted { get; private set; }

    /// <summary>Why it cannot be cancelled by <c>virDomainAbortJob</c>; null when it can.</summary>
    public string? CannotAbort { get; set; }

    /// <summary>How long it has been under way.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    /// <summary>How far it was when last measured.</summary>
    public JobProgress Progress
    {
        get => Volatile.Read(ref _progress);
        set => Volatile.Write(ref _progress, value);
    }

    /// <summary>Asks for its end; false when it has ended.</summary>
    public bool TryAbort()
    {
        lock (_lock)
        {
            if (_ended)
            {
                return false;
            }

            IsAborted = true;
        }

        // Outside the lock: what hears of it runs here.
        _cancellation.Cancel();
        return true;
    }

    /// <summary>Can no longer be cancelled.</summary>
    public void Dispose()
    {
        // The source has no timer and no handle: an abort that comes in the same moment finds it whole.
        lock (_lock)
        {
            _ended = true;
        }
    }
}
