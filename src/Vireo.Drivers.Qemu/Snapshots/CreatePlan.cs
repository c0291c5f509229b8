using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>One disk that gets an overlay.</summary>
/// <param name="Target">The disk: vda.</param>
/// <param name="Base">The image that is frozen.</param>
/// <param name="Layer">The overlay as an image.</param>
/// <param name="File">The overlay to write; null when the user provides it.</param>
/// <param name="Number">The number of its nodes; 0 when no hypervisor runs.</param>
internal sealed record PlannedOverlay(string Target, ImageLayer Base, ImageLayer Layer, OverlayFile? File, int Number)
{
    /// <summary>What is written onto the block device that takes the overlay; null when it is a file or the user's.</summary>
    public Qcow2Overlay? OnDevice { get; init; }
}

/// <summary>All that making a snapshot is going to do. Made without changing anything; what it says is what happens.</summary>
internal sealed record CreatePlan
{
    /// <summary>Unique name of the operation.</summary>
    public required string Id { get; init; }

    /// <summary>The snapshot's metadata.</summary>
    public required QemuSnapshot Snapshot { get; init; }

    /// <summary>The overlays.</summary>
    public required IReadOnlyList<PlannedOverlay> Overlays { get; init; }

    /// <summary>The internal snapshots; none when the overlays are the snapshot.</summary>
    public IReadOnlyList<TaggedImage> Tags { get; init; } = [];

    /// <summary>The file that gets the guest's memory; null when it is not saved.</summary>
    public PlannedFile? Memory { get; init; }

    /// <summary>Whether the guest is left paused, so that the user can copy the disks that he takes himself.</summary>
    public bool LeavesPaused { get; init; }

    /// <summary>Whether a running guest stands still for the moment of the swap, so that disks and TPM are of the same moment: no memory is saved with them.</summary>
    public bool StandsStill { get; init; }

    /// <summary>The live document afterwards; null when the domain is shut off.</summary>
    public DomainConfig? Live { get; init; }

    /// <summary>The persistent document afterwards.</summary>
    public DomainConfig? Persistent { get; init; }

    /// <summary>The live disks afterwards.</summary>
    public LiveDisks? Disks { get; init; }

    /// <summary>The documents that change.</summary>
    public required IReadOnlyList<DocumentChange> Documents { get; init; }
}
