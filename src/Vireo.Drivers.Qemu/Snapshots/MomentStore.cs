using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>A moment of a domain's life, a snapshot or a checkpoint, whose document is stored.</summary>
/// <typeparam name="T">Itself.</typeparam>
internal interface IStoredMoment<T> : ISnapshotNode
{
    /// <summary>What messages call it: <c>snapshot</c>.</summary>
    static abstract string Kind { get; }

    /// <summary>Who reports errors in it.</summary>
    static abstract ErrorDomain Domain { get; }

    /// <summary>When it was made, in seconds since 1970.</summary>
    long CreationTime { get; }

    /// <summary>Whether its own document says that it is the current one.</summary>
    bool SaysCurrent { get; }

    /// <summary>Reads its document.</summary>
    static abstract T Parse(string xml);

    /// <summary>Its document.</summary>
    string ToXml();

    /// <summary>The same as a root.</summary>
    T WithoutParent();
}

/// <summary>
/// Where the metadata of a domain's snapshots or checkpoints lies: a document for each, and a file that names the current one, so that a new one need not
/// rewrite its parent's.
/// </summary>
/// <param name="directory">The directory of this domain's.</param>
internal class MomentStore<T>(string directory)
    where T : class, IStoredMoment<T>
{
    private const long MaxDocument = 64L << 20;

    /// <summary>The directory they lie in.</summary>
    protected string Directory { get; } = directory;

    private string CurrentPath => Path.Combine(Directory, ".current");

    /// <summary>The file of a document.</summary>
    public string PathOf(string name) => Path.Combine(Directory, name + ".xml");

    /// <summary>The change that stores or removes a document.</summary>
    /// <param name="before">As it is stored now; null when it is new.</param>
    /// <param name="after">As it is to be stored; null to remove it.</param>
    public DocumentChange Change(T? before, T? after) =>
        new(PathOf((after ?? before)!.Name), before?.ToXml(), after?.ToXml());

    /// <summary>The change of which snapshot is current; null when it stays.</summary>
    public DocumentChange? ChangeCurrent(string? before, string? after) =>
        before == after ? null : new DocumentChange(CurrentPath, before is null ? null : before + "\n", after is null ? null : after + "\n");

    /// <summary>Reads all of them, when nobody writes any: what a killed writer left half-written goes. A document that cannot be used is left out and reported; it stays on disk.</summary>
    /// <param name="report">Told which file cannot be used, and why.</param>
    public SnapshotTree<T> Load(Action<string, Exception> report)
    {
        var tree = SnapshotTree<T>.Empty;
        if (!System.IO.Directory.Exists(Directory))
        {
            return tree;
        }

        JournalActions.RemoveLeftovers(Directory);
        var waiting = new List<T>();
        foreach (var path in System.IO.Directory.EnumerateFiles(Directory, "*.xml").Order(StringComparer.Ordinal))
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
        var current = File.Exists(CurrentPath) ? File.ReadAllText(CurrentPath).Trim() : tree.All.FirstOrDefault(s => s.SaysCurrent)?.Name;
        return current is not null && tree.Find(current) is not null ? tree.WithCurrent(current) : tree;
    }

    private static T Read(string path)
    {
        if (new FileInfo(path).Length > MaxDocument)
        {
            throw VireoException.Internal(T.Domain, $"{T.Kind} metadata '{path}' is larger than {MaxDocument} bytes");
        }

        var moment = T.Parse(File.ReadAllText(path));
        return moment.Name == Path.GetFileNameWithoutExtension(path)
            ? moment
            : throw VireoException.Internal(T.Domain, $"{T.Kind} metadata '{path}' is of a {T.Kind} named '{moment.Name}'");
    }

    /// <summary>Adds each snapshot after its parent; one whose parent is lost becomes a root.</summary>
    private static SnapshotTree<T> Plant(SnapshotTree<T> tree, List<T> waiting, Action<string, Exception> report)
    {
        waiting.Sort((a, b) => a.CreationTime.CompareTo(b.CreationTime));
        while (waiting.Count > 0)
        {
            var ready = waiting.Where(s => s.Parent is null || tree.Find(s.Parent) is not null).ToList();
            if (ready.Count == 0)
            {
                var orphan = waiting[0];
                report(orphan.Name, VireoException.Internal(T.Domain, $"{T.Kind} '{orphan.Name}' lacks its parent '{orphan.Parent}'; it is taken as a root"));
                ready.Add(orphan.WithoutParent());
            }

            foreach (var moment in ready)
            {
                tree = tree.With(moment);
            }

            waiting.RemoveAll(s => ready.Exists(r => r.Name == s.Name));
        }

        return tree;
    }
}
