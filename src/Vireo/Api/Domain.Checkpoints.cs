namespace Vireo;

/// <content>Its checkpoints and backups.</content>
public sealed partial class Domain
{
    /// <summary>Makes a checkpoint, or redefines one (<c>virDomainCheckpointCreateXML</c>).</summary>
    /// <param name="xml">The checkpoint document; <c>&lt;domaincheckpoint/&gt;</c> takes every default.</param>
    /// <param name="flags">How.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_UNSUPPORTED when the domain does not run; VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_OPERATION_FAILED.</exception>
    public async ValueTask<DomainCheckpoint> CreateCheckpointAsync(string xml, DomainCheckpointCreateFlags flags = 0, CancellationToken cancellationToken = default) =>
        new(this, await Driver.DomainCheckpointCreateXmlAsync(Reference, xml, (uint)flags, cancellationToken).ConfigureAwait(false));

    /// <summary>The checkpoints that pass the filter (<c>virDomainListAllCheckpoints</c>).</summary>
    public async ValueTask<IReadOnlyList<DomainCheckpoint>> ListCheckpointsAsync(DomainCheckpointListFlags flags = 0, CancellationToken cancellationToken = default)
    {
        var result = await Driver.DomainListAllCheckpointsAsync(Reference, 1, (uint)flags, cancellationToken).ConfigureAwait(false);
        return [.. result.Checkpoints.Select(c => new DomainCheckpoint(this, c))];
    }

    /// <summary>The checkpoint of that name. VIR_ERR_NO_DOMAIN_CHECKPOINT when there is none (<c>virDomainCheckpointLookupByName</c>).</summary>
    public async ValueTask<DomainCheckpoint> GetCheckpointAsync(string name, CancellationToken cancellationToken = default) =>
        new(this, await Driver.DomainCheckpointLookupByNameAsync(Reference, name, 0, cancellationToken).ConfigureAwait(false));

    /// <summary>Begins a backup of its disks, which goes on beside (<c>virDomainBackupBegin</c>).</summary>
    /// <param name="backupXml">The backup document.</param>
    /// <param name="checkpointXml">The checkpoint that is made in the same step; null for none.</param>
    /// <param name="flags">REUSE_EXTERNAL: the targets are there already.</param>
    /// <param name="cancellationToken">Gives up; what was begun is undone.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_UNSUPPORTED, VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_NO_DOMAIN_CHECKPOINT, VIR_ERR_CHECKPOINT_INCONSISTENT, VIR_ERR_INVALID_ARG.</exception>
    public ValueTask BeginBackupAsync(string backupXml, string? checkpointXml = null, DomainBackupBeginFlags flags = 0, CancellationToken cancellationToken = default) =>
        Driver.DomainBackupBeginAsync(Reference, backupXml, checkpointXml, (uint)flags, cancellationToken);

    /// <summary>The document of the backup under way. VIR_ERR_NO_DOMAIN_BACKUP when there is none (<c>virDomainBackupGetXMLDesc</c>).</summary>
    public ValueTask<string> GetBackupXmlAsync(CancellationToken cancellationToken = default) => Driver.DomainBackupGetXmlDescAsync(Reference, 0, cancellationToken);
}
