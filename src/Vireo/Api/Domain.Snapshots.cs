namespace Vireo;

/// <content>Its snapshots.</content>
public sealed partial class Domain
{
    /// <summary>
    /// Takes a snapshot, or redefines one (<c>virDomainSnapshotCreateXML</c>). All disks are switched in one step or none is.
    /// </summary>
    /// <param name="xml">The snapshot document; <c>&lt;domainsnapshot/&gt;</c> takes every default.</param>
    /// <param name="flags">What kind, and how.</param>
    /// <param name="cancellationToken">Gives up; what was begun is undone.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_OPERATION_INVALID, VIR_ERR_OPERATION_FAILED with the object and the reason; nothing is changed then.</exception>
    public async ValueTask<DomainSnapshot> CreateSnapshotAsync(string xml, DomainSnapshotCreateFlags flags = 0, CancellationToken cancellationToken = default) =>
        new(this, await Driver.DomainSnapshotCreateXmlAsync(Reference, xml, (uint)flags, cancellationToken).ConfigureAwait(false));

    /// <summary>What <see cref="CreateSnapshotAsync"/> with the same arguments would do now, and what speaks against it. Nothing is changed.</summary>
    /// <param name="xml">The snapshot document.</param>
    /// <param name="flags">What kind, and how.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A <c>&lt;snapshotplan&gt;</c> document.</returns>
    /// <exception cref="VireoException">VIR_ERR_NO_SUPPORT: the driver or the daemon cannot plan.</exception>
    public ValueTask<string> PlanSnapshotAsync(string xml, DomainSnapshotCreateFlags flags = 0, CancellationToken cancellationToken = default) =>
        Driver.VireoDomainSnapshotPlanCreateAsync(Reference, xml, (uint)flags, cancellationToken);

    /// <summary>The snapshots that pass the filter (<c>virDomainListAllSnapshots</c>).</summary>
    public async ValueTask<IReadOnlyList<DomainSnapshot>> ListSnapshotsAsync(DomainSnapshotListFlags flags = 0, CancellationToken cancellationToken = default)
    {
        var result = await Driver.DomainListAllSnapshotsAsync(Reference, 1, (uint)flags, cancellationToken).ConfigureAwait(false);
        return [.. result.Snapshots.Select(s => new DomainSnapshot(this, s))];
    }

    /// <summary>The snapshot of that name. VIR_ERR_NO_DOMAIN_SNAPSHOT when there is none (<c>virDomainSnapshotLookupByName</c>).</summary>
    public async ValueTask<DomainSnapshot> GetSnapshotAsync(string name, CancellationToken cancellationToken = default) =>
        new(this, await Driver.DomainSnapshotLookupByNameAsync(Reference, name, 0, cancellationToken).ConfigureAwait(false));

    /// <summary>Whether some snapshot is the current one (<c>virDomainHasCurrentSnapshot</c>).</summary>
    public async ValueTask<bool> HasCurrentSnapshotAsync(CancellationToken cancellationToken = default) =>
        await Driver.DomainHasCurrentSnapshotAsync(Reference, 0, cancellationToken).ConfigureAwait(false) != 0;

    /// <summary>The snapshot the domain's state comes from. VIR_ERR_NO_DOMAIN_SNAPSHOT when there is none (<c>virDomainSnapshotCurrent</c>).</summary>
    public async ValueTask<DomainSnapshot> GetCurrentSnapshotAsync(CancellationToken cancellationToken = default) =>
        new(this, await Driver.DomainSnapshotCurrentAsync(Reference, 0, cancellationToken).ConfigureAwait(false));

    /// <summary>
    /// Checks all its snapshots against the images: that metadata can be read, every image of every chain is there, readable and of the format that is said, internal snapshots
    /// and memory files are there, and no image is damaged; and looks for overlays that nothing refers to. Images that a guest writes to are named and not checked.
    /// It is a long job of the domain: it can be watched and cancelled.
    /// </summary>
    /// <param name="flags">REPAIR rebuilds lost metadata where its data is still there, and frees leaked clusters of images that are not in use; without it nothing is changed.</param>
    /// <param name="cancellationToken">Gives up; what is repaired stays so.</param>
    /// <returns>A <c>&lt;snapshotverification&gt;</c> document.</returns>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_ABORTED: the job was cancelled; VIR_ERR_NO_SUPPORT: the driver or the daemon cannot verify.</exception>
    public ValueTask<string> VerifySnapshotsAsync(DomainSnapshotVerifyFlags flags = 0, CancellationToken cancellationToken = default) =>
        Driver.VireoDomainSnapshotVerifyAsync(Reference, (uint)flags, cancellationToken);

    /// <summary>
    /// Writes it with all its snapshots and checkpoints into one archive: documents, passwords included, every image of every chain with what lies within it, memory files and firmware variables.
    /// The domain must be shut off, for its images must stand still. It is a long job of the domain: it can be watched and cancelled.
    /// </summary>
    /// <param name="path">A new file on the daemon's host, absolute; its owner alone may read it. It is there when it is whole.</param>
    /// <param name="cancellationToken">Gives up; nothing is left.</param>
    /// <exception cref="VireoException">
    /// VIR_ERR_OPERATION_INVALID: it runs, has a managed save image, or a guest writes to one of its images; VIR_ERR_CONFIG_UNSUPPORTED: an image is no regular file, or of a format that cannot be carried;
    /// VIR_ERR_SYSTEM_ERROR: an image is missing, or the file is there already or cannot be written; VIR_ERR_OPERATION_ABORTED: the job was cancelled; VIR_ERR_NO_SUPPORT: the driver or the daemon cannot export.
    /// </exception>
    public ValueTask ExportSnapshotsAsync(string path, CancellationToken cancellationToken = default) => Driver.VireoDomainSnapshotExportAsync(Reference, path, 0, cancellationToken);

    /// <summary>Bytes on the file systems of the daemon's host that each of its snapshots froze: images of external ones, and memory.</summary>
    /// <returns>A <c>&lt;snapshotusage&gt;</c> document.</returns>
    /// <exception cref="VireoException">VIR_ERR_NO_SUPPORT: the driver or the daemon cannot tell.</exception>
    public ValueTask<string> GetSnapshotUsageAsync(CancellationToken cancellationToken = default) => Driver.VireoDomainGetSnapshotUsageAsync(Reference, cancellationToken);

    /// <summary>Bytes that its images of now, those of its snapshots and their memory files take on the file systems of the daemon's host. What other domains share with it is counted too.</summary>
    /// <exception cref="VireoException">VIR_ERR_NO_SUPPORT: the driver or the daemon cannot tell.</exception>
    public ValueTask<ulong> GetImageUsageAsync(CancellationToken cancellationToken = default) => Driver.VireoDomainGetImageUsageAsync(Reference, cancellationToken);
}
