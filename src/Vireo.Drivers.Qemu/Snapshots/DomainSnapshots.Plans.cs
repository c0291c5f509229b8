using Vireo.Config;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <content>What the changes would do, without doing it.</content>
internal sealed partial class DomainSnapshots
{
    /// <summary>What <see cref="CreateAsync"/> would do.</summary>
    public ValueTask<SnapshotPlanConfig> PlanCreateAsync(ISnapshotDomain domain, string xml, DomainSnapshotCreateFlags flags, CancellationToken cancellationToken) =>
        ExplainAsync(domain, "create", null, async (document, refusals) =>
        {
            SnapshotFlags.CheckCreate(flags, refusals);
            if (flags.HasFlag(DomainSnapshotCreateFlags.Redefine))
            {
                throw new VireoException(ErrorCode.ArgumentUnsupported, ErrorDomain.Qemu, "redefining a snapshot touches its metadata alone and has no plan");
            }

            return document.Of(await PlanAsync(domain, Parse(xml, flags), flags, refusals, cancellationToken).ConfigureAwait(false), flags);
        });

    /// <summary>What <see cref="RevertAsync"/> would do.</summary>
    public ValueTask<SnapshotPlanConfig> PlanRevertAsync(ISnapshotDomain domain, string name, string? keep, DomainSnapshotRevertFlags flags, CancellationToken cancellationToken) =>
        ExplainAsync(domain, "revert", name, async (document, refusals) =>
        {
            SnapshotFlags.CheckRevert(flags, refusals);
            return document.Of(await PlanAsync(domain, Find(name), keep, flags, refusals, cancellationToken).ConfigureAwait(false));
        });

    /// <summary>What <see cref="DeleteAsync"/> would do.</summary>
    public ValueTask<SnapshotPlanConfig> PlanDeleteAsync(ISnapshotDomain domain, string name, DomainSnapshotDeleteFlags flags, CancellationToken cancellationToken) =>
        ExplainAsync(domain, "delete", name, async (document, refusals) =>
        {
            SnapshotFlags.CheckDelete(flags, refusals);
            return await Task.Run(() => new SnapshotDeletion(domain, _store, _settings.Journals).Explain(Tree, Find(name), flags, document), cancellationToken).ConfigureAwait(false);
        });

    private static async ValueTask<SnapshotPlanConfig> ExplainAsync(
        ISnapshotDomain domain,
        string operation,
        string? snapshot,
        Func<PlanDocument, Refusals, ValueTask<SnapshotPlanConfig>> plan)
    {
        var document = new PlanDocument(domain);
        var refusals = new Refusals(gather: true);
        try
        {
            var explained = await plan(document, refusals).ConfigureAwait(false);
            return refusals.Found.Count == 0 ? explained : document.Refused(operation, snapshot, refusals.Found);
        }
        catch (VireoException e) when (e.Code != ErrorCode.NoDomainSnapshot)
        {
            return document.Refused(operation, snapshot, refusals.Found.Contains(e) ? refusals.Found : [.. refusals.Found, e]);
        }
    }
}
