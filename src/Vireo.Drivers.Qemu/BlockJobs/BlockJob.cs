using System.Collections.Immutable;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.BlockJobs;

/// <summary>How far a block job has come.</summary>
internal enum BlockJobPhase
{
    /// <summary>It copies.</summary>
    Running,

    /// <summary>All is copied and what the guest writes goes to both sides: it can be pivoted or given up.</summary>
    Ready,

    /// <summary>The guest is being moved to the other side.</summary>
    Pivoting,

    /// <summary>It is being given up.</summary>
    Aborting,
}

/// <summary>A job of the hypervisor on the images of one disk. Kept in the live state, so that a new daemon takes it up.</summary>
internal sealed record BlockJob
{
    /// <summary>Its id in the hypervisor.</summary>
    public required string Id { get; init; }

    /// <summary>What it does.</summary>
    public required DomainBlockJobType Type { get; init; }

    /// <summary>The disk: vda.</summary>
    public required string Target { get; init; }

    /// <summary>Commit: the number of the uppermost image that is merged down. Pull: of the image that is filled.</summary>
    public int Top { get; init; }

    /// <summary>The number of the image below all that are merged (pull), or into which they are merged (commit); 0 for none.</summary>
    public int Base { get; init; }

    /// <summary>Copy: the images of the destination, top first.</summary>
    public ImmutableArray<ImageLayer> Mirror { get; init; } = [];

    /// <summary>Copy: their numbers.</summary>
    public ImmutableArray<int> MirrorNumbers { get; init; } = [];

    /// <summary>Copy: the destination stands on what lies below the disk's top image.</summary>
    public bool SharesBacking { get; init; }

    /// <summary>Commit: the files of the merged images are removed.</summary>
    public bool Delete { get; init; }

    /// <summary>How far it has come.</summary>
    public BlockJobPhase Phase { get; init; }

    /// <summary>Whether it has two sides to choose from at its end.</summary>
    public bool Mirrors => Type is DomainBlockJobType.Copy or DomainBlockJobType.ActiveCommit;
}
