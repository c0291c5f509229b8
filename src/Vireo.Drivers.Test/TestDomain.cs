using Vireo.Config;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Test;

/// <summary>One domain of the test hypervisor. Guarded by the hypervisor's lock.</summary>
internal sealed class TestDomain
{
    /// <summary>The persistent definition; null for a transient domain.</summary>
    public DomainConfig? Persistent { get; set; }

    /// <summary>The running definition; null when it does not run.</summary>
    public DomainConfig? Live { get; set; }

    /// <summary>Its id; -1 when it does not run.</summary>
    public int Id { get; set; } = -1;

    /// <summary>Its state.</summary>
    public DomainState State { get; set; } = DomainState.Shutoff;

    /// <summary>Why it is in the state.</summary>
    public int Reason { get; set; }

    /// <summary>Whether it is to start with the host.</summary>
    public bool Autostart { get; set; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset Started { get; set; }

    /// <summary>Its snapshots.</summary>
    public SnapshotTree<TestSnapshot> Snapshots { get; set; } = SnapshotTree<TestSnapshot>.Empty;

    /// <summary>What it is made of now: the running definition, else the persistent one.</summary>
    public DomainConfig Config => Live ?? Persistent!;

    /// <summary>Its name.</summary>
    public string Name => Config.Name!;

    /// <summary>Its UUID.</summary>
    public Guid Uuid => Config.Uuid!.Value;

    /// <summary>Whether it runs (or is paused).</summary>
    public bool IsActive => Live is not null;

    /// <summary>How the contract names it.</summary>
    public DomainRef Reference => new(Name, Uuid, Id);
}
