using Vireo.Config;

namespace Vireo.Drivers.Qemu.State;

/// <summary>
/// All that is known of a domain at one moment. Immutable and published as a whole, so whoever asks gets an answer that fits together, and never waits.
/// </summary>
internal sealed record DomainView
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The identity.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>The number of the running domain; -1 when it is not active.</summary>
    public int Id { get; init; } = -1;

    /// <summary>The state.</summary>
    public DomainState State { get; init; } = DomainState.Shutoff;

    /// <summary>Why it is in that state; one of the enum that belongs to the state.</summary>
    public int Reason { get; init; }

    /// <summary>What runs; null when it is not active.</summary>
    public DomainConfig? Live { get; init; }

    /// <summary>What the next start takes; null when it is transient.</summary>
    public DomainConfig? Persistent { get; init; }

    /// <summary>The complete document that a transient domain was made from; null where there is a persistent one, and after the daemon was started anew.</summary>
    public DomainConfig? Started { get; init; }

    /// <summary>Whether it starts with the host.</summary>
    public bool Autostart { get; init; }

    /// <summary>Whether it starts with the host the next time, and not again.</summary>
    public bool AutostartOnce { get; init; }

    /// <summary>Whether a managed save image lies ready.</summary>
    public bool HasManagedSave { get; init; }

    /// <summary>Whether it was changed while it ran (<c>virDomainIsUpdated</c>).</summary>
    public bool Updated { get; init; }

    /// <summary>How many snapshots there are; kept here for the filters of lists.</summary>
    public int SnapshotCount { get; init; }

    /// <summary>How many checkpoints there are; kept here for the filters of lists.</summary>
    public int CheckpointCount { get; init; }

    /// <summary>How long the guest agent is waited for, in seconds; negative as in <c>virDomainAgentResponseTimeoutValues</c>.</summary>
    public int AgentTimeout { get; init; } = (int)DomainAgentResponseTimeoutValues.Block;

    /// <summary>The balloon's last known size in KiB; null until it is known.</summary>
    public ulong? BalloonKiB { get; init; }

    /// <summary>Whether a process runs it.</summary>
    public bool IsActive => Id >= 0;

    /// <summary>Whether it outlives being shut off.</summary>
    public bool IsPersistent => Persistent is not null;

    /// <summary>The document that holds now: live when it runs, else the persistent one.</summary>
    public DomainConfig Config => Live ?? Persistent ?? Started ?? throw VireoException.Internal(ErrorDomain.Qemu, $"domain '{Name}' has no configuration");

    /// <summary>The document that the next start takes: the persistent one, else what it was made from.</summary>
    public DomainConfig NextConfig => IsActive ? Persistent ?? Started ?? Config : Started ?? Persistent ?? Config;

    /// <summary>How it crosses the contract.</summary>
    public DomainRef Ref => new(Name, Uuid, Id);

    /// <summary>For the filters of lists.</summary>
    public DomainFacts Facts => new()
    {
        State = State,
        IsActive = IsActive,
        IsPersistent = IsPersistent,
        Autostart = Autostart,
        HasManagedSave = HasManagedSave,
        HasSnapshots = SnapshotCount > 0,
        HasCheckpoints = CheckpointCount > 0,
    };

    /// <summary>The same in another state.</summary>
    public DomainView In(DomainState state, int reason) => this with { State = state, Reason = reason };
}
