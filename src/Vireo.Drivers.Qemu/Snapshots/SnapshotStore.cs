using Vireo.Config;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>
/// Where the metadata of a domain's snapshots lies: a document for each, and a file that names the current one, so that a new snapshot need not rewrite
/// its parent's.
/// </summary>
/// <param name="directory">The directory of this domain's snapshots.</param>
internal sealed class SnapshotStore(string directory)
{
    private const long MaxDocument = 64L << 20;

    private string MadePath => Path.Combine(directory, ".made");

    private string CurrentPath => Path.Combine(directory, ".current");

    /// <summary>The file of a snapshot's document.</summary>
    public string PathOf(string snapshot) => Path.Combine(directory, snapshot + ".xml");

    /// <summary>The change that stores or removes a document.</summary>
    /// <param name="before">As it is stored now; null when it is new.</param>
    /// <param name="after">As it is to be stored; null to remove it.</param>
    public DocumentChange Change(QemuSnapshot? before, QemuSnapshot? after) =>
        new(PathOf((after ?? before)!.Name), before?.Config.ToXml(), after?.Config.ToXml());

    /// <summary>The change of which snapshot is current; null when it stays.</summary>
    public DocumentChange? ChangeCurrent(string? before, string? after) =>
        before == after ? null : new DocumentChange(CurrentPath, before is null ? null : before + "\n", after is null ? null : after + "\n");

    /// <summary>The list of images that forgotten snapshots have made; null when there is none.</summary>
    public string? ReadMade() => File.Exists(MadePath) ? File.ReadAllText(MadePath) : null;

    /// <summary>The change of that list; null when it stays.</summary>
    public DocumentChange? ChangeMade(string? before, string? after) => before == after ? null : new DocumentChange(MadePath, before, after);

    /// <summary>Reads all of them. A document that cannot be used is left out and reported; it stays on disk.</summary>
    /// <param name="report">Told which file cannot be used, and why.</param>
    public SnapshotTree<QemuSnapshot> Load(Action<string, Exception> report)
    {
        var tree = SnapshotTree<QemuSnapshot>.Empty;
        if (!Directory.Exists(directory))
        {
            return tree;
        }

        var waiting = new List<QemuSnapshot>();
        foreach (var path in Directory.EnumerateFiles(directory, "*.xml").Order(StringComparer.Ordinal))
        {
            try
            {
                waiting.Add(Read(path));
            }
            catch (Exception e) when (e is VireoException or IOException or UnauthorizedAccessException)
            {
                report(path, e);
            }
        }

        tree = Plant(tree, waiting, report);
        var current = File.Exists(CurrentPath) ? File.ReadAllText(CurrentPath).Trim() : tree.All.FirstOrDefault(s => s.Config.Active == 1)?.Name;
        return current is not null && tree.Find(current) is not null ? tree.WithCurrent(current) : tree;
    }

    private static QemuSnapshot Read(string path)
    {
        if (new FileInfo(path).Length > MaxDocument)
        {
            throw VireoException.Internal(ErrorDomain.DomainSnapshot, $"snapshot metadata '{path}' is larger than {MaxDocument} bytes");
        }

        var config = DomainSnapshotConfig.Parse(File.ReadAllText(path));
        return config.Name == Path.GetFileNameWithoutExtension(path)
            ? new QemuSnapshot(config)
            : throw VireoException.Internal(ErrorDomain.DomainSnapshot, $"snapshot metadata '{path}' is of a snapshot named '{config.Name}'");
    }

    /// <summary>Adds each snapshot after its parent; one whose parent is lost becomes a root.</summary>
    private static SnapshotTree<QemuSnapshot> Plant(SnapshotTree<QemuSnapshot> tree, List<QemuSnapshot> waiting, Action<string, Exception> report)
    {
        waiting.Sort((a, b) => (a.Config.CreationTime ?? 0).CompareTo(b.Config.CreationTime ?? 0));
        while (waiting.Count > 0)
        {
            var ready = waiting.Where(s => s.Parent is null || tree.Find(s.Parent) is not null).ToList();
            if (ready.Count == 0)
            {
                var orphan = waiting[0];
                report(orphan.Name, VireoException.Internal(ErrorDomain.DomainSnapshot, $"snapshot '{orphan.Name}' lacks its parent '{orphan.Parent}'; it is taken as a root"));
                ready.Add(orphan with { Config = orphan.Config with { Parent = null } });
            }

            foreach (var snapshot in ready)
            {
                tree = tree.With(snapshot);
            }

            waiting.RemoveAll(s => ready.Exists(r => r.Name == s.Name));
        }

        return tree;
    }
}
