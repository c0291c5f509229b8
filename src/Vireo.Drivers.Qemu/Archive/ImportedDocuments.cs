using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Cloning;

namespace Vireo.Drivers.Qemu.Archive;

/// <summary>An archive's documents as the new domain has them. Whatever they say of a disk's file has to be a file of the archive: no other is given to a guest, or ever removed.</summary>
/// <param name="files">The archive's files, by the paths that they had.</param>
/// <param name="name">The new domain's name.</param>
/// <param name="uuid">The identity that it had.</param>
/// <param name="clone">Gives it an identity of its own; null to leave it the one it had.</param>
/// <param name="bad">Makes the error that says what is wrong with the archive.</param>
internal sealed class ImportedDocuments(IReadOnlyDictionary<string, ImportedFile> files, string name, Guid uuid, CloneDocument? clone, Func<string, VireoException> bad)
{
    private readonly HashSet<string> _places = files.Values.Select(f => f.Place.Path).ToHashSet(StringComparer.Ordinal);

    /// <summary>A domain's document. Its firmware's variables lie where those of a domain do that does not say.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: a disk is not in the archive.</exception>
    public DomainConfig Of(DomainConfig config) => Of(config, Of);

    /// <summary>A snapshot's metadata.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: a disk or the memory is not in the archive.</exception>
    public DomainSnapshotConfig Of(DomainSnapshotConfig snapshot) => snapshot with
    {
        Domain = snapshot.Domain is { } domain ? Of(domain) : throw bad($"snapshot '{snapshot.Name}' has no document of its domain"),
        InactiveDomain = snapshot.InactiveDomain is { } inactive ? Of(inactive) : null,
        Memory = snapshot.Memory is { File: { } file } memory ? memory with { File = Required(file, SnapshotArchiveKind.Memory).Place.Path } : snapshot.Memory,
        Disks = [.. snapshot.Disks.Select(Of)],
        RevertDisks = [.. snapshot.RevertDisks.Select(Of)],
    };

    /// <summary>A checkpoint's metadata. Its domain is told only; images that are gone stay named.</summary>
    public DomainCheckpointConfig Of(DomainCheckpointConfig checkpoint) => checkpoint with
    {
        Domain = checkpoint.Domain is { } domain ? Of(domain, d => d.Source?.File is { } path && files.ContainsKey(path) ? Of(d) : d) : null,
    };

    /// <summary>A snapshot's metadata without overlays that are gone: what it names as made by it may be removed with it, so that has to be an image of the archive.</summary>
    public DomainSnapshotConfig WithoutLost(DomainSnapshotConfig snapshot) => snapshot with
    {
        Disks = [.. snapshot.Disks.Select(d => IsKnown(d) ? d : d with { Source = null })],
        RevertDisks = [.. snapshot.RevertDisks.Where(IsKnown)],
    };

    private DomainConfig Of(DomainConfig config, Func<DiskConfig, DiskConfig> disk)
    {
        var moved = config with
        {
            Id = null,
            Name = name,
            Uuid = uuid,
            Os = config.Os.Nvram is null ? config.Os : config.Os with { Nvram = new NvramConfig { Template = config.Os.Nvram.Template, Format = config.Os.Nvram.Format } },
            Devices = config.Devices with { Disks = [.. config.Devices.Disks.Select(disk)] },
        };
        return clone is null ? moved : clone.Of(moved, []);
    }

    private DiskConfig Of(DiskConfig disk)
    {
        var bare = disk with { BackingStore = null, Mirror = null };
        if (disk.Location() is not { LocalPath: { } path } location)
        {
            return bare;
        }

        var file = Required(path, SnapshotArchiveKind.Image);
        return location is FileLocation && file.Format == disk.Format()
            ? bare with { Source = disk.Source! with { File = file.Place.Path, Index = null } }
            : throw bad($"disk {disk.Target?.Dev} has '{path}' as a device, or in another format than its manifest tells");
    }

    private SnapshotDisk Of(SnapshotDisk disk) =>
        disk.Source is { File: { } path } source && files.TryGetValue(path, out var file) ? disk with { Source = source with { File = file.Place.Path } } : disk;

    private bool IsKnown(SnapshotDisk disk) => disk.Source?.File is { } path && _places.Contains(path);

    private ImportedFile Required(string path, SnapshotArchiveKind kind) =>
        files.TryGetValue(path, out var file) && file.Entry.Kind == kind ? file : throw bad($"its documents name '{path}', which is not in it");
}
