using Vireo.Cli.Shell;

namespace Vireo.Cli.Commands;

/// <summary>Runs what is a long job of its domain: with <c>--verbose</c> its progress is shown, and Ctrl-C asks for the job's end, not for the tool's.</summary>
internal static class JobWait
{
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(500);

    /// <param name="context">The command.</param>
    /// <param name="domain">The domain.</param>
    /// <param name="title">What the progress is of.</param>
    /// <param name="failure">What is said when the job fails.</param>
    /// <param name="step">The job; it is waited for even when it is to be given up.</param>
    public static async ValueTask RunAsync(CommandContext context, Domain domain, string title, string failure, Func<CancellationToken, ValueTask> step)
    {
        var job = CommandContext.TryAsync(failure, () => step(CancellationToken.None)).AsTask();
        using var interrupt = new InterruptScope();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, interrupt.Token);
        var shown = context.Command.Has("verbose");
        while (await Task.WhenAny(job, Task.Delay(s_pace, stop.Token)) != job && !stop.IsCancellationRequested)
        {
            if (shown)
            {
                await ShowAsync(context.Session, domain, title);
            }
        }
        if (!job.IsCompleted)
        {
            await AbortAsync(domain);
        }
        await job;
        if (shown)
        {
            BlockJobWait.ShowProgress(context.Session, title, 1, 1);
        }
    }

    private static async ValueTask ShowAsync(Session session, Domain domain, string title)
    {
        try
        {
            var job = await domain.Connection.Driver.Hypervisor.DomainGetJobInfoAsync(domain.Reference, CancellationToken.None);
            if (job.DataTotal > 0)
            {
                BlockJobWait.ShowProgress(session, title, job.DataTotal - Math.Min(job.DataRemaining, job.DataTotal), job.DataTotal);
            }
        }
        catch (VireoException)
        {
            // It has just ended, or cannot be watched: its own end tells all there is to tell.
        }
    }

    private static async ValueTask AbortAsync(Domain domain)
    {
        try
        {
            await domain.Connection.Driver.Hypervisor.DomainAbortJobAsync(domain.Reference, CancellationToken.None);
        }
        catch (VireoException ended) when (ended.Code == ErrorCode.OperationInvalid)
        {
            // It was over before it could be given up.
        }
    }
}
