using System.Collections.Concurrent;

namespace Vireo.Drivers.Qemu.BlockJobs;

/// <summary>What the hypervisor says of its block jobs, for those who wait. A job that has concluded stays with the hypervisor until it is dismissed.</summary>
internal sealed class BlockJobSignals
{
    private readonly ConcurrentDictionary<string, Signals> _jobs = new(StringComparer.Ordinal);

    /// <summary>Completes when the job is ready or has concluded.</summary>
    public Task ReadyAsync(string job) => Task.WhenAny(Of(job).Ready.Task, Of(job).Concluded.Task);

    /// <summary>Completes when the job has concluded, well or badly.</summary>
    public Task ConcludedAsync(string job) => Of(job).Concluded.Task;

    /// <summary>The hypervisor says that a job is ready.</summary>
    public void Ready(string job) => Of(job).Ready.TrySetResult();

    /// <summary>The hypervisor says that a job has concluded.</summary>
    public void Concluded(string job) => Of(job).Concluded.TrySetResult();

    /// <summary>The job is dismissed; its id may be used again.</summary>
    public void Forget(string job) => _jobs.TryRemove(job, out _);

    /// <summary>The process is gone: nobody waits any more.</summary>
    public void EndAll()
    {
        foreach (var signals in _jobs.Values)
        {
            signals.Concluded.TrySetResult();
        }
    }

    private Signals Of(string job) => _jobs.GetOrAdd(job, static _ => new Signals(new(TaskCreationOptions.RunContinuationsAsynchronously), new(TaskCreationOptions.RunContinuationsAsynchronously)));

    private sealed record Signals(TaskCompletionSource Ready, TaskCompletionSource Concluded);
}
