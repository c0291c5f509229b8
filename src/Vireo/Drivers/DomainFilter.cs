namespace Vireo.Drivers;

/// <summary>What the filters of <c>virConnectListAllDomains</c> look at.</summary>
public readonly record struct DomainFacts
{
    /// <summary>The state.</summary>
    public DomainState State { get; init; }

    /// <summary>Whether it runs or is paused.</summary>
    public bool IsActive { get; init; }

    /// <summary>Whether it has a persistent definition.</summary>
    public bool IsPersistent { get; init; }

    /// <summary>Whether it starts with the host.</summary>
    public bool Autostart { get; init; }

    /// <summary>Whether a managed save image exists.</summary>
    public bool HasManagedSave { get; init; }

    /// <summary>Whether it has snapshots.</summary>
    public bool HasSnapshots { get; init; }

    /// <summary>Whether it has checkpoints.</summary>
    public bool HasCheckpoints { get; init; }
}

/// <summary>The filters of <c>virConnectListAllDomains</c>: a group of which no flag is given lets everything pass.</summary>
public static class DomainFilter
{
    /// <summary>Whether a domain is to be listed.</summary>
    public static bool Passes(DomainFacts facts, ConnectListAllDomainsFlags flags) =>
        FlagGroup.Passes(flags, (ConnectListAllDomainsFlags.Active, facts.IsActive), (ConnectListAllDomainsFlags.Inactive, !facts.IsActive))
        && FlagGroup.Passes(flags, (ConnectListAllDomainsFlags.Persistent, facts.IsPersistent), (ConnectListAllDomainsFlags.Transient, !facts.IsPersistent))
        && FlagGroup.Passes(
            flags,
            (ConnectListAllDomainsFlags.Running, facts.State == DomainState.Running),
            (ConnectListAllDomainsFlags.Paused, facts.State == DomainState.Paused),
            (ConnectListAllDomainsFlags.Shutoff, facts.State == DomainState.Shutoff),
            (ConnectListAllDomainsFlags.Other, facts.State is not (DomainState.Running or DomainState.Paused or DomainState.Shutoff)))
        && FlagGroup.Passes(flags, (ConnectListAllDomainsFlags.Managedsave, facts.HasManagedSave), (ConnectListAllDomainsFlags.NoManagedsave, !facts.HasManagedSave))
        && FlagGroup.Passes(flags, (ConnectListAllDomainsFlags.Autostart, facts.Autostart), (ConnectListAllDomainsFlags.NoAutostart, !facts.Autostart))
        && FlagGroup.Passes(flags, (ConnectListAllDomainsFlags.HasSnapshot, facts.HasSnapshots), (ConnectListAllDomainsFlags.NoSnapshot, !facts.HasSnapshots))
        && FlagGroup.Passes(flags, (ConnectListAllDomainsFlags.HasCheckpoint, facts.HasCheckpoints), (ConnectListAllDomainsFlags.NoCheckpoint, !facts.HasCheckpoints));
}
