using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>The snapshots of one domain. Readers use <see cref="Tree"/>, which never waits; changes are called within the domain's modifying job.</summary>
internal sealed partial class DomainSnapshots
{
    private readonly SnapshotStore _store;
    private readonly SnapshotSettings _settings;
    private SnapshotTree<QemuSnapshot> _tree;

    private DomainSnapshots(SnapshotStore store, SnapshotSettings settings, SnapshotTree<QemuSnapshot> tree)
    {
        _store = store;
        _settings = settings;
        _tree = tree;
    }

    /// <summary>The snapshots and which is current, as of now.</summary>
    public SnapshotTree<QemuSnapshot> Tree => Volatile.Read(ref _tree);

    /// <summary>Reads the snapshots of a domain; after interrupted operations have been recovered.</summary>
    /// <param name="directory">Where their metadata lies.</param>
    /// <param name="settings">What holds for all domains.</param>
    public static DomainSnapshots Load(string directory, SnapshotSettings settings)
    {
        var store = new SnapshotStore(directory);
        return new DomainSnapshots(store, settings, store.Load(settings.Report));
    }

    /// <summary>The snapshots of a domain that is made together with them: their metadata is being written.</summary>
    public static DomainSnapshots Of(string directory, SnapshotSettings settings, SnapshotTree<QemuSnapshot> tree) => new(new SnapshotStore(directory), settings, tree);

    /// <summary>The snapshot of that name.</summary>
    /// <exception cref="VireoException">VIR_ERR_NO_DOMAIN_SNAPSHOT: there is none.</exception>
    public QemuSnapshot Find(string name) => Tree.Find(name)
        ?? throw new VireoException(ErrorCode.NoDomainSnapshot, ErrorDomain.Qemu, $"no domain snapshot with matching name '{name}'");

    /// <summary>The current snapshot.</summary>
    /// <exception cref="VireoException">VIR_ERR_NO_DOMAIN_SNAPSHOT: there is none.</exception>
    public QemuSnapshot Current() => Tree.Current
        ?? throw new VireoException(ErrorCode.NoDomainSnapshot, ErrorDomain.Qemu, "the domain does not have a current snapshot");

    /// <summary>The parent of a snapshot.</summary>
    /// <exception cref="VireoException">VIR_ERR_NO_DOMAIN_SNAPSHOT: it is a root.</exception>
    public QemuSnapshot Parent(string name)
    {
        var snapshot = Find(name);
        return snapshot.Parent is { } parent && Tree.Find(parent) is { } found
            ? found
            : throw new VireoException(ErrorCode.NoDomainSnapshot, ErrorDomain.Qemu, $"snapshot '{name}' does not have a parent");
    }

    /// <summary>Takes a snapshot, or redefines one (<c>virDomainSnapshotCreateXML</c>).</summary>
    /// <returns>The snapshot; with NO_METADATA it is in no tree.</returns>
    /// <exception cref="VireoException">Why there is none; or, told by its message, that it is there and the guest is still frozen.</exception>
    public async ValueTask<QemuSnapshot> CreateAsync(ISnapshotDomain domain, string xml, DomainSnapshotCreateFlags flags, CancellationToken cancellationToken)
    {
        var refusals = new Refusals(gather: false);
        SnapshotFlags.CheckCreate(flags, refusals);
        JournalRecovery.RefuseUnfinished(_settings.Journals, domain.Uuid);
        var request = Parse(xml, flags);
        if (flags.HasFlag(DomainSnapshotCreateFlags.Redefine))
        {
            if (request.Domain is { } config)
            {
                request = request with { Domain = await domain.CompleteAsync(config, cancellationToken).ConfigureAwait(false) };
            }

            return await Task.Run(() => Redefine(domain, request, flags), cancellationToken).ConfigureAwait(false);
        }

        var plan = await PlanAsync(domain, request, flags, refusals, cancellationToken).ConfigureAwait(false);
        var (made, complaint) = (plan.Snapshot, (VireoException?)null);
        if (plan.Tags.Count > 0)
        {
            made = await new InternalCreation(domain, _settings.Journals, _settings.Report).RunAsync(plan, flags, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            (made, complaint) = await new SnapshotCreation(domain, _settings.Journals, _settings.Report).RunAsync(plan, flags, cancellationToken).ConfigureAwait(false);
        }

        if (!flags.HasFlag(DomainSnapshotCreateFlags.NoMetadata))
        {
            Volatile.Write(ref _tree, Tree.With(made).WithCurrent(made.Name));
        }

        return complaint is null ? made : throw complaint;
    }

    /// <summary>Brings the domain back to a snapshot (<c>virDomainRevertToSnapshot</c>).</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="name">The snapshot.</param>
    /// <param name="keep">The document of a snapshot to make of the present state first: both happen, or neither. Null for none.</param>
    /// <param name="flags">What libvirt allows.</param>
    /// <param name="cancellationToken">Gives up while nothing has changed.</param>
    /// <returns>The snapshot of the present state; null for none.</returns>
    public async ValueTask<QemuSnapshot?> RevertAsync(ISnapshotDomain domain, string name, string? keep, DomainSnapshotRevertFlags flags, CancellationToken cancellationToken)
    {
        var refusals = new Refusals(gather: false);
        SnapshotFlags.CheckRevert(flags, refusals);
        JournalRecovery.RefuseUnfinished(_settings.Journals, domain.Uuid);
        var plan = await PlanAsync(domain, Find(name), keep, flags, refusals, cancellationToken).ConfigureAwait(false);
        QemuSnapshot? kept = null;
        void Reverted(CreatePlan? present)
        {
            kept = present?.Snapshot;
            Volatile.Write(ref _tree, With(present).With(plan.Snapshot).WithCurrent(name));
        }

        if (plan.Internal is not null)
        {
            await new InternalReversion(domain, _settings.Journals, _settings.Report).RunAsync(plan, Reverted, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            Reverted(await new SnapshotReversion(domain, _settings.Journals, _settings.Report).RunAsync(plan, cancellationToken).ConfigureAwait(false));
        }

        domain.TellReverted(plan.Memory is not null || plan.Internal is { Memory: true });
        return kept;
    }

    /// <summary>Removes snapshots (<c>virDomainSnapshotDelete</c>).</summary>
    public async ValueTask DeleteAsync(ISnapshotDomain domain, string name, DomainSnapshotDeleteFlags flags, CancellationToken cancellationToken)
    {
        SnapshotFlags.CheckDelete(flags, new Refusals(gather: false));
        JournalRecovery.RefuseUnfinished(_settings.Journals, domain.Uuid);
        var snapshot = Find(name);
        await new SnapshotDeletion(domain, _store, _settings.Journals)
            .RunAsync(Tree, snapshot, flags, tree => Volatile.Write(ref _tree, tree), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets every snapshot and leaves their data: what undefining a domain with its snapshot metadata does.</summary>
    public async ValueTask ForgetAllAsync(ISnapshotDomain domain, CancellationToken cancellationToken)
    {
        foreach (var root in Tree.Children(null).ToList())
        {
            await DeleteAsync(domain, root.Name, DomainSnapshotDeleteFlags.Children | DomainSnapshotDeleteFlags.MetadataOnly, cancellationToken).ConfigureAwait(false);
        }

        if (_store.ChangeMade(_store.ReadMade(), null) is { } made)
        {
            await Task.Run(() => JournalActions.Write([made]), CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static DomainSnapshotConfig Parse(string xml, DomainSnapshotCreateFlags flags) =>
        flags.HasFlag(DomainSnapshotCreateFlags.Validate) ? DomainSnapshotConfig.ParseValidated(xml) : DomainSnapshotConfig.Parse(xml);

    private Task<CreatePlan> PlanAsync(ISnapshotDomain domain, DomainSnapshotConfig request, DomainSnapshotCreateFlags flags, Refusals refusals, CancellationToken cancellationToken)
    {
        var planner = new CreatePlanner(domain, Tree, _store, _settings.Time.GetUtcNow(), refusals);
        return Task.Run(async () => await planner.PlanAsync(request, flags, cancellationToken).ConfigureAwait(false), cancellationToken);
    }

    private Task<RevertPlan> PlanAsync(
        ISnapshotDomain domain,
        QemuSnapshot snapshot,
        string? keep,
        DomainSnapshotRevertFlags flags,
        Refusals refusals,
        CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            var kept = keep is null ? null : await refusals.TryAsync(() => PlanKeptAsync(domain, snapshot, keep, refusals, cancellationToken)).ConfigureAwait(false);
            var planner = new RevertPlanner(domain, With(kept), _store, _settings.Time.GetUtcNow(), _settings.RespawnAlways, refusals);
            return await planner.PlanAsync(snapshot, kept, flags, cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>What is kept is of the same kind as what is gone back to: internal snapshots write over the images, external ones leave them.</summary>
    private async ValueTask<CreatePlan?> PlanKeptAsync(ISnapshotDomain domain, QemuSnapshot snapshot, string keep, Refusals refusals, CancellationToken cancellationToken)
    {
        var request = DomainSnapshotConfig.Parse(keep);
        var planner = new CreatePlanner(domain, Tree, _store, _settings.Time.GetUtcNow(), refusals)
        {
            Staying = snapshot.IsInternal ? null : [.. RevertPlanner.Staying(snapshot).Select(d => d.Location()).OfType<ImageLocation>()],
        };
        var flags = snapshot.IsInternal || request.Memory?.File is not null ? 0 : DomainSnapshotCreateFlags.DiskOnly;
        return await planner.PlanAsync(request, flags, cancellationToken).ConfigureAwait(false);
    }

    private SnapshotTree<QemuSnapshot> With(CreatePlan? kept) => kept is null ? Tree : Tree.With(kept.Snapshot);

    private QemuSnapshot Redefine(ISnapshotDomain domain, DomainSnapshotConfig request, DomainSnapshotCreateFlags flags)
    {
        var before = Tree;
        var snapshot = new SnapshotRedefinition(domain.Uuid, before).Take(request, flags);
        var after = before.With(snapshot);
        if (flags.HasFlag(DomainSnapshotCreateFlags.Current))
        {
            after = after.WithCurrent(snapshot.Name);
        }

        var change = _store.Change(before.Find(snapshot.Name), snapshot);
        JournalActions.Write(_store.ChangeCurrent(before.CurrentName, after.CurrentName) is { } current ? [change, current] : [change]);
        Volatile.Write(ref _tree, after);
        return snapshot;
    }
}

/// <summary>What holds for the snapshots of all domains of a driver.</summary>
/// <param name="Journals">Directory of the journals.</param>
/// <param name="RespawnAlways">The daemon's setting <c>snapshot_revert_respawn = "always"</c>.</param>
/// <param name="Report">Told of what went wrong without stopping an operation: what was attempted, and the error.</param>
/// <param name="Time">The clock.</param>
internal sealed record SnapshotSettings(string Journals, bool RespawnAlways, Action<string, Exception> Report, TimeProvider Time);
