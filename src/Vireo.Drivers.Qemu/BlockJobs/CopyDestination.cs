using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.BlockJobs;

/// <summary>Where and how a disk is copied.</summary>
/// <param name="Chain">The images of the destination as they are opened.</param>
internal sealed record CopyDestination(ImageChain Chain)
{
    /// <summary>Only the top image is copied; the destination stands on the same images.</summary>
    public bool Shallow { get; init; }

    /// <summary>The destination stands on the disk's own backing images.</summary>
    public bool SharesBacking { get; init; }

    /// <summary>Bytes a second; 0 for no limit.</summary>
    public long Speed { get; init; }

    /// <summary>Bytes of the dirty bitmap's granularity; 0 for the hypervisor's own.</summary>
    public uint Granularity { get; init; }

    /// <summary>Bytes that may be in flight; 0 for the hypervisor's own.</summary>
    public long Buffer { get; init; }

    /// <summary>A write of the guest is done when both sides have it.</summary>
    public bool Synchronous { get; init; }
}
