using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>How the domain is when a revert is over.</summary>
internal enum RevertTarget
{
    /// <summary>Shut off.</summary>
    ShutOff,

    /// <summary>Paused.</summary>
    Paused,

    /// <summary>Running.</summary>
    Running,
}

/// <summary>What a revert does with internal snapshots.</summary>
/// <param name="Images">The images, each with the snapshot within it.</param>
/// <param name="Memory">Whether the guest's memory is loaded too.</param>
/// <param name="MemoryDisk">The target of the disk whose image holds it.</param>
/// <param name="InPlace">Whether the process that runs loads it.</param>
/// <param name="Copies">Those of the images that are copies, to be made first.</param>
internal sealed record InternalRevert(IReadOnlyList<TaggedImage> Images, bool Memory, string MemoryDisk, bool InPlace, IReadOnlyList<ImageCopy> Copies);

/// <summary>A new file, or directory, of the state that the guest keeps outside its disks. The old one is set aside until the revert is done, for the old process has it open.</summary>
/// <param name="File">Where it goes.</param>
/// <param name="Content">What is in it.</param>
internal sealed record PlannedState(ReplacedFile File, StateContent Content);

/// <summary>All that a revert is going to do. Made without changing anything.</summary>
internal sealed record RevertPlan
{
    /// <summary>Unique name of the operation.</summary>
    public required string Id { get; init; }

    /// <summary>The snapshot, with the new overlays recorded.</summary>
    public required QemuSnapshot Snapshot { get; init; }

    /// <summary>How the domain is afterwards.</summary>
    public required RevertTarget Target { get; init; }

    /// <summary>The new overlays over the frozen images.</summary>
    public required IReadOnlyList<PlannedOverlay> Overlays { get; init; }

    /// <summary>What happens within the images; null for an external snapshot.</summary>
    public InternalRevert? Internal { get; init; }

    /// <summary>The snapshot of the present state that is made first; null for none.</summary>
    public CreatePlan? Kept { get; init; }

    /// <summary>Whether the new process writes to images that the old one has open: that has to let go of them before.</summary>
    public bool Shares { get; init; }

    /// <summary>What becomes of the firmware's variables and of the TPM's state; without those that stay as they are.</summary>
    public IReadOnlyList<PlannedState> Platform { get; init; } = [];

    /// <summary>The document to start; null when nothing is started.</summary>
    public DomainConfig? Start { get; init; }

    /// <summary>The memory to load; null to boot.</summary>
    public string? Memory { get; init; }

    /// <summary>The persistent document afterwards.</summary>
    public DomainConfig? Persistent { get; init; }

    /// <summary>The snapshot metadata that changes.</summary>
    public required IReadOnlyList<DocumentChange> Metadata { get; init; }

    /// <summary>Overlays of the abandoned state that nothing needs any more.</summary>
    public required IReadOnlyList<RetiredFile> Retire { get; init; }
}
