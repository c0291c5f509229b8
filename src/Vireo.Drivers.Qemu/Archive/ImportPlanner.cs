using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Checkpoints;
using Vireo.Drivers.Qemu.Cloning;
using Vireo.Drivers.Qemu.Defaults;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Qemu.State;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Archive;

/// <summary>Plans a domain out of an archive. Everything that can be refused is refused here, before anything is made; what the files themselves hold shows when they are written.</summary>
/// <param name="hypervisor">Where the domain will be.</param>
/// <param name="archive">The archive.</param>
/// <param name="request">What is to become of it.</param>
internal sealed class ImportPlanner(QemuHypervisor hypervisor, ArchiveReader archive, ImportRequest request)
{
    private readonly string _id = Guid.NewGuid().ToString("N")[..12];

    /// <summary>The plan.</summary>
    /// <exception cref="VireoException">
    /// VIR_ERR_OPERATION_FAILED: the archive is broken, or a name or a file is taken; VIR_ERR_INVALID_ARG: a place is not allowed; VIR_ERR_XML_ERROR, VIR_ERR_CONFIG_UNSUPPORTED: a document cannot be had.
    /// </exception>
    public async ValueTask<ImportPlan> PlanAsync(CancellationToken cancellationToken)
    {
        var entries = archive.Manifest.Entries;
        var told = DomainConfig.ParseDefinition(archive.Text(entries.First(e => e.Kind == SnapshotArchiveKind.Domain)));
        var name = request.Name ?? told.Name!;
        DomainNames.Check(name);
        NewDomainPlace.Check(hypervisor, name, request.Directory);
        CheckMetadata(name);
        var clone = name == told.Name ? null : new CloneDocument(told.Name!, name);
        var files = Files();
        var byPath = files.SelectMany(f => f.Entry.Paths, (file, path) => (path, file)).ToDictionary(f => f.path, f => f.file, StringComparer.Ordinal);
        var documents = new ImportedDocuments(byPath, name, told.Uuid ?? throw archive.Bad("its domain has no uuid"), clone, why => archive.Bad(why));

        var definition = await CompleteAsync(documents.Of(told), cancellationToken).ConfigureAwait(false);
        JournalRecovery.RefuseUnfinished(hypervisor.Paths.QemuJournal, definition.Uuid!.Value);
        files.AddRange(Variables(definition));
        NewDomainPlace.CheckFiles(files.Select(f => f.Place));
        var snapshots = await SnapshotsAsync(documents, definition.Uuid.Value, cancellationToken).ConfigureAwait(false);
        var checkpoints = Checkpoints(documents);
        return new ImportPlan(_id, Domain(definition, snapshots, checkpoints), definition, files, Changes(definition, snapshots, checkpoints));
    }

    private string SnapshotDirectory(string name) => Path.Combine(hypervisor.Paths.QemuSnapshots, name);

    private string CheckpointDirectory(string name) => Path.Combine(hypervisor.Paths.QemuCheckpoints, name);

    private ValueTask<DomainConfig> CompleteAsync(DomainConfig config, CancellationToken cancellationToken) => hypervisor.Builder.CompleteAsync(config, cancellationToken);

    private void CheckMetadata(string name)
    {
        foreach (var directory in new[] { SnapshotDirectory(name), CheckpointDirectory(name) })
        {
            if (Directory.Exists(directory) && Directory.EnumerateFiles(directory, "*.xml").FirstOrDefault() is { } left)
            {
                throw VireoException.OperationFailed(ErrorDomain.DomainSnapshot, $"'{left}' is left of an earlier domain '{name}'; remove it, or choose another name");
            }
        }
    }

    /// <summary>The images and memory files, and where they go.</summary>
    private List<ImportedFile> Files()
    {
        var files = new Dictionary<string, ImportedFile>(StringComparer.Ordinal);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in archive.Manifest.Entries.Where(e => e.Kind is SnapshotArchiveKind.Image or SnapshotArchiveKind.Memory))
        {
            var path = request.Directory is { } directory ? InDirectory(directory, entry.Paths[0], taken) : AsBefore(entry.Paths[0]);
            files.Add(entry.Name!, new ImportedFile(entry, Planned(path), entry.Base is { } below ? files[below] : null));
        }

        return [.. files.Values];
    }

    private static string InDirectory(string directory, string path, HashSet<string> taken)
    {
        var place = Path.Combine(directory, Path.GetFileName(path));
        for (var number = 2; !taken.Add(place); number++)
        {
            place = Path.Combine(directory, $"{number}-{Path.GetFileName(path)}");
        }

        return place;
    }

    /// <summary>The place that a file had: not any that an archive names, for what it holds might do harm elsewhere, but one where images are, or where the archive was laid.</summary>
    private string AsBefore(string path)
    {
        var directory = Path.GetDirectoryName(path);
        var images = hypervisor.Domains.All.SelectMany(d => d.View.Persistent?.Devices.Disks ?? default).Where(d => !d.Readonly).Select(d => d.Source?.File).OfType<string>();
        return images.Append(archive.Path).Any(image => Path.GetDirectoryName(image) == directory)
            ? path
            : throw VireoException.InvalidArgument(
                ErrorDomain.DomainSnapshot, $"the archive has file '{path}', and '{directory}' holds neither the archive nor images of domains: say with --directory where all files are to go");
    }

    private IEnumerable<ImportedFile> Variables(DomainConfig definition)
    {
        foreach (var entry in archive.Manifest.Entries.Where(e => e.Kind == SnapshotArchiveKind.Variables))
        {
            yield return new ImportedFile(entry, Planned(hypervisor.Firmware.VariablesOf(definition) ?? throw archive.Bad("it has firmware variables, and its domain has none")), null);
        }
    }

    private PlannedFile Planned(string path) => new(path, OverlayFile.TemporaryName(path, _id));

    private async ValueTask<SnapshotTree<QemuSnapshot>> SnapshotsAsync(ImportedDocuments documents, Guid uuid, CancellationToken cancellationToken)
    {
        var tree = SnapshotTree<QemuSnapshot>.Empty;
        foreach (var entry in archive.Manifest.Entries.Where(e => e.Kind == SnapshotArchiveKind.Snapshot))
        {
            var stored = documents.Of(DomainSnapshotConfig.Parse(archive.Text(entry)));
            RefuseTwice(tree, stored.Name);
            var completed = stored with
            {
                Domain = SavedDocument.Of(await CompleteAsync(stored.Domain!, cancellationToken).ConfigureAwait(false)),
                InactiveDomain = stored.InactiveDomain is { } inactive ? await CompleteAsync(inactive, cancellationToken).ConfigureAwait(false) : null,
            };
            var taken = new SnapshotRedefinition(uuid, tree).Take(completed, DomainSnapshotCreateFlags.Redefine).Config;
            tree = tree.With(new QemuSnapshot(documents.WithoutLost(taken with { RevertDisks = stored.RevertDisks, FirmwareVariables = stored.FirmwareVariables })));
        }

        return Current(tree, archive.Manifest.CurrentSnapshot);
    }

    private SnapshotTree<QemuCheckpoint> Checkpoints(ImportedDocuments documents)
    {
        var tree = SnapshotTree<QemuCheckpoint>.Empty;
        foreach (var entry in archive.Manifest.Entries.Where(e => e.Kind == SnapshotArchiveKind.Checkpoint))
        {
            var checkpoint = documents.Of(DomainCheckpointConfig.Parse(archive.Text(entry)));
            RefuseTwice(tree, checkpoint.Name);
            SnapshotNames.Check(checkpoint.Name!);
            tree = tree.With(new QemuCheckpoint(checkpoint));
        }

        return Current(tree, archive.Manifest.CurrentCheckpoint);
    }

    private void RefuseTwice<T>(SnapshotTree<T> tree, string? name)
        where T : class, IStoredMoment<T>
    {
        if (name is null || tree.Find(name) is not null)
        {
            throw archive.Bad($"it has {T.Kind} '{name}' twice, or one without a name");
        }
    }

    private SnapshotTree<T> Current<T>(SnapshotTree<T> tree, string? name)
        where T : class, IStoredMoment<T> =>
        name is null || tree.Find(name) is not null ? tree.WithCurrent(name) : throw archive.Bad($"it says that {T.Kind} '{name}' is the current one, and has none of that name");

    private QemuDomain Domain(DomainConfig definition, SnapshotTree<QemuSnapshot> snapshots, SnapshotTree<QemuCheckpoint> checkpoints)
    {
        var name = definition.Name!;
        var view = new DomainView { Name = name, Uuid = definition.Uuid!.Value, Started = definition, SnapshotCount = snapshots.Count, CheckpointCount = checkpoints.Count };
        return new QemuDomain(hypervisor, view)
        {
            Moments = (DomainSnapshots.Of(SnapshotDirectory(name), hypervisor.Snapshots, snapshots), DomainCheckpoints.Of(CheckpointDirectory(name), checkpoints)),
        };
    }

    private List<DocumentChange> Changes(DomainConfig definition, SnapshotTree<QemuSnapshot> snapshots, SnapshotTree<QemuCheckpoint> checkpoints)
    {
        var kept = new SnapshotStore(SnapshotDirectory(definition.Name!));
        var since = new MomentStore<QemuCheckpoint>(CheckpointDirectory(definition.Name!));
        return
        [
            .. snapshots.All.Select(s => kept.Change(null, s)),
            .. checkpoints.All.Select(c => since.Change(null, c)),
            .. new[] { kept.ChangeCurrent(null, snapshots.CurrentName), since.ChangeCurrent(null, checkpoints.CurrentName) }.OfType<DocumentChange>(),
            new DocumentChange(hypervisor.Files.Definition(definition.Name!), null, DomainFiles.DefinitionText(definition)),
        ];
    }
}
