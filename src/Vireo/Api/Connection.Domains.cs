using Vireo.Drivers;

namespace Vireo;

/// <content>Finding, defining and creating domains.</content>
public sealed partial class Connection
{
    /// <summary>All domains that pass the filter (<c>virConnectListAllDomains</c>).</summary>
    public async ValueTask<IReadOnlyList<Domain>> ListDomainsAsync(ConnectListAllDomainsFlags flags = 0, CancellationToken cancellationToken = default)
    {
        var result = await _driver.Hypervisor.ConnectListAllDomainsAsync(1, (uint)flags, cancellationToken).ConfigureAwait(false);
        return [.. result.Domains.Select(d => new Domain(this, d))];
    }

    /// <summary>The domain of that name. VIR_ERR_NO_DOMAIN when there is none (<c>virDomainLookupByName</c>).</summary>
    public async ValueTask<Domain> GetDomainAsync(string name, CancellationToken cancellationToken = default) =>
        new(this, await _driver.Hypervisor.DomainLookupByNameAsync(name, cancellationToken).ConfigureAwait(false));

    /// <summary>The running domain of that id. VIR_ERR_NO_DOMAIN when there is none (<c>virDomainLookupByID</c>).</summary>
    public async ValueTask<Domain> GetDomainAsync(int id, CancellationToken cancellationToken = default) =>
        new(this, await _driver.Hypervisor.DomainLookupByIdAsync(id, cancellationToken).ConfigureAwait(false));

    /// <summary>The domain of that UUID. VIR_ERR_NO_DOMAIN when there is none (<c>virDomainLookupByUUID</c>).</summary>
    public async ValueTask<Domain> GetDomainAsync(Guid uuid, CancellationToken cancellationToken = default) =>
        new(this, await _driver.Hypervisor.DomainLookupByUuidAsync(uuid, cancellationToken).ConfigureAwait(false));

    /// <summary>Makes a domain persistent, or changes its persistent definition (<c>virDomainDefineXMLFlags</c>).</summary>
    /// <param name="xml">The domain document.</param>
    /// <param name="flags">VALIDATE checks it against the grammar first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR and VIR_ERR_XML_DETAIL for the document, VIR_ERR_CONFIG_UNSUPPORTED for what cannot be had, VIR_ERR_OPERATION_FAILED for a taken name or UUID.</exception>
    public async ValueTask<Domain> DefineDomainAsync(string xml, DomainDefineFlags flags = 0, CancellationToken cancellationToken = default) =>
        new(this, flags == 0
            ? await _driver.Hypervisor.DomainDefineXmlAsync(xml, cancellationToken).ConfigureAwait(false)
            : await _driver.Hypervisor.DomainDefineXmlFlagsAsync(xml, (uint)flags, cancellationToken).ConfigureAwait(false));

    /// <summary>Starts a transient domain from a document (<c>virDomainCreateXML</c>).</summary>
    public async ValueTask<Domain> CreateDomainAsync(string xml, DomainCreateFlags flags = 0, CancellationToken cancellationToken = default) =>
        new(this, await _driver.Hypervisor.DomainCreateXmlAsync(xml, (uint)flags, cancellationToken).ConfigureAwait(false));

    /// <summary>
    /// Makes a persistent domain, shut off, out of an archive that <see cref="Domain.ExportSnapshotsAsync"/> wrote, with all its snapshots and checkpoints. All of it is made or nothing, and no file that is
    /// there is written over. Meanwhile the domain is there and can be watched (<c>virDomainGetJobStats</c>) and its making cancelled (<c>virDomainAbortJob</c>), but not changed.
    /// The archive is not trusted with files, but its definition is taken as one that is defined: what it names besides disks is the domain's.
    /// </summary>
    /// <param name="path">The archive on the daemon's host, absolute.</param>
    /// <param name="name">Another name for the domain, which then gets its own UUID, addresses and sockets too; null for the archive's.</param>
    /// <param name="directory">
    /// Where all images and memory files go: an absolute path on the daemon's host. Null for the places they had, which must be free and in a directory that holds the archive or images of domains.
    /// </param>
    /// <param name="cancellationToken">Gives up; nothing is left.</param>
    /// <exception cref="VireoException">
    /// VIR_ERR_OPERATION_FAILED: name, UUID or a file is taken, or the archive is broken; VIR_ERR_INVALID_ARG: a place is not allowed; VIR_ERR_XML_ERROR, VIR_ERR_CONFIG_UNSUPPORTED: as of
    /// <see cref="DefineDomainAsync"/>; VIR_ERR_SYSTEM_ERROR; VIR_ERR_OPERATION_ABORTED: it was cancelled; VIR_ERR_NO_SUPPORT: the driver or the daemon cannot import.
    /// </exception>
    public async ValueTask<Domain> ImportSnapshotsAsync(string path, string? name = null, string? directory = null, CancellationToken cancellationToken = default) =>
        new(this, await _driver.Hypervisor.VireoDomainSnapshotImportAsync(path, name, directory, 0, cancellationToken).ConfigureAwait(false));

    /// <summary>The domain document that says what a hypervisor's own configuration says (<c>virConnectDomainXMLFromNative</c>). Nothing is defined.</summary>
    /// <param name="format">The driver's name of the configuration's form: <c>qemu-argv</c> for QEMU's command line, as in a shell script.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: the driver has no such form; VIR_ERR_INTERNAL_ERROR: it is not of that form; VIR_ERR_CONFIG_UNSUPPORTED: it asks for what cannot be had; VIR_ERR_NO_SUPPORT.</exception>
    public ValueTask<string> ConvertFromNativeAsync(string format, string configuration, CancellationToken cancellationToken = default) =>
        _driver.Hypervisor.ConnectDomainXmlFromNativeAsync(format, configuration, 0, cancellationToken);

    /// <summary>A domain document in a hypervisor's own form (<c>virConnectDomainXMLToNative</c>).</summary>
    /// <param name="format">As of <see cref="ConvertFromNativeAsync"/>.</param>
    /// <param name="xml">The domain document.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: the driver has no such form; as of <see cref="DefineDomainAsync"/> for the document; VIR_ERR_NO_SUPPORT.</exception>
    public ValueTask<string> ConvertToNativeAsync(string format, string xml, CancellationToken cancellationToken = default) =>
        _driver.Hypervisor.ConnectDomainXmlToNativeAsync(format, xml, 0, cancellationToken);

    /// <summary>Calls the handler for each event of a kind, in order, until the result is disposed (<c>virConnectDomainEventRegisterAny</c>).</summary>
    /// <param name="kind">Which events.</param>
    /// <param name="handler">Receives them; must not block.</param>
    /// <param name="domain">Only this domain's; null for all.</param>
    /// <param name="cancellationToken">Gives up the registration.</param>
    public ValueTask<IAsyncDisposable> SubscribeAsync(DomainEventID kind, Action<DomainEvent> handler, Domain? domain = null, CancellationToken cancellationToken = default) =>
        _driver.Hypervisor.SubscribeDomainEventsAsync((int)kind, domain?.Reference, handler, cancellationToken);

    /// <summary>Calls the handler for each event of a QEMU's monitor, in order, until the result is disposed (<c>virConnectDomainQemuMonitorEventRegister</c>).</summary>
    /// <param name="handler">Receives them; must not block.</param>
    /// <param name="domain">Only this domain's; null for all.</param>
    /// <param name="name">Only events of that name; null for all.</param>
    /// <param name="flags">Whether the name is a regular expression, whether its case matters.</param>
    /// <param name="cancellationToken">Gives up the registration.</param>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: the name is no regular expression; VIR_ERR_NO_SUPPORT: the driver is not QEMU's; VIR_ERR_OPERATION_DENIED: the connection is read-only.</exception>
    public ValueTask<IAsyncDisposable> SubscribeToQemuMonitorAsync(
        Action<QemuMonitorEvent> handler, Domain? domain = null, string? name = null, ConnectDomainQemuMonitorEventRegisterFlags flags = 0, CancellationToken cancellationToken = default) =>
        _driver.Hypervisor.SubscribeQemuMonitorEventsAsync(domain?.Reference, name, (uint)flags, handler, cancellationToken);
}
