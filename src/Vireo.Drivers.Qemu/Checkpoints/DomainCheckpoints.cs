using Vireo.Config;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Checkpoints;

/// <summary>The checkpoints of one domain. Readers use <see cref="Tree"/>, which never waits; changes are called within the domain's modifying job.</summary>
internal sealed class DomainCheckpoints
{
    private readonly MomentStore<QemuCheckpoint> _store;
    private SnapshotTree<QemuCheckpoint> _tree;

    private DomainCheckpoints(MomentStore<QemuCheckpoint> store, SnapshotTree<QemuCheckpoint> tree) => (_store, _tree) = (store, tree);

    /// <summary>The checkpoints and which is current, as of now.</summary>
    public SnapshotTree<QemuCheckpoint> Tree => Volatile.Read(ref _tree);

    /// <summary>Reads the checkpoints of a domain.</summary>
    /// <param name="directory">Where their metadata lies.</param>
    /// <param name="report">Told of what cannot be read.</param>
    public static DomainCheckpoints Load(string directory, Action<string, Exception> report)
    {
        var store = new MomentStore<QemuCheckpoint>(directory);
        return new DomainCheckpoints(store, store.Load(report));
    }

    /// <summary>The checkpoints of a domain that is made together with them: their metadata is being written.</summary>
    public static DomainCheckpoints Of(string directory, SnapshotTree<QemuCheckpoint> tree) => new(new MomentStore<QemuCheckpoint>(directory), tree);

    /// <summary>The checkpoint of that name.</summary>
    /// <exception cref="VireoException">VIR_ERR_NO_DOMAIN_CHECKPOINT: there is none.</exception>
    public QemuCheckpoint Find(string name) => Tree.Find(name)
        ?? throw new VireoException(ErrorCode.NoDomainCheckpoint, ErrorDomain.DomainCheckpoint, $"no domain checkpoint with matching name '{name}'");

    /// <summary>The parent of a checkpoint.</summary>
    /// <exception cref="VireoException">VIR_ERR_NO_DOMAIN_CHECKPOINT: it is a root.</exception>
    public QemuCheckpoint Parent(string name) => Find(name).Parent is { } parent && Tree.Find(parent) is { } found
        ? found
        : throw new VireoException(ErrorCode.NoDomainCheckpoint, ErrorDomain.Qemu, $"checkpoint '{name}' does not have a parent");

    /// <summary>Makes a checkpoint (<c>virDomainCheckpointCreateXML</c>).</summary>
    public async ValueTask<QemuCheckpoint> CreateAsync(QemuProcess process, QemuCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var bitmaps = new CheckpointBitmaps(process);
        var transaction = new BlockTransaction();
        CheckpointBitmaps.Add(transaction, checkpoint, process.Disks);
        await bitmaps.RunAsync(transaction, cancellationToken).ConfigureAwait(false);
        try
        {
            await KeepAsync(checkpoint).ConfigureAwait(false);
        }
        catch
        {
            await bitmaps.RemoveAsync([checkpoint], CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        return checkpoint;
    }

    /// <summary>Stores a checkpoint whose bitmaps are there and makes it the current one.</summary>
    public Task KeepAsync(QemuCheckpoint checkpoint) => ChangeAsync([checkpoint], [], checkpoint.Name);

    /// <summary>Takes over the metadata of a checkpoint that exists already.</summary>
    /// <param name="uuid">The domain's.</param>
    /// <param name="request">The document.</param>
    /// <param name="validate">Looks whether its bitmaps are there; null to take it as it is.</param>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG, VIR_ERR_INTERNAL_ERROR: it lacks something or contradicts what is there.</exception>
    public async ValueTask<QemuCheckpoint> RedefineAsync(Guid uuid, DomainCheckpointConfig request, Func<QemuCheckpoint, Task>? validate)
    {
        var name = request.Name ?? throw new VireoException(ErrorCode.XmlError, ErrorDomain.DomainCheckpoint, "redefined checkpoint must have a name");
        if (request.CreationTime is null)
        {
            throw VireoException.Internal(ErrorDomain.DomainCheckpoint, "missing creationTime from existing checkpoint");
        }

        if (request.Domain?.Uuid is { } other && other != uuid)
        {
            throw VireoException.InvalidArgument(ErrorDomain.DomainCheckpoint, $"definition for checkpoint {name} must use uuid {uuid:D}");
        }

        if (request.Parent?.Name == name)
        {
            throw VireoException.InvalidArgument(ErrorDomain.DomainCheckpoint, $"cannot set moment {name} as its own parent");
        }

        var before = Tree;
        request = request with { Domain = request.Domain ?? before.Find(name)?.Config.Domain };
        var checkpoint = new QemuCheckpoint(request with { Disks = CheckpointPlanner.Redefined(request, name), Parent = request.Parent is { Name: not null } ? request.Parent : null, CreationTime = request.CreationTime is 0 ? null : request.CreationTime });
        before.With(checkpoint);
        if (validate is not null)
        {
            await validate(checkpoint).ConfigureAwait(false);
        }

        var follows = before.CurrentName is null || (checkpoint.Parent is { } parent && before.CurrentName == parent);
        await ChangeAsync([checkpoint], [], follows ? name : before.CurrentName).ConfigureAwait(false);
        return checkpoint;
    }

    /// <summary>Removes checkpoints (<c>virDomainCheckpointDelete</c>): their bitmaps and their metadata.</summary>
    /// <param name="process">The process that runs the domain; null to leave the bitmaps as they are.</param>
    /// <param name="name">The checkpoint.</param>
    /// <param name="flags">Checked flags.</param>
    /// <param name="cancellationToken">Gives up before something is removed.</param>
    public async ValueTask DeleteAsync(QemuProcess? process, string name, DomainCheckpointDeleteFlags flags, CancellationToken cancellationToken)
    {
        var tree = Tree;
        var checkpoint = Find(name);
        var below = (flags & (DomainCheckpointDeleteFlags.Children | DomainCheckpointDeleteFlags.ChildrenOnly)) != 0;
        var keepsItself = flags.HasFlag(DomainCheckpointDeleteFlags.ChildrenOnly);
        List<QemuCheckpoint> gone = [.. keepsItself ? [] : (QemuCheckpoint[])[checkpoint], .. below ? tree.Descendants(name) : []];
        if (process is not null && gone.Count > 0)
        {
            await new CheckpointBitmaps(process).RemoveAsync(gone, cancellationToken).ConfigureAwait(false);
        }

        List<QemuCheckpoint> moved = below ? [] : [.. tree.Children(name).Select(c => c.With(checkpoint.Parent))];
        var current = tree.CurrentName is { } now && gone.Exists(g => g.Name == now) ? keepsItself ? name : checkpoint.Parent : tree.CurrentName;
        await ChangeAsync(moved, gone, current).ConfigureAwait(false);
    }

    private async Task ChangeAsync(IReadOnlyList<QemuCheckpoint> stored, IReadOnlyList<QemuCheckpoint> gone, string? current)
    {
        var before = Tree;
        var after = stored.Aggregate(before, (tree, checkpoint) => tree.With(checkpoint)).Without(gone.Select(g => g.Name).ToHashSet(StringComparer.Ordinal)).WithCurrent(current);
        List<DocumentChange> changes = [.. stored.Select(s => _store.Change(before.Find(s.Name), s)), .. gone.Select(g => _store.Change(g, null))];
        if (_store.ChangeCurrent(before.CurrentName, current) is { } change)
        {
            changes.Add(change);
        }

        await Task.Run(() => JournalActions.Write(changes)).ConfigureAwait(false);
        Volatile.Write(ref _tree, after);
    }
}
