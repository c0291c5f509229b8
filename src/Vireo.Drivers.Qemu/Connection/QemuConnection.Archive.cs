using Vireo.Drivers.Qemu.Archive;

namespace Vireo.Drivers.Qemu;

/// <content>Domains with their snapshots, as archives.</content>
internal sealed partial class QemuConnection
{
    /// <inheritdoc/>
    public override async ValueTask VireoDomainSnapshotExportAsync(DomainRef dom, string path, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "vireoDomainSnapshotExport");
        var domain = Find(dom);
        using var job = await domain.EnterAsync("vireoDomainSnapshotExport", cancellationToken).ConfigureAwait(false);
        await LongAsync(job, DomainJobOperation.Snapshot, token => new SnapshotExport(domain).RunAsync(path, token), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<DomainRef> VireoDomainSnapshotImportAsync(string path, string? name, string? directory, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "vireoDomainSnapshotImport");
        using var archive = await Task.Run(() => ArchiveReader.Open(path), cancellationToken).ConfigureAwait(false);
        var planner = new ImportPlanner(Hypervisor, archive, new ImportRequest(name, directory));
        var plan = await Task.Run(async () => await planner.PlanAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

        // Its first turn is taken before others know it, so that nobody does anything with it before it is complete.
        using var job = await plan.Domain.EnterAsync("vireoDomainSnapshotImport", cancellationToken).ConfigureAwait(false);
        var (uuid, called) = (plan.Domain.View.Uuid, plan.Domain.View.Name);
        if (!Hypervisor.Domains.GetOrAdd(uuid, called, () => plan.Domain).Added)
        {
            throw VireoException.OperationFailed(ErrorDomain.Domain, $"domain '{called}' already exists with uuid {uuid}");
        }

        await LongAsync(job, DomainJobOperation.Snapshot, token => new SnapshotImport(archive, plan).RunAsync(token), cancellationToken).ConfigureAwait(false);
        return plan.Domain.View.Ref;
    }
}
