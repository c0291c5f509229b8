using Vireo.Drivers.Qemu.Checkpoints;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu;

/// <content>Checkpoints. Reading never waits, but for sizes; changes take the domain's turn.</content>
internal sealed partial class QemuConnection
{
    private const DomainCheckpointListFlags KnownCheckpointListFlags =
        DomainCheckpointListFlags.Roots | DomainCheckpointListFlags.Topological | DomainCheckpointListFlags.Leaves | DomainCheckpointListFlags.NoLeaves;

    /// <inheritdoc/>
    public override async ValueTask<DomainCheckpointRef> DomainCheckpointCreateXmlAsync(DomainRef dom, string xmlDesc, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainCheckpointCreateFlags.Redefine | DomainCheckpointCreateFlags.RedefineValidate, "qemuCheckpointCreateXML");
        var wanted = (DomainCheckpointCreateFlags)flags;
        if (wanted.HasFlag(DomainCheckpointCreateFlags.RedefineValidate) && !wanted.HasFlag(DomainCheckpointCreateFlags.Redefine))
        {
            throw VireoException.ConflictingFlags(
                ErrorDomain.DomainCheckpoint, "Flag 'VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE' is required by flag 'VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE_VALIDATE'");
        }

        var domain = Find(dom);
        if (flags == 0 && !domain.View.IsActive)
        {
            throw Inactive("create");
        }

        var request = CheckpointPlanner.Read(xmlDesc);
        using var job = await domain.EnterAsync("virDomainCheckpointCreateXML", cancellationToken).ConfigureAwait(false);
        QemuCheckpoint checkpoint;
        if (wanted.HasFlag(DomainCheckpointCreateFlags.Redefine))
        {
            Func<QemuCheckpoint, Task>? validate = wanted.HasFlag(DomainCheckpointCreateFlags.RedefineValidate)
                ? c => new CheckpointBitmaps(domain.Process ?? throw Inactive("redefine")).ValidateAsync(c, cancellationToken)
                : null;
            request = request.Domain is { } saved
                ? request with { Domain = await Hypervisor.Builder.CompleteSavedAsync(saved, cancellationToken).ConfigureAwait(false) }
                : request;
            checkpoint = await domain.Checkpoints.RedefineAsync(domain.View.Uuid, request, validate).ConfigureAwait(false);
        }
        else
        {
            var planner = new CheckpointPlanner(domain.View.Config, domain.Checkpoints.Tree, TimeProvider.System.GetUtcNow());
            checkpoint = await domain.Checkpoints.CreateAsync(domain.Process ?? throw Inactive("create"), planner.Plan(request), cancellationToken).ConfigureAwait(false);
        }

        CountedCheckpoints(domain);
        return Reference(domain, checkpoint);
    }

    /// <inheritdoc/>
    public override async ValueTask<string> DomainCheckpointGetXmlDescAsync(DomainCheckpointRef checkpoint, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainCheckpointXMLFlags.Secure | DomainCheckpointXMLFlags.NoDomain | DomainCheckpointXMLFlags.Size, "qemuCheckpointGetXMLDesc");
        var wanted = (DomainCheckpointXMLFlags)flags;
        var domain = Find(checkpoint.Dom);
        var config = domain.Checkpoints.Find(checkpoint.Name).Config;
        if (wanted.HasFlag(DomainCheckpointXMLFlags.Size))
        {
            using var job = await domain.EnterAsync("virDomainCheckpointGetXMLDesc", cancellationToken).ConfigureAwait(false);
            var bitmaps = new CheckpointBitmaps(domain.RequireProcess());
            var sizes = await bitmaps.SizesAsync(domain.Checkpoints.Find(checkpoint.Name), cancellationToken).ConfigureAwait(false);
            config = config with { Disks = [.. config.Disks.Select(d => sizes.TryGetValue(d.Name!, out var size) ? d with { Size = size } : d)] };
        }

        return (config with
        {
            Domain = wanted.HasFlag(DomainCheckpointXMLFlags.NoDomain) ? null
                : wanted.HasFlag(DomainCheckpointXMLFlags.Secure) ? config.Domain
                : SnapshotSecrets.Without(config.Domain),
        }).ToXml();
    }

    /// <inheritdoc/>
    public override ValueTask<DomainListAllCheckpointsResult> DomainListAllCheckpointsAsync(DomainRef dom, int needResults, uint flags, CancellationToken cancellationToken)
    {
        var domain = Find(dom);
        var found = ListCheckpoints(domain, null, flags, "qemuDomainListAllCheckpoints");
        return ValueTask.FromResult(new DomainListAllCheckpointsResult(needResults == 0 ? [] : [.. found.Select(c => Reference(domain, c))], found.Count));
    }

    /// <inheritdoc/>
    public override ValueTask<DomainCheckpointListAllChildrenResult> DomainCheckpointListAllChildrenAsync(DomainCheckpointRef checkpoint, int needResults, uint flags, CancellationToken cancellationToken)
    {
        var domain = Find(checkpoint.Dom);
        var found = ListCheckpoints(domain, domain.Checkpoints.Find(checkpoint.Name), flags, "qemuDomainCheckpointListAllChildren");
        return ValueTask.FromResult(new DomainCheckpointListAllChildrenResult(needResults == 0 ? [] : [.. found.Select(c => Reference(domain, c))], found.Count));
    }

    /// <inheritdoc/>
    public override ValueTask<DomainCheckpointRef> DomainCheckpointLookupByNameAsync(DomainRef dom, string name, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainCheckpointLookupByName");
        var domain = Find(dom);
        return ValueTask.FromResult(Reference(domain, domain.Checkpoints.Find(name)));
    }

    /// <inheritdoc/>
    public override ValueTask<DomainCheckpointRef> DomainCheckpointGetParentAsync(DomainCheckpointRef checkpoint, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainCheckpointGetParent");
        var domain = Find(checkpoint.Dom);
        return ValueTask.FromResult(Reference(domain, domain.Checkpoints.Parent(checkpoint.Name)));
    }

    /// <inheritdoc/>
    public override async ValueTask DomainCheckpointDeleteAsync(DomainCheckpointRef checkpoint, uint flags, CancellationToken cancellationToken)
    {
        const DomainCheckpointDeleteFlags known =
            DomainCheckpointDeleteFlags.Children | DomainCheckpointDeleteFlags.MetadataOnly | DomainCheckpointDeleteFlags.ChildrenOnly;
        CheckFlags(flags, known, "qemuCheckpointDelete");
        var wanted = (DomainCheckpointDeleteFlags)flags;
        if (wanted.HasFlag(DomainCheckpointDeleteFlags.Children | DomainCheckpointDeleteFlags.ChildrenOnly))
        {
            throw VireoException.ConflictingFlags(
                ErrorDomain.DomainCheckpoint,
                "Flags 'VIR_DOMAIN_CHECKPOINT_DELETE_CHILDREN' and 'VIR_DOMAIN_CHECKPOINT_DELETE_CHILDREN_ONLY' are mutually exclusive");
        }

        var domain = Find(checkpoint.Dom);
        using var job = await domain.EnterAsync("virDomainCheckpointDelete", cancellationToken).ConfigureAwait(false);
        domain.Checkpoints.Find(checkpoint.Name);
        var process = wanted.HasFlag(DomainCheckpointDeleteFlags.MetadataOnly) ? null : domain.Process ?? throw Inactive("delete");
        await domain.Checkpoints.DeleteAsync(process, checkpoint.Name, wanted, cancellationToken).ConfigureAwait(false);
        CountedCheckpoints(domain);
    }

    private static IReadOnlyList<QemuCheckpoint> ListCheckpoints(QemuDomain domain, QemuCheckpoint? from, uint flags, string function)
    {
        CheckFlags(flags, KnownCheckpointListFlags, function);

        // The filters that both have share their bits; every listing is topological.
        return domain.Checkpoints.Tree.List(from, (DomainSnapshotListFlags)(flags & ~(uint)DomainCheckpointListFlags.Topological));
    }

    private static DomainCheckpointRef Reference(QemuDomain domain, QemuCheckpoint checkpoint) => new(checkpoint.Name, domain.View.Ref);

    private static VireoException Inactive(string change) =>
        new(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, $"cannot {change} checkpoint for inactive domain");

    private static void CountedCheckpoints(QemuDomain domain)
    {
        var count = domain.Checkpoints.Tree.Count;
        domain.Update(v => v with { CheckpointCount = count });
    }
}
