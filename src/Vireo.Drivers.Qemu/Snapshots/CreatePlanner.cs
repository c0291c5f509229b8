using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.BlockJobs;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Plans a new snapshot: checks everything that can be checked and says what is to be done, touching nothing.</summary>
/// <param name="domain">The domain.</param>
/// <param name="tree">Its snapshots.</param>
/// <param name="store">Where their metadata lies.</param>
/// <param name="now">The time.</param>
internal sealed class CreatePlanner(ISnapshotDomain domain, SnapshotTree<QemuSnapshot> tree, SnapshotStore store, DateTimeOffset now)
{
    private bool Active => domain.Live is not null;

    /// <summary>The plan.</summary>
    /// <param name="request">The document that asks for the snapshot.</param>
    /// <param name="flags">Checked flags.</param>
    /// <exception cref="VireoException">The request cannot be met; libvirt's codes and messages.</exception>
    public CreatePlan Plan(DomainSnapshotConfig request, DomainSnapshotCreateFlags flags)
    {
        var name = NameOf(request);
        var memory = Memory(request, flags);
        var external = flags.HasFlag(DomainSnapshotCreateFlags.DiskOnly) || memory is not null;
        if (Active && !external && request.Memory?.Snapshot == SnapshotLocation.No)
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, "internal snapshot of a running VM must include the memory state");
        }

        var config = domain.Live ?? domain.Persistent ?? throw VireoException.Internal(ErrorDomain.Qemu, $"domain '{domain.Name}' has no definition");
        var placed = SnapshotLayout.Align(
            [.. config.Devices.Disks.Select(Subject)],
            [.. request.Disks.Select(Request)],
            name,
            external ? DiskSnapshotMode.External : DiskSnapshotMode.Internal,
            allInternal: !external);
        CheckKinds(placed, memory is not null, internalMemory: Active && !external, config, flags);
        foreach (var disk in placed.Where(p => p.Mode is DiskSnapshotMode.External or DiskSnapshotMode.Internal))
        {
            BlockJobProgress.RefuseBusy(domain.Disks ?? new LiveDisks([], 0), disk.Disk.Target);
        }

        if (!flags.HasFlag(DomainSnapshotCreateFlags.NoMetadata) && tree.Find(name) is not null)
        {
            throw VireoException.OperationFailed(ErrorDomain.Domain, $"domain moment {name} already exists");
        }

        return Assemble(request, name, memory, placed, config, flags);
    }

    private static SubjectDisk Subject(DiskConfig disk) => new(disk.Target?.Dev ?? "", disk.Location(), disk.Format())
    {
        Default = Mode(disk.Snapshot),
        ReadOnly = disk.Readonly,
    };

    private static RequestedDisk Request(SnapshotDisk disk) => new(disk.Name ?? throw new VireoException(ErrorCode.XmlError, ErrorDomain.DomainSnapshot, "missing name from disk snapshot element"))
    {
        Mode = Mode(disk.Snapshot) ?? (disk.Source is not null ? DiskSnapshotMode.External : null),
        Format = disk.Driver?.Type,
        Path = disk.Source?.File ?? disk.Source?.Dev,
        OnBlockDevice = disk.Type == DiskType.Block,
    };

    private static DiskSnapshotMode? Mode(SnapshotLocation? location) => location switch
    {
        SnapshotLocation.No => DiskSnapshotMode.No,
        SnapshotLocation.Internal => DiskSnapshotMode.Internal,
        SnapshotLocation.External => DiskSnapshotMode.External,
        SnapshotLocation.Manual => DiskSnapshotMode.Manual,
        _ => null,
    };

    private string NameOf(DomainSnapshotConfig request)
    {
        var name = request.Name is { Length: > 0 } given ? given : now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return SnapshotNames.Check(name);
    }

    /// <summary>The file to save the memory in; null for none.</summary>
    private string? Memory(DomainSnapshotConfig request, DomainSnapshotCreateFlags flags)
    {
        var file = request.Memory?.File;
        var mode = request.Memory?.Snapshot switch
        {
            null or SnapshotLocation.Default => file is null ? null : SnapshotLocation.External,
            var given => given,
        };
        if (mode == SnapshotLocation.External && file is null)
        {
            throw Xml("external memory snapshots require a filename");
        }

        if (file is not null && mode != SnapshotLocation.External)
        {
            throw Xml($"memory filename '{file}' requires external snapshot");
        }

        if (mode is not (null or SnapshotLocation.No) && (!Active || flags.HasFlag(DomainSnapshotCreateFlags.DiskOnly)))
        {
            throw Xml("memory state cannot be saved with offline or disk-only snapshot");
        }

        if (file is not null && !file.StartsWith('/'))
        {
            throw Xml($"memory snapshot file path ({file}) must be absolute");
        }

        if (file is not null)
        {
            SnapshotNames.CheckFile(file);
        }

        if (flags.HasFlag(DomainSnapshotCreateFlags.Live) && mode != SnapshotLocation.External)
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, "live snapshot creation is supported only during full system snapshots");
        }

        return mode == SnapshotLocation.External ? file : null;
    }

    private void CheckKinds(IReadOnlyList<PlacedDisk> placed, bool memory, bool internalMemory, DomainConfig config, DomainSnapshotCreateFlags flags)
    {
        foreach (var disk in placed)
        {
            CheckDisk(disk, flags);
        }

        var inside = placed.Any(d => d.Mode == DiskSnapshotMode.Internal);
        var outside = placed.Any(d => d.Mode == DiskSnapshotMode.External);
        var leftOut = placed.Any(d => d is { Mode: DiskSnapshotMode.No, Disk: { ReadOnly: false, Source: not null } });
        if (!inside && !outside && !internalMemory)
        {
            throw Unsupported("nothing selected for snapshot");
        }

        if ((internalMemory && !inside) || ((inside || memory) && leftOut))
        {
            throw Unsupported("internal and full system snapshots require all disks to be selected for snapshot");
        }

        if ((inside && (outside || memory)) || (internalMemory && outside))
        {
            throw Unsupported("mixing internal and external targets for a snapshot is not yet supported");
        }

        if (inside && config.Os is { Loader.Type: LoaderType.Pflash } or { Firmware: OsFirmware.Efi })
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, "internal snapshots of a VM with pflash based firmware are not supported");
        }
    }

    private void CheckDisk(PlacedDisk disk, DomainSnapshotCreateFlags flags)
    {
        switch (disk.Mode)
        {
            case DiskSnapshotMode.Internal when flags.HasFlag(DomainSnapshotCreateFlags.DiskOnly) && Active:
                throw Unsupported($"active qemu domains require external disk snapshots; disk {disk.Disk.Target} requested internal");
            case DiskSnapshotMode.Internal when !Active && disk.Disk.Source is NetworkLocation network:
                throw Unsupported($"internal inactive snapshots are not supported on 'network' disks using '{network.Protocol}' protocol");
            case DiskSnapshotMode.Internal when disk.Disk.Format != ImageFormat.Qcow2:
                throw Unsupported($"internal snapshot for disk {disk.Disk.Target} unsupported for storage type {disk.Disk.Format.Name()}");
            case DiskSnapshotMode.Internal when disk.Disk.Source?.LocalPath is null:
                throw Unsupported($"internal snapshots of disk {disk.Disk.Target}, which is empty or lies on another machine, are not supported");
            case DiskSnapshotMode.Manual:
                throw Unsupported($"'manual' snapshot mode is not supported yet (disk {disk.Disk.Target})");
        }
    }

    private CreatePlan Assemble(
        DomainSnapshotConfig request,
        string name,
        string? memory,
        IReadOnlyList<PlacedDisk> placed,
        DomainConfig config,
        DomainSnapshotCreateFlags flags)
    {
        var id = Guid.NewGuid().ToString("N")[..12];
        var numbers = new NodeNumbers(domain.Disks?.LastNumber ?? 0);
        var overlays = new List<PlannedOverlay>();
        foreach (var disk in placed.Where(p => p.Mode == DiskSnapshotMode.External))
        {
            overlays.Add(Overlay(disk, id, numbers, flags));
        }

        var tags = placed.Where(p => p.Mode == DiskSnapshotMode.Internal).Select(p => new TaggedImage(p.Disk.Target, p.Disk.Source!.LocalPath!, name)).ToList();
        foreach (var tag in tags)
        {
            _ = ChainOf(tag.Target);
            InternalTags.CheckNew(tag, memory: Active);
        }

        CheckMemoryFile(memory, overlays);
        var live = domain.Live is null ? null : WithOverlays(domain.Live, overlays, null);
        var persistent = domain.Persistent is null ? null : WithOverlays(domain.Persistent, overlays, config);
        var disks = domain.Disks is null ? null : domain.Disks with
        {
            Disks = [.. domain.Disks.Disks.Select(d => overlays.Find(o => o.Target == d.Target) is { } o ? d.WithOverlay(o.Layer, o.Number) : d)],
            LastNumber = numbers.Last,
        };
        var snapshot = new QemuSnapshot(Document(request, name, memory, placed, config));
        var documents = domain.DocumentChanges(live, persistent, disks).ToList();
        if (!flags.HasFlag(DomainSnapshotCreateFlags.NoMetadata))
        {
            documents.Add(store.Change(null, snapshot));
            if (store.ChangeCurrent(tree.CurrentName, name) is { } current)
            {
                documents.Add(current);
            }
        }

        return new CreatePlan
        {
            Id = tags.Count > 0 ? "snapshot-" + id : id,
            Snapshot = snapshot,
            Overlays = overlays,
            Tags = tags,
            Memory = memory is null ? null : new PlannedFile(memory, OverlayFile.TemporaryName(memory, id)),
            Live = live,
            Persistent = persistent,
            Disks = disks,
            Documents = documents,
        };
    }

    /// <summary>All images of a disk: one whose chain cannot be read is no disk that could be started again.</summary>
    /// <exception cref="VireoException">As <see cref="ImageChain.Read"/>.</exception>
    private ImageChain ChainOf(string target) =>
        domain.Disks?.Find(target)?.Chain ?? (domain.Live ?? domain.Persistent)!.Devices.Disks.First(d => d.Target?.Dev == target).Chain()!;

    private PlannedOverlay Overlay(PlacedDisk disk, string id, NodeNumbers numbers, DomainSnapshotCreateFlags flags)
    {
        var target = disk.Disk.Target;
        var source = disk.Disk.Source ?? throw Unsupported($"disk {target} is empty; there is nothing to snapshot");
        var top = domain.Disks?.Find(target)?.Chain?.Top ?? new ImageLayer(source, disk.Disk.Format);
        if (source.LocalPath is not { } basePath)
        {
            throw Unsupported($"external snapshots of network disk {target} are not supported yet");
        }

        var chain = ChainOf(target);
        if (chain.Layers.Length >= ImageChain.MaxDepth)
        {
            throw new VireoException(
                ErrorCode.OperationUnsupported,
                ErrorDomain.Storage,
                $"backing chain of disk {target} has {chain.Layers.Length} images already, and no more than {ImageChain.MaxDepth} can be started; merge some of it (blockcommit, blockpull) first");
        }

        var size = ImageProbe.Read(basePath, top.Format).VirtualSize
            ?? throw Unsupported($"external snapshots over {top.Format.Name()} images are not supported yet (disk {target})");
        var path = disk.Overlay!;
        var status = FileStatus.TryOf(path);
        ImageLocation location = disk.OnBlockDevice || status?.Kind == FileKind.BlockDevice ? new BlockDeviceLocation(path) : new FileLocation(path);
        var layer = new ImageLayer(location, ImageFormat.Qcow2) { VirtualSize = size };
        var number = Active ? numbers.Next() : 0;
        if (flags.HasFlag(DomainSnapshotCreateFlags.ReuseExt))
        {
            if (status is null)
            {
                throw VireoException.System(
                    ErrorDomain.Qemu,
                    FileSystemCalls.NoEntry,
                    $"missing existing file for disk {target}: {path}: No such file or directory");
            }

            var existing = ImageProbe.Read(path, ImageFormat.Qcow2);
            CheckReused(path, existing, chain);
            return new PlannedOverlay(target, top, layer with { VirtualSize = existing.VirtualSize, Identity = existing.Identity }, null, number);
        }

        if (location is BlockDeviceLocation)
        {
            throw Unsupported($"an overlay on block device '{path}' (disk {target}) must be prepared beforehand: make it with qemu-img create and use --reuse-external");
        }

        if (status is not null)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"external snapshot file for disk {target} already exists and is not a block device: {path}");
        }

        CheckDirectory(path);
        var file = new OverlayFile(path, OverlayFile.TemporaryName(path, id), new Qcow2Overlay(size, basePath, top.Format));
        return new PlannedOverlay(target, top, layer, file, number);
    }

    /// <summary>Refuses to write to an image that somebody needs as it is, or that would stand on another image at the next start.</summary>
    private void CheckReused(string path, ImageProbe existing, ImageChain chain)
    {
        var own = (domain.Live ?? domain.Persistent)!.Devices.Disks.Concat(domain.Persistent?.Devices.Disks ?? default)
            .Concat(tree.All.SelectMany(s => new[] { s.Config.Domain, s.Config.InactiveDomain }).OfType<DomainConfig>().SelectMany(c => c.Devices.Disks))
            .Select(d => d.Location()?.LocalPath).OfType<string>().Distinct().Select(FileIdentity.Of);
        if (own.Contains(existing.Identity) || chain.Layers.Any(l => l.Identity == existing.Identity) || domain.ImagesOfOtherDomains().Contains(existing.Identity))
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"'{path}' cannot take what is written from now on: it is an image of this domain, of one of its snapshots or of another domain");
        }

        if (existing.Qcow2?.BackingFile is { } name && BackingName.Resolve(name, new FileLocation(path), out _) is var named
            && (named.LocalPath is not { } below || FileIdentity.Of(below) is not { } identity || identity != FileIdentity.Of(chain.Top.Location.LocalPath!)))
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"'{path}' stands on '{named.Display}' and not on '{chain.Top.Location.Display}', the image that the disk has now");
        }
    }

    private static void CheckDirectory(string path)
    {
        if (FileStatus.TryOf(Path.GetDirectoryName(path)!) is not { Kind: FileKind.Directory })
        {
            throw VireoException.System(ErrorDomain.Qemu, FileSystemCalls.NoEntry, $"failed to create image file '{path}': No such file or directory");
        }
    }

    private static void CheckMemoryFile(string? memory, List<PlannedOverlay> overlays)
    {
        if (memory is null)
        {
            return;
        }

        if (overlays.Exists(o => o.Layer.Location.LocalPath == memory))
        {
            throw Unsupported($"'{memory}' cannot hold both the memory and a disk");
        }

        if (FileStatus.TryOf(memory) is not null)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"memory snapshot file '{memory}' already exists; remove it or name another");
        }

        CheckDirectory(memory);
    }

    /// <summary>The document with the overlays as images; only disks that have the same image as in <paramref name="like"/>.</summary>
    private static DomainConfig WithOverlays(DomainConfig config, List<PlannedOverlay> overlays, DomainConfig? like) => config with
    {
        Devices = config.Devices with
        {
            Disks =
            [
                .. config.Devices.Disks.Select(disk =>
                    overlays.Find(o => o.Target == disk.Target?.Dev) is { } overlay &&
                    (like is null || like.Devices.Disks.Any(d => d.Target?.Dev == disk.Target?.Dev && d.Location() == disk.Location()))
                        ? disk.WithTop(overlay.Layer)
                        : disk),
            ],
        },
    };

    private DomainSnapshotConfig Document(DomainSnapshotConfig request, string name, string? memory, IReadOnlyList<PlacedDisk> placed, DomainConfig config)
    {
        var kind = memory is not null ? SnapshotLocation.External
            : Active && placed.Any(p => p.Mode == DiskSnapshotMode.Internal) ? SnapshotLocation.Internal
            : SnapshotLocation.No;
        return Document(request, name, kind, memory, placed, config);
    }

    private DomainSnapshotConfig Document(
        DomainSnapshotConfig request,
        string name,
        SnapshotLocation kind,
        string? memory,
        IReadOnlyList<PlacedDisk> placed,
        DomainConfig config) => new()
    {
        Name = name,
        Description = request.Description,
        State = !Active ? "shutoff" : kind == SnapshotLocation.No ? "disk-snapshot" : domain.State == DomainState.Paused ? "paused" : "running",
        Parent = tree.CurrentName is { } parent ? new SnapshotParent { Name = parent } : null,
        CreationTime = now.ToUnixTimeSeconds(),
        Memory = new SnapshotMemory { Snapshot = kind, File = memory },
        Disks = [.. placed.Select(Described)],
        Domain = SavedDocument.Of(config),
        InactiveDomain = domain is { Live: not null, Persistent: { } persistent } ? SavedDocument.Of(persistent) : null,
    };

    private static SnapshotDisk Described(PlacedDisk disk) => disk.Mode != DiskSnapshotMode.External
        ? new SnapshotDisk { Name = disk.Disk.Target, Snapshot = disk.Mode == DiskSnapshotMode.Internal ? SnapshotLocation.Internal : SnapshotLocation.No }
        : new SnapshotDisk
        {
            Name = disk.Disk.Target,
            Snapshot = SnapshotLocation.External,
            Type = disk.OnBlockDevice ? DiskType.Block : DiskType.File,
            Driver = new DiskDriver { Type = "qcow2" },
            Source = disk.OnBlockDevice ? new DiskSource { Dev = disk.Overlay } : new DiskSource { File = disk.Overlay },
        };

    private static VireoException Xml(string detail) => new(ErrorCode.XmlError, ErrorDomain.DomainSnapshot, detail);

    private static VireoException Unsupported(string detail) => VireoException.ConfigUnsupported(ErrorDomain.Qemu, detail);
}
