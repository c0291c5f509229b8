namespace Vireo.Drivers.Test;

/// <content>Going back to a snapshot.</content>
internal sealed partial class TestConnection
{
    private const DomainSnapshotRevertFlags EndStates = DomainSnapshotRevertFlags.Running | DomainSnapshotRevertFlags.Paused | DomainSnapshotRevertFlags.Stopped;

    public override ValueTask DomainRevertToSnapshotAsync(DomainSnapshotRef snap, uint flags, CancellationToken cancellationToken)
    {
        const DomainSnapshotRevertFlags known = EndStates | DomainSnapshotRevertFlags.Force | DomainSnapshotRevertFlags.Respawn;
        VireoException.CheckFlags(flags, (uint)known, ErrorDomain.Test, "virDomainRevertToSnapshot");
        var how = (DomainSnapshotRevertFlags)flags;
        if (System.Numerics.BitOperations.PopCount((uint)(how & EndStates)) > 1)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Test, "running, paused and stopped exclude each other in virDomainRevertToSnapshot");
        }

        return On(snap.Dom, domain => Revert(domain, Find(domain, snap.Name), how));
    }

    private static DomainState EndState(TestSnapshot snapshot, DomainSnapshotRevertFlags how) => (how & EndStates) switch
    {
        DomainSnapshotRevertFlags.Running => DomainState.Running,
        DomainSnapshotRevertFlags.Paused => DomainState.Paused,
        DomainSnapshotRevertFlags.Stopped => DomainState.Shutoff,
        _ => snapshot.State,
    };

    private void Revert(TestDomain domain, TestSnapshot snapshot, DomainSnapshotRevertFlags how)
    {
        var end = EndState(snapshot, how);
        if (domain.Persistent is null && end == DomainState.Shutoff)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Test, "transient domain needs to request run or pause to revert to inactive snapshot");
        }

        if (domain.Persistent is not null)
        {
            domain.Persistent = snapshot.Document.Domain;
        }

        domain.Snapshots = domain.Snapshots.WithCurrent(snapshot.Name);
        if (end == DomainState.Shutoff)
        {
            if (domain.IsActive)
            {
                hypervisor.Stop(domain, DomainShutoffReason.FromSnapshot, DomainEventStoppedDetailType.FromSnapshot);
            }
        }
        else
        {
            Resume(domain, snapshot, end);
        }
    }

    private void Resume(TestDomain domain, TestSnapshot snapshot, DomainState end)
    {
        var before = domain.State;
        if (domain.IsActive)
        {
            domain.Live = snapshot.Document.Domain;
        }
        else
        {
            hypervisor.Start(domain, DomainRunningReason.FromSnapshot);
            hypervisor.Tell(domain.Reference, DomainEventType.Started, (int)DomainEventStartedDetailType.FromSnapshot);
        }

        domain.State = end;
        domain.Reason = end == DomainState.Running ? (int)DomainRunningReason.FromSnapshot : (int)DomainPausedReason.FromSnapshot;
        if (end == DomainState.Paused && before != DomainState.Paused)
        {
            hypervisor.Tell(domain.Reference, DomainEventType.Suspended, (int)DomainEventSuspendedDetailType.FromSnapshot);
        }
        else if (end == DomainState.Running && before == DomainState.Paused)
        {
            hypervisor.Tell(domain.Reference, DomainEventType.Resumed, (int)DomainEventResumedDetailType.FromSnapshot);
        }
    }
}
