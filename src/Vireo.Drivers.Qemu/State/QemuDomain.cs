using Vireo.Drivers.Qemu.Agent;
using Vireo.Drivers.Qemu.Checkpoints;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Qemu.Statistics;

namespace Vireo.Drivers.Qemu.State;

/// <summary>One domain: its published view, its job queue, and its process while it runs.</summary>
internal sealed class QemuDomain(QemuHypervisor hypervisor, DomainView view)
{
    private DomainView _view = view;
    private QemuProcess? _process;
    private DomainSnapshots? _snapshots;
    private JobStatistics? _completed;
    private StillFigures? _stillFigures;
    private DomainCheckpoints? _checkpoints;

    /// <summary>The hypervisor it belongs to.</summary>
    public QemuHypervisor Hypervisor { get; } = hypervisor;

    /// <summary>Its changes, one at a time.</summary>
    public DomainJobQueue Jobs { get; } = new();

    /// <summary>What is asked of its guest agent, one at a time, beside its changes.</summary>
    public DomainJobQueue AgentJobs { get; } = new("agent");

    /// <summary>What is known of it now. Reading never waits.</summary>
    public DomainView View => Volatile.Read(ref _view);

    /// <summary>The process that runs it; null while it does not run. Set within the domain's job only.</summary>
    public QemuProcess? Process
    {
        get => Volatile.Read(ref _process);
        set => Volatile.Write(ref _process, value);
    }

    /// <summary>What was told last of it while it did not run; null before anyone asked.</summary>
    public StillFigures? StillFigures
    {
        get => Volatile.Read(ref _stillFigures);
        set => Volatile.Write(ref _stillFigures, value);
    }

    /// <summary>Its snapshots.</summary>
    public DomainSnapshots Snapshots => Volatile.Read(ref _snapshots) ?? LoadSnapshots();

    /// <summary>What a domain has that is made together with its snapshots and checkpoints: nothing of them is read from disk.</summary>
    public (DomainSnapshots Snapshots, DomainCheckpoints Checkpoints) Moments
    {
        init => (_snapshots, _checkpoints) = value;
    }

    /// <summary>Its checkpoints.</summary>
    public DomainCheckpoints Checkpoints => Volatile.Read(ref _checkpoints) ?? LoadCheckpoints();

    /// <summary>Reads its checkpoints from disk.</summary>
    public DomainCheckpoints LoadCheckpoints()
    {
        var loaded = DomainCheckpoints.Load(Path.Combine(Hypervisor.Paths.QemuCheckpoints, View.Name), Hypervisor.Snapshots.Report);
        Update(v => v with { CheckpointCount = loaded.Tree.Count });
        return Interlocked.CompareExchange(ref _checkpoints, loaded, null) ?? loaded;
    }

    /// <summary>Reads its snapshots from disk.</summary>
    public DomainSnapshots LoadSnapshots()
    {
        var loaded = DomainSnapshots.Load(Path.Combine(Hypervisor.Paths.QemuSnapshots, View.Name), Hypervisor.Snapshots);
        Update(v => v with { SnapshotCount = loaded.Tree.Count });
        return Interlocked.CompareExchange(ref _snapshots, loaded, null) ?? loaded;
    }

    /// <summary>The process, or libvirt's error for a domain that does not run.</summary>
    public QemuProcess RequireProcess(ErrorDomain domain = ErrorDomain.Domain) =>
        Process ?? throw VireoException.OperationInvalid(domain, "domain is not running");

    /// <summary>Its guest agent, or libvirt's error for a domain that has none to talk to now.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_INVALID, VIR_ERR_ARGUMENT_UNSUPPORTED, VIR_ERR_AGENT_UNRESPONSIVE.</exception>
    public GuestAgent RequireAgent()
    {
        if (View.State != DomainState.Running || Process is not { } process)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, "domain is not running");
        }

        return process.Agent is { } channel
            ? channel.Require()
            : throw new VireoException(ErrorCode.ArgumentUnsupported, ErrorDomain.Qemu, "QEMU guest agent is not configured");
    }

    /// <summary>Notes how far the long job under way is; nothing when there is none.</summary>
    public void Progressed(JobProgress progress)
    {
        if (Jobs.Long is { } job)
        {
            job.Progress = progress;
        }
    }

    /// <summary>The long job under way has moved the guest's memory: tells of it and keeps what is told.</summary>
    public void MemoryMoved()
    {
        if (Jobs.Long is { } job)
        {
            Completed(JobStatistics.Of(job) with { Type = DomainJobType.Completed });
        }
    }

    /// <summary>Tells of a long job that has ended, and keeps what is told.</summary>
    public void Completed(JobStatistics statistics)
    {
        Volatile.Write(ref _completed, statistics);
        Publish(new DomainJobCompletedEvent(View.Ref, statistics.ToParameters()));
    }

    /// <summary>The last long job of which was told; null for none.</summary>
    /// <param name="keep">It is told again the next time.</param>
    public JobStatistics? CompletedJob(bool keep) => keep ? Volatile.Read(ref _completed) : Interlocked.Exchange(ref _completed, null);

    /// <summary>Publishes the next view. <paramref name="change"/> may run more than once and must only compute.</summary>
    public DomainView Update(Func<DomainView, DomainView> change)
    {
        while (true)
        {
            var before = View;
            var after = change(before);
            if (ReferenceEquals(before, after) || ReferenceEquals(Interlocked.CompareExchange(ref _view, after, before), before))
            {
                return after;
            }
        }
    }

    /// <summary>Publishes the next view where <paramref name="change"/> has one; false when it returns null.</summary>
    public bool TryUpdate(Func<DomainView, DomainView?> change)
    {
        while (true)
        {
            var before = View;
            if (change(before) is not { } after)
            {
                return false;
            }

            if (ReferenceEquals(Interlocked.CompareExchange(ref _view, after, before), before))
            {
                return true;
            }
        }
    }

    /// <summary>Waits for the turn of a change.</summary>
    /// <param name="api">The C API's function, for those who wait.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public ValueTask<DomainJobQueue.DomainJob> EnterAsync(string api, CancellationToken cancellationToken) => Jobs.EnterAsync(api, View.Name, null, cancellationToken);

    /// <summary>Waits for the turn with the guest agent.</summary>
    /// <param name="api">The C API's function, for those who wait.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public ValueTask<DomainJobQueue.DomainJob> EnterAgentAsync(string api, CancellationToken cancellationToken) => AgentJobs.EnterAsync(api, View.Name, null, cancellationToken);

    /// <summary>Tells everybody of a change of the domain's life.</summary>
    public void Lifecycle(DomainEventType type, int detail) => Hypervisor.Events.Publish(new DomainLifecycleEvent(View.Ref, (int)type, detail));

    /// <summary>Tells everybody of something else.</summary>
    public void Publish(DomainEvent happened) => Hypervisor.Events.Publish(happened);
}
