using Vireo.Config;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Test;

/// <summary>A snapshot of the test hypervisor: only the document, since there is no guest behind it.</summary>
/// <param name="Document">The document, with the domain as it was.</param>
internal sealed record TestSnapshot(DomainSnapshotConfig Document) : ISnapshotNode
{
    public string Name => Document.Name!;

    public string? Parent => Document.Parent?.Name;

    public SnapshotContent Content => Document.State switch
    {
        "disk-snapshot" => SnapshotContent.DiskOnly,
        "shutoff" => SnapshotContent.Inactive,
        _ => SnapshotContent.Active,
    };

    public bool IsExternal =>
        Document.Memory?.Snapshot == SnapshotLocation.External || Document.Disks.Any(d => d.Snapshot == SnapshotLocation.External);

    /// <summary>The state to which it brings the domain back.</summary>
    public DomainState State => Document.State switch
    {
        "running" => DomainState.Running,
        "paused" => DomainState.Paused,
        _ => DomainState.Shutoff,
    };

    /// <summary>The same snapshot on another parent.</summary>
    public TestSnapshot On(string? parent) => new(Document with { Parent = parent is null ? null : new SnapshotParent { Name = parent } });

    /// <summary>Takes a snapshot of a domain as it is now.</summary>
    public static TestSnapshot Of(TestDomain domain, DomainSnapshotConfig asked, string? parent)
    {
        if (asked.Memory?.Snapshot is SnapshotLocation.External || asked.Disks.Any(d => d.Snapshot is SnapshotLocation.External))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Test, "the test hypervisor has no files: its snapshots are internal; leave snapshot='external' out");
        }

        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        return new TestSnapshot(new DomainSnapshotConfig
        {
            Name = asked.Name ?? now.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Description = asked.Description,
            State = domain.State switch
            {
                DomainState.Running => "running",
                DomainState.Paused => "paused",
                _ => "shutoff",
            },
            Parent = parent is null ? null : new SnapshotParent { Name = parent },
            CreationTime = now,
            Memory = new SnapshotMemory { Snapshot = domain.IsActive ? SnapshotLocation.Internal : SnapshotLocation.No },
            Disks = [.. domain.Config.Devices.Disks.Select(d => new SnapshotDisk { Name = d.Target?.Dev, Snapshot = SnapshotLocation.Internal })],
            Domain = domain.Config with { Id = null },
        });
    }
}
