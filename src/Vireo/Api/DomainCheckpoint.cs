using Vireo.Drivers;

namespace Vireo;

/// <summary>A moment since which the changes of a domain's disks are recorded. Answers to <c>virDomainCheckpoint</c>.</summary>
public sealed class DomainCheckpoint
{
    internal DomainCheckpoint(Domain domain, DomainCheckpointRef reference)
    {
        Domain = domain;
        Reference = reference;
    }

    /// <summary>The domain it is of.</summary>
    public Domain Domain { get; }

    /// <summary>How the driver contract names it.</summary>
    public DomainCheckpointRef Reference { get; }

    /// <summary>Its name.</summary>
    public string Name => Reference.Name;

    private HypervisorDriver Driver => Domain.Connection.Driver.Hypervisor;

    /// <summary>The checkpoint document (<c>virDomainCheckpointGetXMLDesc</c>). VIR_ERR_OPERATION_INVALID when SIZE is asked of a domain that does not run.</summary>
    public ValueTask<string> GetXmlAsync(DomainCheckpointXMLFlags flags = 0, CancellationToken cancellationToken = default) =>
        Driver.DomainCheckpointGetXmlDescAsync(Reference, (uint)flags, cancellationToken);

    /// <summary>The checkpoint before it. VIR_ERR_NO_DOMAIN_CHECKPOINT for a root (<c>virDomainCheckpointGetParent</c>).</summary>
    public async ValueTask<DomainCheckpoint> GetParentAsync(CancellationToken cancellationToken = default) =>
        new(Domain, await Driver.DomainCheckpointGetParentAsync(Reference, 0, cancellationToken).ConfigureAwait(false));

    /// <summary>The checkpoints made on it, or all below it with DESCENDANTS (<c>virDomainCheckpointListAllChildren</c>).</summary>
    public async ValueTask<IReadOnlyList<DomainCheckpoint>> ListChildrenAsync(DomainCheckpointListFlags flags = 0, CancellationToken cancellationToken = default)
    {
        var result = await Driver.DomainCheckpointListAllChildrenAsync(Reference, 1, (uint)flags, cancellationToken).ConfigureAwait(false);
        return [.. result.Checkpoints.Select(c => new DomainCheckpoint(Domain, c))];
    }

    /// <summary>Deletes it (<c>virDomainCheckpointDelete</c>). VIR_ERR_OPERATION_UNSUPPORTED when the domain does not run and not only metadata is to go.</summary>
    public ValueTask DeleteAsync(DomainCheckpointDeleteFlags flags = 0, CancellationToken cancellationToken = default) =>
        Driver.DomainCheckpointDeleteAsync(Reference, (uint)flags, cancellationToken);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
