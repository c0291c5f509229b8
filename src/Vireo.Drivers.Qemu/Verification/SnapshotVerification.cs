using Microsoft.Win32.SafeHandles;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.SavedState;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Verification;

/// <summary>Holds a domain's snapshots against what lies on disk. Reads only, within the domain's job.</summary>
internal sealed class SnapshotVerification
{
    private const string Rebuild = "--repair rebuilds it as far as its data is there";

    private readonly ISnapshotDomain _domain;
    private readonly SnapshotTree<QemuSnapshot> _tree;
    private readonly SnapshotStore _store;
    private readonly Findings _findings;

    /// <summary>Prepares it.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="tree">Its snapshots as the daemon knows them.</param>
    /// <param name="store">Where their metadata lies.</param>
    /// <param name="findings">Told what is wrong.</param>
    public SnapshotVerification(ISnapshotDomain domain, SnapshotTree<QemuSnapshot> tree, SnapshotStore store, Findings findings)
    {
        (_domain, _tree, _store, _findings) = (domain, tree, store, findings);
        Internals = new InternalSurvey(tree, Survey);
    }

    /// <summary>The images that documents lead to.</summary>
    public ImageSurvey Survey { get; } = new();

    /// <summary>The snapshots within them.</summary>
    public InternalSurvey Internals { get; }

    /// <summary>Snapshots that the daemon knows and whose stored documents are gone or broken.</summary>
    public IReadOnlyList<QemuSnapshot> Unstored { get; private set; } = [];

    /// <summary>Snapshots whose parents are lost, each with the parent's name.</summary>
    public IReadOnlyList<(QemuSnapshot Child, string Parent)> Orphans { get; private set; } = [];

    /// <summary>Looks at the metadata and the files, and at nothing that takes long.</summary>
    public void Look()
    {
        LookAtMetadata();
        foreach (var (config, snapshot) in Documents())
        {
            Survey.Add(config, snapshot, _findings);
        }

        Survey.Report(_findings);
        Internals.Report(_findings);
        foreach (var (name, held) in Internals.Unknown)
        {
            _findings.Warning(
                $"the image holds internal snapshot '{name}', of which the domain knows nothing",
                $"{Rebuild}; or remove it (qemu-img snapshot -d) while the domain is shut off",
                [name],
                held[0].Image.Disk,
                held[0].Image.Path);
        }

        foreach (var snapshot in _tree.All)
        {
            LookAtParts(snapshot);
        }
    }

    /// <summary>Looks for files that nothing refers to, and has the images checked.</summary>
    /// <param name="repair">Whether clusters that nothing uses are freed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<SnapshotVerificationConfig> ConcludeAsync(bool repair, CancellationToken cancellationToken)
    {
        var others = _domain.ImagesOfOtherDomains();
        if (_domain.Disks is { Jobs.Length: > 0 } or { Backup: not null })
        {
            _findings.Note("a block job or a backup is under way: not looked for stray overlays");
        }
        else
        {
            new StrayOverlays(Survey, MadeImages.Of(_tree, _store), others).Report(_findings);
        }

        await new ImageChecks(Survey, Written(), others, _findings).RunAsync(repair, cancellationToken).ConfigureAwait(false);
        return new SnapshotVerificationConfig { Domain = _domain.Name, Images = Survey.Images.Count, Findings = [.. _findings.All] };
    }

    private IEnumerable<(DomainConfig Config, string? Snapshot)> Documents()
    {
        foreach (var snapshot in _tree.All)
        {
            foreach (var config in new[] { snapshot.Config.Domain, snapshot.Config.InactiveDomain }.OfType<DomainConfig>())
            {
                yield return (config, snapshot.Name);
            }
        }

        foreach (var config in new[] { _domain.Live, _domain.Persistent }.OfType<DomainConfig>())
        {
            yield return (config, null);
        }
    }

    private void LookAtMetadata()
    {
        var (unstored, orphans) = (new List<QemuSnapshot>(), new List<(QemuSnapshot, string)>());
        var stored = _store.Load((what, reason) =>
        {
            if (!what.StartsWith('/'))
            {
                _findings.Error(reason.Message, Rebuild, [what], file: _store.PathOf(what));
            }
            else if (_tree.Find(Path.GetFileNameWithoutExtension(what)) is null)
            {
                _findings.Error($"the metadata cannot be read: {reason.Message}", "bring back a good copy; or move the file away, and --repair rebuilds it as far as its data is there", file: what);
            }
        });
        foreach (var snapshot in _tree.All)
        {
            if (stored.Find(snapshot.Name) is not { } found)
            {
                unstored.Add(snapshot);
                _findings.Error("its stored metadata is lost; only the daemon that runs still knows it", "--repair stores it again", [snapshot.Name], file: _store.PathOf(snapshot.Name));
            }
            else if (found.Parent is null && QemuSnapshot.Parse(File.ReadAllText(_store.PathOf(snapshot.Name))).Parent is { } parent && _tree.Find(parent) is null)
            {
                orphans.Add((snapshot, parent));
            }
        }

        (Unstored, Orphans) = (unstored, orphans);
    }

    private void LookAtParts(QemuSnapshot snapshot)
    {
        if (snapshot.Config.Disks.Any(d => d.DeleteInProgress))
        {
            _findings.Warning("it is half-deleted: its data may be merged already", "delete it again, to finish that", [snapshot.Name]);
        }

        if (snapshot.Config.Domain is null)
        {
            _findings.Note($"snapshot '{snapshot.Name}' keeps no document of its domain, so nobody can say where its data lies");
        }

        if (snapshot.MemoryFile is { } memory)
        {
            try
            {
                using var handle = OpenMemory(memory);
                SaveImage.Read(handle);
            }
            catch (VireoException e)
            {
                _findings.Error(e.Message, "its disks can still be gone back to; bring the file back for the memory", [snapshot.Name], file: memory);
            }
        }

        foreach (var part in snapshot.Config.Disks.Where(d => d.Snapshot == SnapshotLocation.External))
        {
            LookAtOverlay(snapshot, part);
        }
    }

    /// <summary>An overlay stands on what its snapshot froze, unless it stands on nothing since a pull.</summary>
    private void LookAtOverlay(QemuSnapshot snapshot, SnapshotDisk part)
    {
        var frozen = snapshot.Config.Domain?.Devices.Disks.FirstOrDefault(d => d.Target?.Dev == part.Name)?.Location()?.LocalPath;
        if (frozen is not null && part.Source?.File is { } overlay && Survey.Find(overlay) is { Problem: null, Below: { } below } image && !Survey.Chain(image).Any(p => Same(p, frozen)))
        {
            _findings.Error(
                $"its header says that it stands on '{below.Location.Display}', but the snapshot froze '{frozen}'",
                "find out which is right; a header is corrected with qemu-img rebase -u",
                [snapshot.Name],
                part.Name,
                overlay);
        }
    }

    private static bool Same(string one, string other) => one == other || (FileIdentity.Of(one) is { } identity && identity == FileIdentity.Of(other));

    private static SafeFileHandle OpenMemory(string path)
    {
        if (FileStatus.TryOf(path) is not { Kind: FileKind.Regular })
        {
            throw VireoException.OperationFailed(ErrorDomain.Qemu, $"the memory file '{path}' is missing");
        }

        try
        {
            return File.OpenHandle(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw VireoException.OperationFailed(ErrorDomain.Qemu, $"the memory file '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>What the domain's own hypervisor writes to: the tops, and all of a chain that a job works on. Others are known by their locks.</summary>
    private HashSet<FileIdentity> Written() =>
    [
        .. from disk in _domain.Disks?.Disks ?? []
           where !disk.Access.ReadOnly && disk.Chain is not null
           from layer in disk.Chain!.Layers.Take(_domain.Disks!.JobOf(disk.Target) is null ? 1 : disk.Chain.Layers.Length)
           let identity = layer.Location.LocalPath is { } path ? FileIdentity.Of(path) : null
           where identity is not null
           select identity.Value,
    ];
}
