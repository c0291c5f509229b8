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
/// <param name="refusals">Told why it cannot be done.</param>
internal sealed class CreatePlanner(ISnapshotDomain domain, SnapshotTree<QemuSnapshot> tree, SnapshotStore store, DateTimeOffset now, Refusals refusals)
{
    /// <summary>
    /// The images that the domain goes on writing to although it is about to leave its present state: their disks cannot be kept. The others stay as they are, so that
    /// they need no overlay. Null when the domain goes on from the snapshot.
    /// </summary>
    public IReadOnlyCollection<ImageLocation>? Staying { get; init; }

    private bool Active => domain.Live is not null;

    /// <summary>The plan.</summary>
    /// <param name="request">The document that asks for the snapshot.</param>
    /// <param name="flags">Checked flags.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">The request cannot be met; libvirt's codes and messages.</exception>
    public async ValueTask<CreatePlan> PlanAsync(DomainSnapshotConfig request, DomainSnapshotCreateFlags flags, CancellationToken cancellationToken)
    {
        var name = request.Name is { Length: > 0 } given ? given : now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        refusals.Check(() => SnapshotNames.Check(name));
        var memory = refusals.Try(() => Memory(request, flags));
        var external = flags.HasFlag(DomainSnapshotCreateFlags.DiskOnly) || memory is not null;
        if (Active && !external && request.Memory?.Snapshot == SnapshotLocation.No)
        {
            refusals.Add(new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, "internal snapshot of a running VM must include the memory state"));
        }

        if (Active && !domain.IsPersistent && flags.HasFlag(DomainSnapshotCreateFlags.Halt))
        {
            refusals.Add(VireoException.OperationInvalid(ErrorDomain.Qemu, "cannot halt after transient domain snapshot"));
        }

        var config = domain.Live ?? domain.Persistent ?? throw VireoException.Internal(ErrorDomain.Qemu, $"domain '{domain.Name}' has no definition");
        var placed = new SnapshotLayout(name, external, refusals) { NeedsOverlays = Staying is null }.Align([.. config.Devices.Disks.Select(Subject)], [.. request.Disks.Select(RequestedDisk.Of)]);
        CheckKinds(placed, memory is not null, internalMemory: Active && !external, config, flags);
        if (!flags.HasFlag(DomainSnapshotCreateFlags.NoMetadata) && tree.Find(name) is not null)
        {
            refusals.Add(VireoException.OperationFailed(ErrorDomain.Domain, $"domain moment {name} already exists"));
        }

        return await AssembleAsync(request, name, memory, placed, config, flags, cancellationToken).ConfigureAwait(false);
    }

    private SubjectDisk Subject(DiskConfig disk)
    {
        var subject = SubjectDisk.Of(disk);
        return subject.Source is { } source && Staying?.Contains(source) == true ? subject with { Default = DiskSnapshotMode.No } : subject;
    }

    /// <summary>The file to save the memory in; null for none.</summary>
    private string? Memory(DomainSnapshotConfig request, DomainSnapshotCreateFlags flags)
    {
        var mode = MemoryRequest.Mode(request.Memory, possible: Active && !flags.HasFlag(DomainSnapshotCreateFlags.DiskOnly));
        if (mode == SnapshotLocation.External)
        {
            SnapshotNames.CheckFile(request.Memory!.File!);
        }

        if (flags.HasFlag(DomainSnapshotCreateFlags.Live) && mode != SnapshotLocation.External)
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, "live snapshot creation is supported only during full system snapshots");
        }

        return mode == SnapshotLocation.External ? request.Memory!.File : null;
    }

    private void CheckKinds(IReadOnlyList<PlacedDisk> placed, bool memory, bool internalMemory, DomainConfig config, DomainSnapshotCreateFlags flags)
    {
        foreach (var disk in placed)
        {
            refusals.Check(() => CheckDisk(disk, flags));
        }

        var inside = placed.Any(d => d.Mode == DiskSnapshotMode.Internal);
        var outside = placed.Any(d => d.Mode == DiskSnapshotMode.External);
        var leftOut = placed.Any(d => d is { Mode: DiskSnapshotMode.No, Disk: { ReadOnly: false, Source: not null } });
        if (!inside && !outside && !internalMemory && !memory)
        {
            refusals.Add(Unsupported("nothing selected for snapshot"));
        }

        if ((internalMemory && !inside) || (inside && leftOut))
        {
            refusals.Add(Unsupported("internal and full system snapshots require all disks to be selected for snapshot"));
        }

        if ((inside && (outside || memory)) || (internalMemory && outside))
        {
            refusals.Add(Unsupported("mixing internal and external targets for a snapshot is not yet supported"));
        }

        foreach (var disk in placed.Where(d => d.Mode != DiskSnapshotMode.No && domain.Live is not null))
        {
            refusals.Check(() => FixedImages.RefuseJob(config, disk.Disk.Target));
        }

        if (inside && config.Os is { Loader.Type: LoaderType.Pflash } or { Firmware: OsFirmware.Efi })
        {
            refusals.Add(new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, "internal snapshots of a VM with pflash based firmware are not supported"));
        }
    }

    private void CheckDisk(PlacedDisk disk, DomainSnapshotCreateFlags flags)
    {
        if (disk.Mode is DiskSnapshotMode.External or DiskSnapshotMode.Internal)
        {
            BlockJobProgress.RefuseBusy(domain.Disks ?? new LiveDisks([], 0), disk.Disk.Target);
        }

        switch (disk.Mode)
        {
            case DiskSnapshotMode.External when disk.Disk is { Shareable: true, ReadOnly: false }:
                throw Unsupported($"shared access for disk '{disk.Disk.Target}' requires use of supported storage format");
            case DiskSnapshotMode.Internal when flags.HasFlag(DomainSnapshotCreateFlags.DiskOnly) && Active:
                throw Unsupported($"active qemu domains require external disk snapshots; disk {disk.Disk.Target} requested internal");
            case DiskSnapshotMode.Internal when !Active && disk.Disk.Source is NetworkLocation network:
                throw Unsupported($"internal inactive snapshots are not supported on 'network' disks using '{network.Protocol}' protocol");
            case DiskSnapshotMode.Internal when disk.Disk.Format != ImageFormat.Qcow2:
                throw Unsupported($"internal snapshot for disk {disk.Disk.Target} unsupported for storage type {disk.Disk.Format.Name()}");
            case DiskSnapshotMode.Internal when disk.Disk.Source?.LocalPath is null:
                throw Unsupported($"internal snapshots of disk {disk.Disk.Target}, which is empty or lies on another machine, are not supported");
            case DiskSnapshotMode.Manual when flags.HasFlag(DomainSnapshotCreateFlags.Quiesce):
                throw Unsupported($"the guest is left paused for disk {disk.Disk.Target} in 'manual' snapshot mode, so that its file systems could not be thawed");
        }
    }

    private async ValueTask<CreatePlan> AssembleAsync(
        DomainSnapshotConfig request,
        string name,
        string? memory,
        IReadOnlyList<PlacedDisk> placed,
        DomainConfig config,
        DomainSnapshotCreateFlags flags,
        CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString("N")[..12];
        var numbers = new NodeNumbers(domain.Disks?.LastNumber ?? 0);
        var planner = new OverlayPlanner(domain, tree, id, flags.HasFlag(DomainSnapshotCreateFlags.ReuseExt));
        var overlays = new List<PlannedOverlay>();
        foreach (var disk in placed.Where(p => p is { Mode: DiskSnapshotMode.External } && (Staying is null || p.Overlay is not null)))
        {
            if (await refusals.TryAsync(() => planner.PlanAsync(disk, Active ? numbers.Next() : 0, cancellationToken)).ConfigureAwait(false) is { } overlay)
            {
                overlays.Add(overlay);
            }
        }

        var tags = placed.Where(p => p is { Mode: DiskSnapshotMode.Internal, Disk.Source.LocalPath: not null }).Select(p => new TaggedImage(p.Disk.Target, p.Disk.Source!.LocalPath!, name)).ToList();
        tags.ForEach(tag => refusals.Check(() =>
        {
            // What has no end is no disk that could be started again.
            _ = domain.Disks?.Find(tag.Target)?.Chain ?? ImageChain.Read(new FileLocation(tag.Path), ImageFormat.Qcow2);
            InternalTags.CheckNew(tag, memory: Active);
        }));
        refusals.Check(() => CheckMemoryFile(memory, overlays));
        var platform = refusals.Try(() => PlatformState.Capture(domain, config));
        refusals.Conclude();
        var live = domain.Live is null ? null : WithOverlays(domain.Live, overlays, null);
        var persistent = domain.Persistent is null ? null : WithOverlays(domain.Persistent, overlays, config);
        var disks = domain.Disks is null ? null : domain.Disks with
        {
            Disks = [.. domain.Disks.Disks.Select(d => overlays.Find(o => o.Target == d.Target) is { } o ? d.WithOverlay(o.Layer, o.Number) : d)],
            LastNumber = numbers.Last,
        };
        var snapshot = new QemuSnapshot(platform!.In(Document(request, name, memory, placed, config)));
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
            LeavesPaused = Active && placed.Any(p => p.Mode == DiskSnapshotMode.Manual),
            StandsStill = domain.Live is { } running && domain.TpmStateOf(running) is not null && memory is null && domain.State == DomainState.Running,
            Memory = memory is null ? null : new PlannedFile(memory, OverlayFile.TemporaryName(memory, id)),
            Live = live,
            Persistent = persistent,
            Disks = disks,
            Documents = documents,
        };
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

        OverlayPlanner.CheckDirectory(memory);
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

    private static SnapshotDisk Described(PlacedDisk disk) => disk.Mode != DiskSnapshotMode.External || disk.Overlay is null
        ? new SnapshotDisk { Name = disk.Disk.Target, Snapshot = disk.Location }
        : new SnapshotDisk
        {
            Name = disk.Disk.Target,
            Snapshot = SnapshotLocation.External,
            Type = disk.OnBlockDevice ? DiskType.Block : DiskType.File,
            Driver = new DiskDriver { Type = "qcow2" },
            Source = disk.OnBlockDevice ? new DiskSource { Dev = disk.Overlay } : new DiskSource { File = disk.Overlay },
        };

    private static VireoException Unsupported(string detail) => VireoException.ConfigUnsupported(ErrorDomain.Qemu, detail);
}
