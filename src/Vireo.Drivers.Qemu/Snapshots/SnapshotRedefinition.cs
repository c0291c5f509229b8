using Vireo.Config;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Takes over the metadata of a snapshot that exists already, by libvirt's rules.</summary>
/// <param name="domain">The domain.</param>
/// <param name="tree">Its snapshots.</param>
internal sealed class SnapshotRedefinition(ISnapshotDomain domain, SnapshotTree<QemuSnapshot> tree)
{
    private static readonly string[] s_states = ["nostate", "running", "blocked", "paused", "shutdown", "shutoff", "crashed", "pmsuspended", "disk-snapshot"];

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
        if (!s_states.Contains(state))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.DomainSnapshot, $"Invalid state '{state}' in domain snapshot XML");
        }

        SnapshotNames.Check(name);
        if (request.Parent?.Name == name)
        {
            throw Invalid($"cannot set snapshot {name} as its own parent");
        }

        if (request.Domain?.Uuid is { } uuid && uuid != domain.Uuid)
        {
            throw Invalid($"definition for snapshot {name} must use uuid {domain.Uuid:D}");
        }

        if (flags.HasFlag(DomainSnapshotCreateFlags.DiskOnly) && state != "disk-snapshot")
        {
            throw Invalid($"disk-only flag for snapshot {name} requires disk-snapshot state");
        }

        var snapshot = new QemuSnapshot(Complete(request));
        return tree.Find(name) is { } old ? Replace(old, snapshot) : snapshot;
    }

    private static DomainSnapshotConfig Complete(DomainSnapshotConfig request)
    {
        var memory = request.Memory?.Snapshot is null or SnapshotLocation.Default
            ? new SnapshotMemory
            {
                Snapshot = request.Memory?.File is not null ? SnapshotLocation.External
                    : request.State is "disk-snapshot" or "shutoff" ? SnapshotLocation.No
                    : SnapshotLocation.Internal,
                File = request.Memory?.File,
            }
            : request.Memory;
        if (memory.Snapshot is SnapshotLocation.Internal or SnapshotLocation.External && request.State is "disk-snapshot" or "shutoff" && memory.File is not null)
        {
            throw Xml("memory state cannot be saved with offline or disk-only snapshot");
        }

        return request with
        {
            Memory = memory,
            Active = null,
            Disks = [.. request.Disks.Select(d => d.Snapshot is null && d.Source is not null ? d with { Snapshot = SnapshotLocation.External } : d)],
        };
    }

    private static QemuSnapshot Replace(QemuSnapshot old, QemuSnapshot snapshot)
    {
        if ((old.Content == SnapshotContent.Inactive) != (snapshot.Content == SnapshotContent.Inactive))
        {
            throw Invalid($"cannot change between online and offline snapshot state in snapshot {old.Name}");
        }

        if ((old.Content == SnapshotContent.DiskOnly) != (snapshot.Content == SnapshotContent.DiskOnly))
        {
            throw Invalid($"cannot change between disk only and full system in snapshot {old.Name}");
        }

        return new QemuSnapshot(snapshot.Config with
        {
            Domain = snapshot.Config.Domain ?? old.Config.Domain,
            InactiveDomain = snapshot.Config.InactiveDomain ?? (snapshot.Config.Domain is null ? old.Config.InactiveDomain : null),
            Cookie = snapshot.Config.Cookie ?? old.Config.Cookie,
            RevertDisks = old.Config.RevertDisks,
        });
    }

    private static VireoException Xml(string detail) => new(ErrorCode.XmlError, ErrorDomain.DomainSnapshot, detail);

    private static VireoException Invalid(string detail) => VireoException.InvalidArgument(ErrorDomain.DomainSnapshot, detail);
}
