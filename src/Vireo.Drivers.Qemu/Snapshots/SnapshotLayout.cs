using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Whether and how a snapshot takes a disk.</summary>
internal enum DiskSnapshotMode
{
    /// <summary>Not at all.</summary>
    No,

    /// <summary>Within the disk's own image.</summary>
    Internal,

    /// <summary>The image is frozen, an overlay takes the writes.</summary>
    External,

    /// <summary>Someone else takes it while the guest stands still.</summary>
    Manual,
}

/// <summary>What a snapshot needs to know of one of the domain's disks.</summary>
/// <param name="Target">Name within the domain: vda.</param>
/// <param name="Source">Its image; null for an empty drive.</param>
/// <param name="Format">The image's format by the domain's document.</param>
internal sealed record SubjectDisk(string Target, ImageLocation? Source, ImageFormat Format)
{
    /// <summary>The mode that the domain's document sets for the disk; null when it does not.</summary>
    public DiskSnapshotMode? Default { get; init; }

    /// <summary>Whether the guest cannot write to it.</summary>
    public bool ReadOnly { get; init; }
}

/// <summary>What the snapshot's document asks for one disk.</summary>
/// <param name="Name">Target or source path of the disk.</param>
internal sealed record RequestedDisk(string Name)
{
    /// <summary>The mode; null to take the default.</summary>
    public DiskSnapshotMode? Mode { get; init; }

    /// <summary>The overlay's format; null for qcow2.</summary>
    public string? Format { get; init; }

    /// <summary>The overlay's place; null to have it named after the disk's image.</summary>
    public string? Path { get; init; }

    /// <summary>Whether the overlay is to lie on a block device.</summary>
    public bool OnBlockDevice { get; init; }
}

/// <summary>How a snapshot takes one disk of the domain.</summary>
/// <param name="Disk">The disk.</param>
/// <param name="Mode">How it is taken.</param>
/// <param name="Overlay">Where the overlay goes; null when there is none.</param>
/// <param name="OnBlockDevice">Whether that is a block device.</param>
internal sealed record PlacedDisk(SubjectDisk Disk, DiskSnapshotMode Mode, string? Overlay, bool OnBlockDevice);

/// <summary>Brings the disks that a snapshot document names together with those the domain has, by libvirt's rules.</summary>
internal static class SnapshotLayout
{
    /// <summary>One entry for each disk of the domain, in its order.</summary>
    /// <param name="disks">The domain's disks.</param>
    /// <param name="requests">What the document asks for.</param>
    /// <param name="snapshot">The snapshot's name, for overlays that need one.</param>
    /// <param name="default">The mode of disks of which nothing is said.</param>
    /// <param name="allInternal">Whether no other mode than internal can be had with this kind of snapshot.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_XML_ERROR: the request does not fit the domain.</exception>
    public static IReadOnlyList<PlacedDisk> Align(
        IReadOnlyList<SubjectDisk> disks,
        IReadOnlyList<RequestedDisk> requests,
        string snapshot,
        DiskSnapshotMode @default,
        bool allInternal)
    {
        var asked = new Dictionary<string, RequestedDisk>(StringComparer.Ordinal);
        foreach (var request in requests)
        {
            var disk = disks.FirstOrDefault(d => d.Target == request.Name || (d.Source?.LocalPath is { } path && path == request.Name))
                ?? throw Unsupported($"no disk named '{request.Name}'");
            if (!asked.TryAdd(disk.Target, request))
            {
                throw Unsupported($"disk '{disk.Target}' specified twice");
            }
        }

        var placed = new List<PlacedDisk>(disks.Count);
        foreach (var disk in disks)
        {
            placed.Add(Place(disk, asked.GetValueOrDefault(disk.Target), snapshot, @default, allInternal));
        }

        RefuseCollisions(placed);
        return placed;
    }

    /// <summary>The name of an overlay that was given none: the image's, with the snapshot's name in place of the last suffix.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the image is no regular file.</exception>
    public static string OverlayName(SubjectDisk disk, string snapshot)
    {
        if (disk.Source is not FileLocation { Path: var path })
        {
            var kind = disk.Source is BlockDeviceLocation ? "block" : "network";
            throw Unsupported($"cannot generate external snapshot name for disk '{disk.Target}' on a '{kind}' device");
        }

        if (FileStatus.TryOf(path) is { Kind: not FileKind.Regular })
        {
            throw Unsupported($"source for disk '{disk.Target}' is not a regular file; refusing to generate external snapshot name");
        }

        var dot = path.LastIndexOf('.');
        return (dot > path.LastIndexOf('/') ? path[..dot] : path) + "." + snapshot;
    }

    private static PlacedDisk Place(SubjectDisk disk, RequestedDisk? request, string snapshot, DiskSnapshotMode @default, bool allInternal)
    {
        var own = disk.Default ?? (disk.ReadOnly ? DiskSnapshotMode.No : null);
        var mode = disk.Source is null && request?.Mode is null ? DiskSnapshotMode.No
            : request is { Mode: null } && allInternal ? (own == DiskSnapshotMode.No && disk.ReadOnly ? DiskSnapshotMode.No : @default)
            : request?.Mode ?? own ?? @default;
        if (allInternal && request?.Mode is not (null or DiskSnapshotMode.Internal) && !(request.Mode == DiskSnapshotMode.No && own == DiskSnapshotMode.No))
        {
            throw Unsupported($"disk '{disk.Target}' must use snapshot mode 'internal'");
        }

        if (mode != DiskSnapshotMode.External)
        {
            return request?.Path is { } file
                ? throw Unsupported($"file '{file}' for disk '{disk.Target}' requires use of external snapshot mode")
                : new PlacedDisk(disk, mode, null, false);
        }

        if (request?.Format is { } name)
        {
            var format = ImageFormats.FromName(name) ?? throw Unsupported($"unknown disk snapshot driver '{name}'");
            if (format != ImageFormat.Qcow2)
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"external snapshot format for disk {disk.Target} is unsupported: {name}");
            }
        }

        if (request?.Path is { } path && !path.StartsWith('/'))
        {
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.DomainSnapshot, $"disk snapshot image path '{path}' must be absolute");
        }

        if (request?.Path is { } given)
        {
            SnapshotNames.CheckFile(given);
        }

        return new PlacedDisk(disk, mode, request?.Path ?? OverlayName(disk, snapshot), request?.OnBlockDevice ?? false);
    }

    private static void RefuseCollisions(IReadOnlyList<PlacedDisk> placed)
    {
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var disk in placed.Where(p => p.Overlay is not null))
        {
            if (!taken.TryAdd(disk.Overlay!, disk.Disk.Target))
            {
                throw Unsupported(
                    $"cannot generate external snapshot name for disk '{disk.Disk.Target}': collision with disk '{taken[disk.Overlay!]}', both would use '{disk.Overlay}'");
            }
        }
    }

    private static VireoException Unsupported(string detail) => VireoException.ConfigUnsupported(ErrorDomain.DomainSnapshot, detail);
}
