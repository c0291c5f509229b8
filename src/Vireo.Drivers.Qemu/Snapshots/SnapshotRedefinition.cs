using Vireo.Config;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Takes over the metadata of a snapshot that exists already, by libvirt's rules.</summary>
/// <param name="domain">The domain's identity.</param>
/// <param name="tree">Its snapshots.</param>
internal sealed class SnapshotRedefinition(Guid domain, SnapshotTree<QemuSnapshot> tree)
{
    private static readonly string[] s_states = ["running", "blocked", "paused", "shutdown", "shutoff", "crashed", "pmsuspended", "disk-snapshot"];

    /// <summary>The snapshot to store.</summary>
    /// <param name="request">The complete document.</param>
    /// <param name="flags">Checked flags.</param>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG, VIR_ERR_XML_ERROR, …: it lacks something or contradicts what is there.</exception>
    public QemuSnapshot Take(DomainSnapshotConfig request, DomainSnapshotCreateFlags flags)
    {
        var name = request.Name ?? throw Xml("a redefined snapshot must have a name");
        if (request.CreationTime is null)
        {
            throw VireoException.Internal(ErrorDomain.DomainSnapshot, "missing creationTime from existing snapshot");
        }

        var state = request.State ?? throw Xml("missing state from existing snapshot");
        CheckState(state);
        var mode = MemoryRequest.Mode(request.Memory, HasMemory(state));
        SnapshotNames.Check(name);

        // Its place in the tree.
        tree.With(new QemuSnapshot(request));
        if (request.Domain?.Uuid is { } uuid && uuid != domain)
        {
            throw Invalid($"definition for snapshot {name} must use uuid {domain:D}");
        }

        if (flags.HasFlag(DomainSnapshotCreateFlags.DiskOnly) && state != "disk-snapshot")
        {
            throw Invalid($"disk-only flag for snapshot {name} requires disk-snapshot state");
        }

        var old = tree.Find(name);
        if (old is not null)
        {
            CheckReplacement(old, new QemuSnapshot(request));
        }

        var saved = request.Domain ?? old?.Config.Domain ?? throw VireoException.Internal(ErrorDomain.DomainSnapshot, "missing domain in snapshot");
        return new QemuSnapshot(request with
        {
            CreationTime = request.CreationTime is 0 ? null : request.CreationTime,
            Parent = request.Parent is { Name: not null } ? request.Parent : null,
            Memory = new SnapshotMemory { Snapshot = mode ?? (HasMemory(state) ? SnapshotLocation.Internal : SnapshotLocation.No), File = request.Memory?.File },
            Disks = [.. Disks(request, saved, mode == SnapshotLocation.External)],
            Domain = saved,
            InactiveDomain = request.InactiveDomain ?? (request.Domain is null ? old?.Config.InactiveDomain : null),
            Cookie = request.Cookie ?? old?.Config.Cookie,
            Active = null,
            RevertDisks = old?.Config.RevertDisks ?? default,
            FirmwareVariables = old?.Config.FirmwareVariables,
            TpmState = old?.Config.TpmState ?? default,
        });
    }

    private static bool HasMemory(string state) => state is not ("disk-snapshot" or "shutoff");

    private static void CheckState(string state)
    {
        if (!s_states.Contains(state))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.DomainSnapshot, $"Invalid state '{state}' in domain snapshot XML");
        }

        switch (state)
        {
            case "pmsuspended":
                throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, "qemu doesn't support taking snapshots of PMSUSPENDED guests");
            case "blocked":
                throw VireoException.Internal(ErrorDomain.Qemu, $"Invalid domain state {state}");
        }
    }

    private static void CheckReplacement(QemuSnapshot old, QemuSnapshot snapshot)
    {
        if ((old.Config.State is "running" or "paused") != (snapshot.Config.State is "running" or "paused"))
        {
            throw Invalid($"cannot change between online and offline snapshot state in snapshot {old.Name}");
        }

        if ((old.Content == SnapshotContent.DiskOnly) != (snapshot.Content == SnapshotContent.DiskOnly))
        {
            throw Invalid($"cannot change between disk only and full system in snapshot {old.Name}");
        }

        if (old.Config.Domain is { } before && snapshot.Config.Domain is { } after)
        {
            AbiCheck.Require(before, after);
        }
    }

    /// <summary>Every disk of the snapshot's own domain, those that the document does not name as they are by default.</summary>
    private static IEnumerable<SnapshotDisk> Disks(DomainSnapshotConfig request, DomainConfig saved, bool externalMemory)
    {
        var requests = request.Disks.Select(d => (Disk: d, Asked: RequestedDisk.Of(d) with { Format = null })).ToList();
        var external = externalMemory || request.State == "disk-snapshot" || requests.Exists(r => r.Asked.Mode == DiskSnapshotMode.External);
        var placed = new SnapshotLayout(request.Name!, external, new Refusals(gather: false)).Align([.. saved.Devices.Disks.Select(SubjectDisk.Of)], [.. requests.Select(r => r.Asked)]);
        foreach (var disk in placed)
        {
            var given = requests.Find(r => disk.Disk.IsNamed(r.Asked.Name)).Disk ?? new SnapshotDisk();
            yield return disk.Mode != DiskSnapshotMode.External
                ? given with { Name = disk.Disk.Target, Snapshot = disk.Location }
                : given with { Name = disk.Disk.Target, Snapshot = disk.Location, Type = given.Type ?? DiskType.File, Source = given.Source ?? new DiskSource { File = disk.Overlay } };
        }
    }

    private static VireoException Xml(string detail) => new(ErrorCode.XmlError, ErrorDomain.DomainSnapshot, detail);

    private static VireoException Invalid(string detail) => VireoException.InvalidArgument(ErrorDomain.DomainSnapshot, detail);
}
