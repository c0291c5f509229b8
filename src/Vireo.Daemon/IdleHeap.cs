namespace Vireo.Daemon;

/// <summary>
/// Gives memory back when the daemon has nothing to do. The collector runs when something is allocated, so what a burst of calls leaves
/// behind would otherwise stay for as long as nobody calls.
/// </summary>
internal sealed class IdleHeap : IDisposable
{
    /// <summary>Bytes allocated between two looks below which the daemon counts as idle.</summary>
    public const long IdleBytes = 256 * 1024;

    /// <summary>Bytes allocated since the last time that make it worth while.</summary>
    public const long WorthBytes = 8 * 1024 * 1024;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    private readonly Timer? _timer;
    private long _seen;
    private long _collected;

    private IdleHeap(bool look)
    {
        if (look) _timer = new Timer(static heap => ((IdleHeap)heap!).Look(), this, s_interval, s_interval);
    }

    /// <summary>Looks every few seconds from now on.</summary>
    public static IdleHeap Watch() => new(look: true);

    /// <summary>Decides and collects nothing by itself.</summary>
    internal static IdleHeap Unwatched() => new(look: false);

    /// <summary>Whether now is the time to collect; it counts as done.</summary>
    /// <param name="allocated">Bytes allocated since the start.</param>
    internal bool IsDue(long allocated)
    {
        bool idle = allocated - _seen < IdleBytes;
        _seen = allocated;
        if (!idle || allocated - _collected < WorthBytes) return false;
        _collected = allocated;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        if (IsDue(GC.GetTotalAllocatedBytes())) GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
