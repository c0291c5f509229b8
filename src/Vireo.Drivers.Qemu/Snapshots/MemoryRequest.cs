using Vireo.Config;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>What a snapshot's document says of the guest's memory, by libvirt's rules.</summary>
internal static class MemoryRequest
{
    /// <summary>How the memory is to be saved; null when the document leaves that open.</summary>
    /// <param name="memory">The element.</param>
    /// <param name="possible">Whether there is any memory: not of a domain that is shut off, nor in a snapshot of disks only.</param>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: the element contradicts itself or the snapshot.</exception>
    public static SnapshotLocation? Mode(SnapshotMemory? memory, bool possible)
    {
        var file = memory?.File;
        var mode = memory?.Snapshot switch
        {
            null or SnapshotLocation.Default => file is null ? null : SnapshotLocation.External,
            var given => given,
        };
        var wrong = mode == SnapshotLocation.External && file is null ? "external memory snapshots require a filename"
            : file is not null && mode != SnapshotLocation.External ? $"memory filename '{file}' requires external snapshot"
            : mode is not (null or SnapshotLocation.No) && !possible ? "memory state cannot be saved with offline or disk-only snapshot"
            : file is not null && !file.StartsWith('/') ? $"memory snapshot file path ({file}) must be absolute"
            : null;
        return wrong is null ? mode : throw new VireoException(ErrorCode.XmlError, ErrorDomain.DomainSnapshot, wrong);
    }
}
