using System.Globalization;
using System.Threading.Channels;

namespace Vireo.Cli.Commands;

/// <summary>Waits for events and prints them: one, or with <c>--loop</c> all until the timeout or Ctrl-C.</summary>
internal static class EventWait
{
    // A client that prints slower than events come must not grow without end.
    private const int MostWaiting = 65536;

    /// <param name="context">The command: <c>--loop</c>, <c>--timeout</c> and <c>--timestamp</c> are its options.</param>
    /// <param name="subscribe">Begins to listen.</param>
    /// <param name="print">An event's line.</param>
    public static async ValueTask RunAsync<T>(CommandContext context, Func<Action<T>, List<IAsyncDisposable>, ValueTask> subscribe, Func<T, string> print)
    {
        var timeout = context.Command.Timeout();
        var events = Channel.CreateBounded<T>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest });
        var subscriptions = new List<IAsyncDisposable>();
        try
        {
            await subscribe(happened => events.Writer.TryWrite(happened), subscriptions);
            await WaitAsync(context, events.Reader, timeout, print);
        }
        finally
        {
            foreach (var subscription in subscriptions)
            {
                await subscription.DisposeAsync();
            }
        }
    }

    private static async ValueTask WaitAsync<T>(CommandContext context, ChannelReader<T> events, TimeSpan? timeout, Func<T, string> print)
    {
        var loop = context.Command.Has("loop");
        var received = 0;
        var ending = "";
        using var deadline = new CancellationTokenSource();
        using var interrupt = new Shell.InterruptScope();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, deadline.Token, interrupt.Token);
        if (timeout is { } limit)
        {
            deadline.CancelAfter(limit);
        }
        try
        {
            do
            {
                var happened = await events.ReadAsync(stop.Token);
                received++;
                context.Print((context.Command.Has("timestamp") ? Timestamp() + ": " : "") + print(happened));
                context.Session.Output.Flush();
            }
            while (loop);
        }
        catch (OperationCanceledException)
        {
            ending = deadline.IsCancellationRequested ? "event loop timed out\n" : "event loop interrupted\n";
        }
        while (loop && events.TryRead(out var late))
        {
            received++;
            context.Print((context.Command.Has("timestamp") ? Timestamp() + ": " : "") + print(late));
        }
        context.Print(ending);
        context.Print($"events received: {received}\n");
        context.Failed = received == 0;
    }

    private static string Timestamp() => DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm:ss.fff+0000", CultureInfo.InvariantCulture);
}
