using Vireo.Config;
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

    /// <summary>Whether other domains may use it at the same time.</summary>
    public bool Shareable { get; init; }

    /// <summary>Of a disk as the domain's document has it.</summary>
    public static SubjectDisk Of(DiskConfig disk) => new(disk.Target?.Dev ?? "", disk.Location(), disk.Format())
    {
        Default = RequestedDisk.ModeOf(disk.Snapshot),
        ReadOnly = disk.Readonly,
        Shareable = disk.Shareable,
    };

    /// <summary>Whether a snapshot's document means it by that name: its target, or its image's path.</summary>
    public bool IsNamed(string name) => Target == name || (Source?.LocalPath is { } path && path == name);
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

    /// <summary>Of a disk as the snapshot's document has it.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: it has no name.</exception>
    public static RequestedDisk Of(SnapshotDisk disk) => new(disk.Name ?? throw VireoException.Internal(ErrorDomain.DomainSnapshot, "missing name from disk snapshot element"))
    {
        Mode = ModeOf(disk.Snapshot) ?? (disk.Source is not null ? DiskSnapshotMode.External : null),
        Format = disk.Driver?.Type,
        Path = disk.Source?.File ?? disk.Source?.Dev,
        OnBlockDevice = disk.Type == DiskType.Block,
    };

    /// <summary>The mode that a document says; null when it says none.</summary>
    public static DiskSnapshotMode? ModeOf(SnapshotLocation? location) => location switch
    {
        SnapshotLocation.No => DiskSnapshotMode.No,
        SnapshotLocation.Internal => DiskSnapshotMode.Internal,
        SnapshotLocation.External => DiskSnapshotMode.External,
        SnapshotLocation.Manual => DiskSnapshotMode.Manual,
        _ => null,
    };
}

/// <summary>How a snapshot takes one disk of the domain.</summary>
/// <param name="Disk">The disk.</param>
/// <param name="Mode">How it is taken.</param>
/// <param name="Overlay">Where the overlay goes; null when there is none.</param>
/// <param name="OnBlockDevice">Whether that is a block device.</param>
internal sealed record PlacedDisk(SubjectDisk Disk, DiskSnapshotMode Mode, string? Overlay, bool OnBlockDevice)
{
    /// <summary>The mode as documents say it.</summary>
    public SnapshotLocation Location => Mode switch
    {
        DiskSnapshotMode.Internal => SnapshotLocation.Internal,
        DiskSnapshotMode.External => SnapshotLocation.External,
        DiskSnapshotMode.Manual => SnapshotLocation.Manual,
        _ => SnapshotLocation.No,
    };
}

/// <summary>Brings the disks that a snapshot document names together with those the domain has, by libvirt's rules.</summary>
/// <param name="snapshot">The snapshot's name, for overlays that need one.</param>
/// <param name="external">Whether disks of which nothing is said get an overlay; else all disks are taken within their images, and no other mode can be had.</param>
/// <param name="refusals">Told VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_XML_ERROR: the request does not fit the domain.</param>
internal sealed class SnapshotLayout(string snapshot, bool external, Refusals refusals)
{
    /// <summary>Whether disks of which nothing is said need an overlay; else their images are only kept.</summary>
    public bool NeedsOverlays { get; init; } = true;

    /// <summary>One entry for each disk of the domain that can be taken as is asked, in the domain's order.</summary>
    /// <param name="disks">The domain's disks.</param>
    /// <param name="requests">What the document asks for.</param>
    public IReadOnlyList<PlacedDisk> Align(IReadOnlyList<SubjectDisk> disks, IReadOnlyList<RequestedDisk> requests)
    {
        foreach (var path in requests.Select(r => r.Path).OfType<string>().Where(p => !p.StartsWith('/')))
        {
            refusals.Add(new VireoException(ErrorCode.XmlError, ErrorDomain.DomainSnapshot, $"disk snapshot image path '{path}' must be absolute"));
        }

        var asked = new Dictionary<string, PlacedDisk?>(StringComparer.Ordinal);
        foreach (var request in requests)
        {
            var disk = disks.FirstOrDefault(d => d.IsNamed(request.Name));
            if (disk is null)
            {
                refusals.Add(Unsupported($"no disk named '{request.Name}'"));
            }
            else if (asked.ContainsKey(disk.Target))
            {
                refusals.Add(Unsupported($"disk '{disk.Target}' specified twice"));
            }
            else
            {
                asked.Add(disk.Target, refusals.Try(() => Place(disk, request)));
            }
        }

        var placed = disks.Select(disk => asked.TryGetValue(disk.Target, out var one) ? one : refusals.Try(() => Place(disk, null))).OfType<PlacedDisk>().ToList();
        RefuseCollisions(placed);
        return placed;
    }

    /// <summary>The name of an overlay that was given none: the image's, with the snapshot's name in place of the last suffix.</summary>
    private string OverlayName(SubjectDisk disk)
    {
        if (disk.Source is not FileLocation { Path: var path })
        {
            throw Unsupported(disk.Source is null
                ? $"cannot generate external snapshot name for disk '{disk.Target}' without source"
                : $"cannot generate external snapshot name for disk '{disk.Target}' on a '{(disk.Source is BlockDeviceLocation ? "block" : "network")}' device");
        }

        if (FileStatus.TryOf(path) is { Kind: not FileKind.Regular })
        {
            throw Unsupported($"source for disk '{disk.Target}' is not a regular file; refusing to generate external snapshot name");
        }

        var dot = path.LastIndexOf('.');
        return (dot > path.LastIndexOf('/') ? path[..dot] : path) + "." + snapshot;
    }

    private PlacedDisk Place(SubjectDisk disk, RequestedDisk? request)
    {
        var mode = ModeOf(disk, request);
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

        if (request?.Path is { } given)
        {
            SnapshotNames.CheckFile(given);
        }

        return new PlacedDisk(disk, mode, request?.Path ?? (NeedsOverlays ? OverlayName(disk) : null), request?.OnBlockDevice ?? false);
    }

    private DiskSnapshotMode ModeOf(SubjectDisk disk, RequestedDisk? request)
    {
        var @default = external ? DiskSnapshotMode.External : DiskSnapshotMode.Internal;
        var own = disk.Default ?? (disk.ReadOnly ? DiskSnapshotMode.No : null);
        if (!external && request?.Mode is not (null or DiskSnapshotMode.Internal) && !(request.Mode == DiskSnapshotMode.No && own == DiskSnapshotMode.No))
        {
            throw Unsupported($"disk '{disk.Target}' must use snapshot mode 'internal'");
        }

        return disk.Source is null && request?.Mode is null ? DiskSnapshotMode.No
            : request is { Mode: null } && !external ? (own == DiskSnapshotMode.No && disk.ReadOnly ? DiskSnapshotMode.No : @default)
            : request?.Mode ?? own ?? @default;
    }

    private void RefuseCollisions(IReadOnlyList<PlacedDisk> placed)
    {
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var disk in placed.Where(p => p.Overlay is not null))
        {
            if (!taken.TryAdd(disk.Overlay!, disk.Disk.Target))
            {
                refusals.Add(Unsupported(
                    $"cannot generate external snapshot name for disk '{disk.Disk.Target}': collision with disk '{taken[disk.Overlay!]}', both would use '{disk.Overlay}'"));
            }
        }
    }

    private static VireoException Unsupported(string detail) => VireoException.ConfigUnsupported(ErrorDomain.DomainSnapshot, detail);
}
