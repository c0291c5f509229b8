using Vireo.Config;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <content>What the changes would do, without doing it.</content>
internal sealed partial class DomainSnapshots
{
    /// <summary>What <see cref="CreateAsync"/> would do.</summary>
    public SnapshotPlanConfig PlanCreate(ISnapshotDomain domain, string xml, DomainSnapshotCreateFlags flags) => Explain(domain, "create", null, document =>
    {
        SnapshotFlags.CheckCreate(flags);
        if (flags.HasFlag(DomainSnapshotCreateFlags.Redefine))
        {
            throw new VireoException(ErrorCode.ArgumentUnsupported, ErrorDomain.Qemu, "redefining a snapshot touches its metadata alone and has no plan");
        }

        var request = flags.HasFlag(DomainSnapshotCreateFlags.Validate) ? DomainSnapshotConfig.ParseValidated(xml) : DomainSnapshotConfig.Parse(xml);
        return document.Of(new CreatePlanner(domain, Tree, _store, _settings.Time.GetUtcNow()).Plan(request, flags), flags);
    });

    /// <summary>What <see cref="RevertAsync"/> would do.</summary>
    public SnapshotPlanConfig PlanRevert(ISnapshotDomain domain, string name, DomainSnapshotRevertFlags flags) => Explain(domain, "revert", name, document =>
    {
        SnapshotFlags.CheckRevert(flags);
        return document.Of(new RevertPlanner(domain, Tree, _store, _settings.Time.GetUtcNow(), _settings.RespawnAlways).Plan(Find(name), flags));
    });

    /// <summary>What <see cref="DeleteAsync"/> would do.</summary>
    public SnapshotPlanConfig PlanDelete(ISnapshotDomain domain, string name, DomainSnapshotDeleteFlags flags) => Explain(domain, "delete", name, document =>
    {
        SnapshotFlags.CheckDelete(flags);
        return new SnapshotDeletion(domain, _store, _settings.Journals).Explain(Tree, Find(name), flags, document);
    });

    private static SnapshotPlanConfig Explain(ISnapshotDomain domain, string operation, string? snapshot, Func<PlanDocument, SnapshotPlanConfig> plan)
    {
        var document = new PlanDocument(domain);
        try
        {
            return plan(document);
        }
        catch (VireoException e) when (e.Code != ErrorCode.NoDomainSnapshot)
        {
            return document.Refused(operation, snapshot, e);
        }
    }
}
