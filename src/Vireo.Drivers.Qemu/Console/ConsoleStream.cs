using System.Net.Sockets;

namespace Vireo.Drivers.Qemu.Console;

/// <summary>What is typed to and said by a guest's character device.</summary>
internal sealed class ConsoleStream(ConsoleSessions sessions, string path, Stream device) : DriverStream
{
    private readonly CancellationTokenSource _ended = new();
    private int _disposed;

    /// <summary>The terminal or socket.</summary>
    public string Path { get; } = path;

    /// <summary>Whether it never came to be the device's session.</summary>
    public bool IsDetached { get; private set; }

    /// <summary>Says that it is not the device's session.</summary>
    public void Detach() => IsDetached = true;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token, cancellationToken);
        try
        {
            return await device.ReadAsync(buffer, either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (IsEnd(e) && !cancellationToken.IsCancellationRequested)
        {
            // The session was taken over, or the guest's end of the terminal has gone: that is where the data ends.
            return 0;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token, cancellationToken);
        try
        {
            await device.WriteAsync(buffer, either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (IsEnd(e) && !cancellationToken.IsCancellationRequested)
        {
            throw VireoException.OperationFailed(ErrorDomain.Streams, "the console session has ended", e);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _ended.CancelAsync().ConfigureAwait(false);
        sessions.Ended(this);
        await device.DisposeAsync().ConfigureAwait(false);
    }

    private static bool IsEnd(Exception e) => e is OperationCanceledException or ObjectDisposedException or IOException or SocketException or VireoException;
}
