using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.BlockJobs;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Plans the way back to a snapshot; to an external one by new overlays over the images it froze, so that it can be reverted to again and again.</summary>
/// <param name="domain">The domain.</param>
/// <param name="tree">Its snapshots.</param>
/// <param name="store">Where their metadata lies.</param>
/// <param name="now">The time.</param>
/// <param name="respawnAlways">The daemon's setting: a new hypervisor process needs no leave.</param>
/// <param name="refusals">Told why it cannot be done.</param>
internal sealed class RevertPlanner(ISnapshotDomain domain, SnapshotTree<QemuSnapshot> tree, SnapshotStore store, DateTimeOffset now, bool respawnAlways, Refusals refusals)
{
    private readonly ChainReader _chains = new();

    /// <summary>The plan.</summary>
    /// <param name="snapshot">The snapshot to go back to.</param>
    /// <param name="kept">The snapshot that is made of the present state, which the tree has already; null for none.</param>
    /// <param name="flags">Checked flags.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">
    /// VIR_ERR_SNAPSHOT_REVERT_RISKY: leave is needed, the message names the flag; VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_OPERATION_INVALID: it cannot be done;
    /// VIR_ERR_BLOCK_COPY_ACTIVE, VIR_ERR_OPERATION_UNSUPPORTED: a job works on a disk.
    /// </exception>
    public async ValueTask<RevertPlan> PlanAsync(QemuSnapshot snapshot, CreatePlan? kept, DomainSnapshotRevertFlags flags, CancellationToken cancellationToken)
    {
        var target = TargetOf(snapshot, flags);
        Refuse(snapshot, target);
        foreach (var disk in domain.Disks?.Disks ?? [])
        {
            refusals.Check(() => BlockJobProgress.RefuseBusy(domain.Disks!, disk.Target));
        }

        var saved = snapshot.Config.Domain
            ?? throw new VireoException(ErrorCode.SnapshotRevertRisky, ErrorDomain.Qemu, $"snapshot '{snapshot.Name}' lacks domain '{domain.Name}' rollback info");
        if (snapshot.IsInternal)
        {
            return Internal(snapshot, kept, saved, target, flags);
        }

        RequireLeave(snapshot, target, flags);
        var memory = target == RevertTarget.ShutOff ? null : snapshot.MemoryFile;
        if (memory is not null && FileStatus.TryOf(memory) is null)
        {
            refusals.Add(VireoException.OperationFailed(ErrorDomain.Qemu, $"the memory file '{memory}' of snapshot '{snapshot.Name}' is missing; with --stopped the disks alone can be reverted"));
        }

        var id = Guid.NewGuid().ToString("N")[..12];
        var next = memory is null ? snapshot.Config.InactiveDomain ?? saved : saved;
        var platform = new PlatformPlanner(domain, id);
        var variables = await refusals.TryAsync(() => platform.VariablesAsync(snapshot, next, flags.HasFlag(DomainSnapshotRevertFlags.ResetNvram), cancellationToken)).ConfigureAwait(false);
        var tpm = refusals.Try(() => platform.Tpm(snapshot, next, beside: domain.Live is not null));
        var overlays = await OverlaysAsync(snapshot, saved, id, cancellationToken).ConfigureAwait(false);
        refusals.Check(() => new SpoilCheck(domain, tree, _chains).RefuseFrozen(snapshot, Staying(snapshot).Select(d => d.Location()?.LocalPath).OfType<string>().Select(FileIdentity.Of).OfType<FileIdentity>().ToHashSet()));
        refusals.Conclude();
        var definition = snapshot.Config.InactiveDomain ?? saved;
        List<(string Target, ImageLayer Layer)> tops = [.. overlays.Select(o => (o.Target, o.Layer))];
        var updated = new QemuSnapshot(snapshot.Config with { RevertDisks = Recorded(tops) });
        var retire = Retire(overlays);
        return new RevertPlan
        {
            Id = id,
            Snapshot = updated,
            Target = target,
            Overlays = overlays,
            Kept = kept,
            Platform = [.. new[] { variables, tpm }.OfType<PlannedState>()],
            Shares = target != RevertTarget.ShutOff && AreOpen(Staying(snapshot)),
            Start = target == RevertTarget.ShutOff ? null : With(tops, memory is null ? definition : saved),
            Memory = memory,
            Persistent = domain.IsPersistent ? With(tops, definition) : null,
            Metadata = [.. Metadata(snapshot, updated, kept, retire)],
            Retire = retire,
        };
    }

    private RevertPlan Internal(QemuSnapshot snapshot, CreatePlan? kept, DomainConfig saved, RevertTarget target, DomainSnapshotRevertFlags flags)
    {
        var id = "snapshot-" + Guid.NewGuid().ToString("N")[..12];
        var inside = new InternalRevertPlanner(domain, tree, respawnAlways, refusals, _chains, id, FreeName).Plan(snapshot, saved, target, flags);
        var definition = snapshot.Config.InactiveDomain ?? saved;
        var tpm = new PlatformPlanner(domain, id).Tpm(snapshot, inside.Memory ? saved : definition, beside: false);
        List<(string Target, ImageLayer Layer)> copies = [.. inside.Copies.Select(c => (c.Image.Target, c.Layer))];
        var updated = copies.Count == 0 ? snapshot : new QemuSnapshot(snapshot.Config with { RevertDisks = Recorded(copies) });
        var retire = inside.InPlace ? [] : Retire([]);
        return new RevertPlan
        {
            Id = id,
            Snapshot = updated,
            Target = target,
            Overlays = [],
            Internal = inside,
            Kept = kept,
            Platform = tpm is null ? [] : [tpm],
            Start = target == RevertTarget.ShutOff || inside.InPlace ? null : With(copies, inside.Memory ? saved : definition),
            Persistent = domain.IsPersistent ? With(copies, definition) : null,
            Metadata = [.. Metadata(snapshot, updated, kept, retire)],
            Retire = retire,
        };
    }

    /// <summary>The disks whose images the domain writes to as they are when it is back at an external snapshot, for that has not frozen them.</summary>
    public static IEnumerable<DiskConfig> Staying(QemuSnapshot snapshot) => new[] { snapshot.Config.Domain, snapshot.Config.InactiveDomain }.OfType<DomainConfig>()
        .SelectMany(d => d.Devices.Disks).Where(d => !snapshot.HasExternal(d) && d is { Readonly: false, Device: null or DiskDevice.Disk });

    private bool AreOpen(IEnumerable<DiskConfig> disks)
    {
        var open = domain.Disks?.Disks.SelectMany(d => d.Chain?.Layers ?? []).Select(l => l.Location).ToHashSet() ?? [];
        return disks.Any(d => d is { Shareable: false } && d.Location() is { } location && open.Contains(location));
    }

    private IEnumerable<DocumentChange> Metadata(QemuSnapshot snapshot, QemuSnapshot updated, CreatePlan? kept, List<RetiredFile> retire)
    {
        if (kept is not null)
        {
            yield return store.Change(null, kept.Snapshot);
        }

        yield return store.Change(snapshot, updated);
        if (store.ChangeCurrent(tree.CurrentName, snapshot.Name) is { } current)
        {
            yield return current;
        }

        // The overlays of an earlier revert to it are forgotten here, while later snapshots may stand on them.
        if (store.ChangeMade(store.ReadMade(), MadeImages.Of(tree, store).Without([snapshot], retire)) is { } made)
        {
            yield return made;
        }
    }

    private static RevertTarget TargetOf(QemuSnapshot snapshot, DomainSnapshotRevertFlags flags) => flags switch
    {
        _ when flags.HasFlag(DomainSnapshotRevertFlags.Stopped) => RevertTarget.ShutOff,
        _ when flags.HasFlag(DomainSnapshotRevertFlags.Running) => RevertTarget.Running,
        _ when flags.HasFlag(DomainSnapshotRevertFlags.Paused) => RevertTarget.Paused,
        _ => snapshot.Content != SnapshotContent.Active ? RevertTarget.ShutOff
            : snapshot.Config.State == "paused" ? RevertTarget.Paused
            : RevertTarget.Running,
    };

    private void Refuse(QemuSnapshot snapshot, RevertTarget target)
    {
        if (snapshot.Config.Disks.Any(d => d.DeleteInProgress))
        {
            refusals.Add(VireoException.OperationInvalid(ErrorDomain.Qemu, $"snapshot '{snapshot.Name}' is half-deleted: its data may be merged already; delete it again to finish that"));
        }

        if (!domain.IsPersistent && target == RevertTarget.ShutOff)
        {
            refusals.Add(VireoException.OperationInvalid(ErrorDomain.Qemu, "transient domain needs to request run or pause to revert to inactive snapshot"));
        }
    }

    private void RequireLeave(QemuSnapshot snapshot, RevertTarget target, DomainSnapshotRevertFlags flags)
    {
        const DomainSnapshotRevertFlags leave = DomainSnapshotRevertFlags.Respawn | DomainSnapshotRevertFlags.Force;
        if (domain.Live is not null && target != RevertTarget.ShutOff && !respawnAlways && (flags & leave) == 0)
        {
            refusals.Add(new VireoException(
                ErrorCode.SnapshotRevertRisky,
                ErrorDomain.Qemu,
                $"going back to snapshot '{snapshot.Name}' must start a new hypervisor process for the running domain '{domain.Name}', which breaks its consoles and displays; allow it with --allow-respawn (VIR_DOMAIN_SNAPSHOT_REVERT_RESPAWN) or --force"));
        }
    }

    private async ValueTask<List<PlannedOverlay>> OverlaysAsync(QemuSnapshot snapshot, DomainConfig saved, string id, CancellationToken cancellationToken)
    {
        var overlays = new List<PlannedOverlay>();
        var parts = snapshot.Config.Disks.Where(d => d.Snapshot == SnapshotLocation.External).ToList();
        foreach (var part in parts)
        {
            if (await refusals.TryAsync(() => OverlayAsync(snapshot, saved, part.Name, id, overlays, cancellationToken)).ConfigureAwait(false) is { } overlay)
            {
                overlays.Add(overlay);
            }
        }

        if (parts.Count == 0)
        {
            refusals.Add(VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"snapshot '{snapshot.Name}' holds no disk that could be reverted"));
        }

        return overlays;
    }

    private async ValueTask<PlannedOverlay?> OverlayAsync(
        QemuSnapshot snapshot,
        DomainConfig saved,
        string? target,
        string id,
        List<PlannedOverlay> others,
        CancellationToken cancellationToken)
    {
        var disk = saved.Devices.Disks.FirstOrDefault(d => d.Target?.Dev == target);
        if (disk?.Location() is not { } location)
        {
            throw VireoException.Internal(ErrorDomain.Qemu, $"snapshot '{snapshot.Name}' names disk '{target}', which its domain does not have");
        }

        var frozen = Frozen(snapshot, disk, location);
        var size = await new ImageSizes(domain).OfAsync(disk.Target!.Dev!, frozen, cancellationToken).ConfigureAwait(false);
        var path = FreeName(snapshot, disk, location, others);
        return new PlannedOverlay(
            disk.Target.Dev!,
            frozen,
            new ImageLayer(new FileLocation(path), ImageFormat.Qcow2) { VirtualSize = size },
            new OverlayFile(path, OverlayFile.TemporaryName(path, id), new Qcow2Overlay(size, BackingName.Of(frozen.Location), frozen.OuterFormat)),
            0);
    }

    private ImageLayer Frozen(QemuSnapshot snapshot, DiskConfig disk, ImageLocation location)
    {
        try
        {
            var chain = _chains.Read(location, disk.Format());
            chain.RequireRoom(disk.Target?.Dev ?? "");
            return chain.Top;
        }
        catch (VireoException e)
        {
            throw VireoException.OperationFailed(ErrorDomain.Qemu, $"disk {disk.Target?.Dev} cannot be brought back to snapshot '{snapshot.Name}': {e.Message}", e);
        }
    }

    /// <summary>A name for the new overlay over a disk's image; of an image elsewhere, beside the first overlay that it got.</summary>
    private string FreeName(QemuSnapshot snapshot, DiskConfig disk, ImageLocation location, List<PlannedOverlay> others) => FreeName(
        (location as FileLocation)?.Path
            ?? snapshot.Config.Disks.FirstOrDefault(d => d.Name == disk.Target?.Dev)?.Source?.File
            ?? throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"disk {disk.Target?.Dev} of snapshot '{snapshot.Name}' lies on '{location.Display}': there is no directory for a new overlay over it"),
        [.. others.Select(o => o.Layer.Location.LocalPath!)]);

    /// <summary>The image's name with the time in place of its last suffix; a number is added when that is taken.</summary>
    private string FreeName(string image, IReadOnlyList<string> taken)
    {
        var dot = image.LastIndexOf('.');
        var stem = dot > image.LastIndexOf('/') ? image[..dot] : image;
        for (var n = 0; ; n++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{stem}.{now.ToUnixTimeSeconds()}{(n == 0 ? "" : $"-{n}")}");
            if (FileStatus.TryOf(path) is null && !taken.Contains(path))
            {
                return path;
            }
        }
    }

    private DomainConfig With(List<(string Target, ImageLayer Layer)> tops, DomainConfig config) => config with
    {
        Name = domain.Name,
        Uuid = domain.Uuid,
        Devices = config.Devices with
        {
            Disks = [.. config.Devices.Disks.Select(d => tops.Find(t => t.Target == d.Target?.Dev) is { Layer: { } layer } ? d.WithTop(layer) : d)],
        },
    };

    private static ConfigList<SnapshotDisk> Recorded(List<(string Target, ImageLayer Layer)> tops) =>
    [
        .. tops.Select(t => new SnapshotDisk
        {
            Name = t.Target,
            Snapshot = SnapshotLocation.External,
            Type = DiskType.File,
            Driver = new DiskDriver { Type = "qcow2" },
            Source = new DiskSource { File = t.Layer.Location.LocalPath },
        }),
    ];

    /// <summary>
    /// Of the images that the domain has open or defined now: those that a snapshot or a revert made, and that no chain of any snapshot, of the new state or of
    /// another domain needs. When a chain cannot be read, nothing is removed.
    /// </summary>
    private List<RetiredFile> Retire(List<PlannedOverlay> overlays)
    {
        var made = MadeImages.Of(tree, store);
        try
        {
            var needed = domain.ImagesOfOtherDomains().ToHashSet();
            foreach (var document in tree.All.SelectMany(s => new[] { s.Config.Domain, s.Config.InactiveDomain }).OfType<DomainConfig>())
            {
                Need(document, needed);
            }

            foreach (var overlay in overlays)
            {
                needed.UnionWith(Identities(_chains.Read(overlay.Base.Location, overlay.Base.Format)));
            }

            return
            [
                .. Abandoned().Where(l => l.Location.LocalPath is { } path && made.Contains(path))
                    .Select(l => (Path: l.Location.LocalPath!, Identity: FileIdentity.Of(l.Location.LocalPath!)))
                    .Where(l => l.Identity is { } identity && !needed.Contains(identity))
                    .Distinct()
                    .Select(l => new RetiredFile(l.Path, l.Identity!.Value.ToString())),
            ];
        }
        catch (VireoException)
        {
            // What cannot be read might need any of them. Leaving files costs space only.
            return [];
        }
    }

    private void Need(DomainConfig document, HashSet<FileIdentity> needed)
    {
        foreach (var disk in document.Devices.Disks)
        {
            if (disk.Location() is { LocalPath: { } path } location && FileStatus.TryOf(path) is not null)
            {
                needed.UnionWith(Identities(_chains.Read(location, disk.Format())));
            }
        }
    }

    private IEnumerable<ImageLayer> Abandoned() => domain.Disks is { } live
        ? live.Disks.SelectMany(d => d.Chain?.Layers ?? [])
        : (domain.Persistent?.Devices.Disks ?? default).SelectMany(d => d.Chain()?.Layers ?? []);

    private static IEnumerable<FileIdentity> Identities(ImageChain chain) => chain.Layers.Where(l => l.Identity is not null).Select(l => l.Identity!.Value);
}
