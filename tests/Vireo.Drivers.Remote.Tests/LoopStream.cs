using System.Threading.Channels;

namespace Vireo.Drivers.Remote.Tests;

/// <summary>A driver's stream that gives back what is written to it, and notes how it ended.</summary>
internal sealed class LoopStream : DriverStream
{
    private readonly Channel<byte[]> _data = Channel.CreateBounded<byte[]>(4);
    private byte[] _rest = [];

    public TaskCompletionSource<string> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Written { get; private set; }

    public Exception? FailOnFinish { get; set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_rest.Length == 0)
        {
            if (!await _data.Reader.WaitToReadAsync(cancellationToken)) return 0;
            _rest = await _data.Reader.ReadAsync(cancellationToken);
        }

        int count = Math.Min(buffer.Length, _rest.Length);
        _rest.AsSpan(0, count).CopyTo(buffer.Span);
        _rest = _rest[count..];
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        Written += buffer.Length;
        await _data.Writer.WriteAsync(buffer.ToArray(), cancellationToken);
        if (buffer.Span.EndsWith("END"u8)) _data.Writer.Complete();
    }

    public override ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        Ended.TrySetResult("finished");
        return FailOnFinish is { } error ? ValueTask.FromException(error) : ValueTask.CompletedTask;
    }

    public override ValueTask AbortAsync()
    {
        Ended.TrySetResult("aborted");
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
