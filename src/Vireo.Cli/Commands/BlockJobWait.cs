using Vireo.Cli.Shell;
using Vireo.Drivers;

namespace Vireo.Cli.Commands;

/// <summary>
/// Waits for the end of a block job, or until it is ready, and shows its progress. Listens from before the job begins, so that no end is missed; the timeout and
/// Ctrl-C give the job up.
/// </summary>
/// <param name="context">The command: <c>--verbose</c>, <c>--timeout</c> and <c>--async</c> are its options.</param>
/// <param name="domain">The domain.</param>
/// <param name="path">The disk as the user names it.</param>
/// <param name="title">What the progress is of.</param>
internal sealed class BlockJobWait(CommandContext context, Domain domain, string path, string title) : IAsyncDisposable
{
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(500);

    private readonly TaskCompletionSource<ConnectDomainEventBlockJobStatus> _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<IAsyncDisposable> _subscriptions = [];
    private readonly TimeSpan? _timeout = context.Command.Timeout();
    private (ulong At, ulong End) _shown;

    /// <summary>Begins to listen.</summary>
    public static async ValueTask<BlockJobWait> BeginAsync(CommandContext context, Domain domain, string path, string title)
    {
        var wait = new BlockJobWait(context, domain, path, title);
        foreach (var kind in new[] { DomainEventID.BlockJob, DomainEventID.BlockJob2 })
        {
            wait._subscriptions.Add(await domain.Connection.SubscribeAsync(kind, wait.Hear, domain, context.CancellationToken));
        }
        return wait;
    }

    /// <summary>Waits.</summary>
    /// <returns>How it has ended, or that it is ready.</returns>
    public async ValueTask<ConnectDomainEventBlockJobStatus> RunAsync()
    {
        using var interrupt = new InterruptScope();
        using var deadline = new CancellationTokenSource();
        if (_timeout is { } limit)
        {
            deadline.CancelAfter(limit);
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, interrupt.Token, deadline.Token);
        while (true)
        {
            var info = await QueryAsync();
            if (_told.Task.IsCompleted)
            {
                break;
            }
            Show(info);
            await Task.WhenAny(_told.Task, Task.Delay(s_pace, stop.Token));
            if (stop.IsCancellationRequested && !_told.Task.IsCompleted)
            {
                var flags = context.Command.Flags(("async", (uint)DomainBlockJobAbortFlags.Async));
                await domain.Connection.Driver.Hypervisor.DomainBlockJobAbortAsync(domain.Reference, path, flags, CancellationToken.None);
                return ConnectDomainEventBlockJobStatus.Canceled;
            }
        }
        var status = await _told.Task;
        if (context.Command.Has("verbose") && status is ConnectDomainEventBlockJobStatus.Completed or ConnectDomainEventBlockJobStatus.Ready)
        {
            ShowProgress(context.Session, title, 1, 1);
        }
        return status;
    }

    /// <summary>One line of progress; to standard error, where nothing holds it back.</summary>
    public static void ShowProgress(Session session, string title, ulong at, ulong end)
    {
        // What is not done yet never looks finished.
        var percent = at >= end ? 100 : end < 1UL << 56 ? Math.Min(at * 100 / end, 99) : Math.Min(at / (end / 100), 99);
        session.Output.Flush();
        session.Errors.Write($"\r{title}: [{percent,3} %]");
        session.Errors.Flush();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var subscription in _subscriptions)
        {
            await subscription.DisposeAsync();
        }
    }

    private void Hear(DomainEvent happened)
    {
        // The older event names the image, the newer one the disk; a user may name either.
        var (name, status) = happened switch
        {
            DomainBlockJobEvent e => (e.Path, e.Status),
            DomainBlockJob2Event e => (e.Dst, e.Status),
            _ => ("", 0),
        };
        if (name == path)
        {
            _told.TrySetResult((ConnectDomainEventBlockJobStatus)status);
        }
    }

    private ValueTask<DomainGetBlockJobInfoResult> QueryAsync() =>
        CommandContext.TryAsync(
            $"failed to query job for disk {path}", () => domain.Connection.Driver.Hypervisor.DomainGetBlockJobInfoAsync(domain.Reference, path, 0, CancellationToken.None));

    private void Show(DomainGetBlockJobInfoResult info)
    {
        if (context.Command.Has("verbose") && info.Found != 0 && (info.Cur, info.End) != _shown)
        {
            _shown = (info.Cur, info.End);
            ShowProgress(context.Session, title, info.Cur, info.End);
        }
    }
}
