using Vireo.Drivers;

namespace Vireo;

/// <summary>A saved point of a domain's life. Answers to <c>virDomainSnapshot</c>.</summary>
public sealed class DomainSnapshot
{
    internal DomainSnapshot(Domain domain, DomainSnapshotRef reference)
    {
        Domain = domain;
        Reference = reference;
    }

    /// <summary>The domain it is of.</summary>
    public Domain Domain { get; }

    /// <summary>How the driver contract names it.</summary>
    public DomainSnapshotRef Reference { get; }

    /// <summary>Its name.</summary>
    public string Name => Reference.Name;

    private HypervisorDriver Driver => Domain.Connection.Driver.Hypervisor;

    /// <summary>The snapshot document (<c>virDomainSnapshotGetXMLDesc</c>).</summary>
    public ValueTask<string> GetXmlAsync(DomainSnapshotXMLFlags flags = 0, CancellationToken cancellationToken = default) =>
        Driver.DomainSnapshotGetXmlDescAsync(Reference, (uint)flags, cancellationToken);

    /// <summary>The snapshot it was taken on. VIR_ERR_NO_DOMAIN_SNAPSHOT for a root (<c>virDomainSnapshotGetParent</c>).</summary>
    public async ValueTask<DomainSnapshot> GetParentAsync(CancellationToken cancellationToken = default) =>
        new(Domain, await Driver.DomainSnapshotGetParentAsync(Reference, 0, cancellationToken).ConfigureAwait(false));

    /// <summary>The snapshots taken on it, or all below it with DESCENDANTS (<c>virDomainSnapshotListAllChildren</c>).</summary>
    public async ValueTask<IReadOnlyList<DomainSnapshot>> ListChildrenAsync(DomainSnapshotListFlags flags = 0, CancellationToken cancellationToken = default)
    {
        var result = await Driver.DomainSnapshotListAllChildrenAsync(Reference, 1, (uint)flags, cancellationToken).ConfigureAwait(false);
        return [.. result.Snapshots.Select(s => new DomainSnapshot(Domain, s))];
    }

    /// <summary>Whether the domain's state comes from it (<c>virDomainSnapshotIsCurrent</c>).</summary>
    public async ValueTask<bool> IsCurrentAsync(CancellationToken cancellationToken = default) =>
        await Driver.DomainSnapshotIsCurrentAsync(Reference, 0, cancellationToken).ConfigureAwait(false) != 0;

    /// <summary>Whether it is known only by metadata that would be lost with the domain (<c>virDomainSnapshotHasMetadata</c>).</summary>
    public async ValueTask<bool> HasMetadataAsync(CancellationToken cancellationToken = default) =>
        await Driver.DomainSnapshotHasMetadataAsync(Reference, 0, cancellationToken).ConfigureAwait(false) != 0;

    /// <summary>
    /// Brings the domain back to it, with fresh overlays for every disk it had (<c>virDomainRevertToSnapshot</c>). When it fails, the domain is as it was.
    /// </summary>
    /// <param name="flags">RUNNING, PAUSED or STOPPED say in which state it ends; RESPAWN lets a running hypervisor process be replaced; FORCE allows every risk.</param>
    /// <param name="cancellationToken">Gives up; what was begun is undone.</param>
    /// <exception cref="VireoException">VIR_ERR_SNAPSHOT_REVERT_RISKY when a running hypervisor process would have to be replaced, or the document is not compatible, and no flag allows it.</exception>
    public ValueTask RevertAsync(DomainSnapshotRevertFlags flags = 0, CancellationToken cancellationToken = default) =>
        Driver.DomainRevertToSnapshotAsync(Reference, (uint)flags, cancellationToken);

    /// <summary>
    /// Brings the domain back to it as <see cref="RevertAsync"/> does, after a snapshot of the present state: both are done, or neither. Images that the domain leaves are
    /// the new snapshot's as they are, without overlays; those that it goes on writing to are not part of it. When this snapshot is internal, so is the new one.
    /// </summary>
    /// <param name="xml">A <c>&lt;domainsnapshot&gt;</c> document of the new snapshot: its name, and with <c>&lt;memory file=…&gt;</c> where a running guest's memory goes.</param>
    /// <param name="flags">As of <see cref="RevertAsync"/>.</param>
    /// <param name="cancellationToken">Gives up; what was begun is undone.</param>
    /// <returns>The new snapshot.</returns>
    /// <exception cref="VireoException">As of <see cref="RevertAsync"/> and <see cref="Domain.CreateSnapshotAsync"/>; VIR_ERR_NO_SUPPORT: the driver cannot. A daemon that is not vireod answers VIR_ERR_RPC.</exception>
    public async ValueTask<DomainSnapshot> RevertKeepingAsync(string xml, DomainSnapshotRevertFlags flags = 0, CancellationToken cancellationToken = default) =>
        new(Domain, await Driver.VireoDomainSnapshotRevertKeepingAsync(Reference, xml, (uint)flags, cancellationToken).ConfigureAwait(false));

    /// <summary>What <see cref="RevertAsync"/> or <see cref="RevertKeepingAsync"/> with the same flags would do now, and what speaks against it. Nothing is changed.</summary>
    /// <param name="flags">As of <see cref="RevertAsync"/>.</param>
    /// <param name="keep">The document of a snapshot of the present state, as of <see cref="RevertKeepingAsync"/>; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A <c>&lt;snapshotplan&gt;</c> document.</returns>
    /// <exception cref="VireoException">VIR_ERR_NO_SUPPORT: the driver or the daemon cannot plan.</exception>
    public ValueTask<string> PlanRevertAsync(DomainSnapshotRevertFlags flags = 0, string? keep = null, CancellationToken cancellationToken = default) =>
        Driver.VireoDomainSnapshotPlanRevertAsync(Reference, keep, (uint)flags, cancellationToken);

    /// <summary>What <see cref="DeleteAsync"/> with the same flags would do now, and what speaks against it. Nothing is changed.</summary>
    /// <param name="flags">As of <see cref="DeleteAsync"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A <c>&lt;snapshotplan&gt;</c> document.</returns>
    /// <exception cref="VireoException">VIR_ERR_NO_SUPPORT: the driver or the daemon cannot plan.</exception>
    public ValueTask<string> PlanDeleteAsync(DomainSnapshotDeleteFlags flags = 0, CancellationToken cancellationToken = default) =>
        Driver.VireoDomainSnapshotPlanDeleteAsync(Reference, (uint)flags, cancellationToken);

    /// <summary>Deletes it: data and metadata, or as the flags say (<c>virDomainSnapshotDelete</c>).</summary>
    public ValueTask DeleteAsync(DomainSnapshotDeleteFlags flags = 0, CancellationToken cancellationToken = default) =>
        Driver.DomainSnapshotDeleteAsync(Reference, (uint)flags, cancellationToken);

    /// <summary>
    /// Makes a new persistent domain, shut off, whose disks are those of this snapshot; its memory is left out. The new domain has its own UUID, addresses, sockets, images and firmware variables;
    /// read-only and shareable disks are shared. All of it is made or nothing. It is a long job of this snapshot's domain: it can be watched and cancelled there.
    /// </summary>
    /// <param name="name">The new domain's name.</param>
    /// <param name="directory">Where its images go: an absolute path on the daemon's host. Null for the directory that each image of the snapshot lies in.</param>
    /// <param name="flags">LINKED makes overlays over the snapshot's images instead of copies; these images are then kept for as long as the new domain needs them.</param>
    /// <param name="cancellationToken">Gives up; nothing is left.</param>
    /// <exception cref="VireoException">
    /// VIR_ERR_OPERATION_FAILED: the name or a file is taken, or an image cannot be read; VIR_ERR_CONFIG_UNSUPPORTED: a disk is not part of the snapshot, or LINKED and the snapshot is internal;
    /// VIR_ERR_OPERATION_ABORTED: the job was cancelled; VIR_ERR_NO_SUPPORT: the driver or the daemon cannot clone.
    /// </exception>
    public async ValueTask<Domain> CloneAsync(string name, string? directory = null, DomainSnapshotCloneFlags flags = 0, CancellationToken cancellationToken = default) =>
        new(Domain.Connection, await Driver.VireoDomainSnapshotCloneAsync(Reference, name, directory, (uint)flags, cancellationToken).ConfigureAwait(false));

    /// <summary>
    /// What differs between the disks and the domain documents of this snapshot and another one of the same domain, or the present state. Nothing is changed, and no guest is stopped: of one
    /// that runs, the present state is each part of a disk as it is when that part is read. It is a long job of the domain: it can be watched and cancelled there.
    /// </summary>
    /// <param name="to">Name of the other snapshot; null for the present state.</param>
    /// <param name="flags">EXTENTS has the extents told, not just counted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A <c>&lt;snapshotdiff&gt;</c> document (<c>SnapshotDiffConfig</c>).</returns>
    /// <exception cref="VireoException">
    /// VIR_ERR_NO_DOMAIN_SNAPSHOT: there is no such snapshot; VIR_ERR_OPERATION_INVALID: a snapshot keeps no document, or a backup is under way; VIR_ERR_OPERATION_FAILED: images cannot be read;
    /// VIR_ERR_OPERATION_ABORTED: the job was cancelled; VIR_ERR_NO_SUPPORT: the driver or the daemon cannot compare.
    /// </exception>
    public ValueTask<string> DiffAsync(string? to = null, DomainSnapshotDiffFlags flags = 0, CancellationToken cancellationToken = default) =>
        Driver.VireoDomainSnapshotDiffAsync(Reference, to, (uint)flags, cancellationToken);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
