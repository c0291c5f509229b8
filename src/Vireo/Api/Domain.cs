using Vireo.Drivers;

namespace Vireo;

/// <summary>A virtual machine or container. Answers to <c>virDomain</c>: a name for the object, holding no state of it but name, UUID and the id at the time.</summary>
public sealed partial class Domain
{
    internal Domain(Connection connection, DomainRef reference)
    {
        Connection = connection;
        Reference = reference;
    }

    /// <summary>The connection it belongs to.</summary>
    public Connection Connection { get; }

    /// <summary>How the driver contract names it.</summary>
    public DomainRef Reference { get; private set; }

    /// <summary>Its name.</summary>
    public string Name => Reference.Name;

    /// <summary>Its UUID.</summary>
    public Guid Uuid => Reference.Uuid;

    /// <summary>Its id when it was looked up; null for one that did not run (<c>virDomainGetID</c>).</summary>
    public int? Id => Reference.Id < 0 ? null : Reference.Id;

    private HypervisorDriver Driver => Connection.Driver.Hypervisor;

    /// <summary>State and the reason for it (<c>virDomainGetState</c>). The reason's meaning depends on the state (<c>DomainRunningReason</c>, …).</summary>
    public async ValueTask<(DomainState State, int Reason)> GetStateAsync(CancellationToken cancellationToken = default)
    {
        var result = await Driver.DomainGetStateAsync(Reference, 0, cancellationToken).ConfigureAwait(false);
        return ((DomainState)result.State, result.Reason);
    }

    /// <summary>State, memory in KiB, vcpus, cpu time in ns (<c>virDomainGetInfo</c>).</summary>
    public ValueTask<DomainGetInfoResult> GetInfoAsync(CancellationToken cancellationToken = default) => Driver.DomainGetInfoAsync(Reference, cancellationToken);

    /// <summary>The domain document (<c>virDomainGetXMLDesc</c>).</summary>
    public ValueTask<string> GetXmlAsync(DomainXMLFlags flags = 0, CancellationToken cancellationToken = default) =>
        Driver.DomainGetXmlDescAsync(Reference, (uint)flags, cancellationToken);

    /// <summary>The kind of operating system, <c>hvm</c> for instance (<c>virDomainGetOSType</c>).</summary>
    public ValueTask<string> GetOSTypeAsync(CancellationToken cancellationToken = default) => Driver.DomainGetOsTypeAsync(Reference, cancellationToken);

    /// <summary>Whether it runs (<c>virDomainIsActive</c>).</summary>
    public async ValueTask<bool> IsActiveAsync(CancellationToken cancellationToken = default) =>
        await Driver.DomainIsActiveAsync(Reference, cancellationToken).ConfigureAwait(false) != 0;

    /// <summary>Whether it has a persistent definition (<c>virDomainIsPersistent</c>).</summary>
    public async ValueTask<bool> IsPersistentAsync(CancellationToken cancellationToken = default) =>
        await Driver.DomainIsPersistentAsync(Reference, cancellationToken).ConfigureAwait(false) != 0;

    /// <summary>Whether the persistent definition changed while it ran (<c>virDomainIsUpdated</c>).</summary>
    public async ValueTask<bool> IsUpdatedAsync(CancellationToken cancellationToken = default) =>
        await Driver.DomainIsUpdatedAsync(Reference, cancellationToken).ConfigureAwait(false) != 0;

    /// <summary>Whether a managed save image exists (<c>virDomainHasManagedSaveImage</c>).</summary>
    public async ValueTask<bool> HasManagedSaveAsync(CancellationToken cancellationToken = default) =>
        await Driver.DomainHasManagedSaveImageAsync(Reference, 0, cancellationToken).ConfigureAwait(false) != 0;

    /// <summary>Whether it starts with the host (<c>virDomainGetAutostart</c>).</summary>
    public async ValueTask<bool> GetAutostartAsync(CancellationToken cancellationToken = default) =>
        await Driver.DomainGetAutostartAsync(Reference, cancellationToken).ConfigureAwait(false) != 0;

    /// <summary>Starts it with the host, or no longer (<c>virDomainSetAutostart</c>). VIR_ERR_OPERATION_INVALID for a transient domain.</summary>
    public ValueTask SetAutostartAsync(bool autostart, CancellationToken cancellationToken = default) =>
        Driver.DomainSetAutostartAsync(Reference, autostart ? 1 : 0, cancellationToken);

    /// <summary>Whether it starts with the next start of the host alone (<c>virDomainGetAutostartOnce</c>).</summary>
    public async ValueTask<bool> GetAutostartOnceAsync(CancellationToken cancellationToken = default) =>
        await Driver.DomainGetAutostartOnceAsync(Reference, cancellationToken).ConfigureAwait(false) != 0;

    /// <summary>Starts it with the next start of the host, that one alone, or no longer (<c>virDomainSetAutostartOnce</c>). VIR_ERR_OPERATION_INVALID for a transient domain.</summary>
    public ValueTask SetAutostartOnceAsync(bool autostart, CancellationToken cancellationToken = default) =>
        Driver.DomainSetAutostartOnceAsync(Reference, autostart ? 1 : 0, cancellationToken);

    /// <summary>The state of the control interface (<c>virDomainGetControlInfo</c>).</summary>
    public ValueTask<DomainGetControlInfoResult> GetControlInfoAsync(CancellationToken cancellationToken = default) =>
        Driver.DomainGetControlInfoAsync(Reference, 0, cancellationToken);

    /// <summary>The number of vcpus (<c>virDomainGetVcpusFlags</c>).</summary>
    public ValueTask<int> GetVcpusAsync(DomainVcpuFlags flags = 0, CancellationToken cancellationToken = default) =>
        Driver.DomainGetVcpusFlagsAsync(Reference, (uint)flags, cancellationToken);

    /// <summary>Description, title or an element of metadata (<c>virDomainGetMetadata</c>). VIR_ERR_NO_DOMAIN_METADATA when it is not there.</summary>
    public ValueTask<string> GetMetadataAsync(DomainMetadataType type, string? uri = null, DomainModificationImpact impact = 0, CancellationToken cancellationToken = default) =>
        Driver.DomainGetMetadataAsync(Reference, (int)type, uri, (uint)impact, cancellationToken);

    /// <summary>Sets it, or removes it with null (<c>virDomainSetMetadata</c>).</summary>
    public ValueTask SetMetadataAsync(
        DomainMetadataType type, string? metadata, string? key = null, string? uri = null, DomainModificationImpact impact = 0, CancellationToken cancellationToken = default) =>
        Driver.DomainSetMetadataAsync(Reference, (int)type, metadata, key, uri, (uint)impact, cancellationToken);

    /// <summary>Opens a console; the stream carries both directions (<c>virDomainOpenConsole</c>).</summary>
    /// <param name="device">The alias of the console; null for the first.</param>
    /// <param name="flags">FORCE takes it from another session; SAFE refuses when that cannot be told.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public ValueTask<DriverStream> OpenConsoleAsync(string? device = null, DomainConsoleFlags flags = 0, CancellationToken cancellationToken = default) =>
        Driver.DomainOpenConsoleAsync(Reference, device, (uint)flags, cancellationToken);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
