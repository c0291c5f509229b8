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
        Group(flags, (ConnectListAllDomainsFlags.Active, facts.IsActive), (ConnectListAllDomainsFlags.Inactive, !facts.IsActive))
        && Group(flags, (ConnectListAllDomainsFlags.Persistent, facts.IsPersistent), (ConnectListAllDomainsFlags.Transient, !facts.IsPersistent))
        && Group(
            flags,
            (ConnectListAllDomainsFlags.Running, facts.State == DomainState.Running),
            (ConnectListAllDomainsFlags.Paused, facts.State == DomainState.Paused),
            (ConnectListAllDomainsFlags.Shutoff, facts.State == DomainState.Shutoff),
            (ConnectListAllDomainsFlags.Other, facts.State is not (DomainState.Running or DomainState.Paused or DomainState.Shutoff)))
        && Group(flags, (ConnectListAllDomainsFlags.Managedsave, facts.HasManagedSave), (ConnectListAllDomainsFlags.NoManagedsave, !facts.HasManagedSave))
        && Group(flags, (ConnectListAllDomainsFlags.Autostart, facts.Autostart), (ConnectListAllDomainsFlags.NoAutostart, !facts.Autostart))
        && Group(flags, (ConnectListAllDomainsFlags.HasSnapshot, facts.HasSnapshots), (ConnectListAllDomainsFlags.NoSnapshot, !facts.HasSnapshots))
        && Group(flags, (ConnectListAllDomainsFlags.HasCheckpoint, facts.HasCheckpoints), (ConnectListAllDomainsFlags.NoCheckpoint, !facts.HasCheckpoints));

    private static bool Group(ConnectListAllDomainsFlags flags, params ReadOnlySpan<(ConnectListAllDomainsFlags Flag, bool Holds)> members)
    {
        var asked = false;
        foreach (var (flag, holds) in members)
        {
            if ((flags & flag) != 0)
            {
                asked = true;
                if (holds)
                {
                    return true;
                }
            }
        }

        return !asked;
    }
}
