namespace Vireo.Drivers;

/// <summary>
/// Data that flows beside the calls: a console, a channel, a volume's contents. The driver's end; whoever asked for it reads, writes and ends it.
/// Answers to <c>virStream</c>.
/// </summary>
public abstract class DriverStream : IAsyncDisposable
{
    /// <summary>Reads what is there, waiting for the first byte. 0 is the end of the data.</summary>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Writes all of the buffer.</summary>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>The orderly end: what was written is complete (<c>virStreamFinish</c>). Throws when the data could not be stored.</summary>
    public virtual ValueTask FinishAsync(CancellationToken cancellationToken) => DisposeAsync();

    /// <summary>Gives the transfer up (<c>virStreamAbort</c>).</summary>
    public virtual ValueTask AbortAsync() => DisposeAsync();

    /// <summary>Releases what lies behind it.</summary>
    public abstract ValueTask DisposeAsync();
}
