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

    /// <summary>Calls the handler for each event of a kind, in order, until the result is disposed (<c>virConnectDomainEventRegisterAny</c>).</summary>
    /// <param name="kind">Which events.</param>
    /// <param name="handler">Receives them; must not block.</param>
    /// <param name="domain">Only this domain's; null for all.</param>
    /// <param name="cancellationToken">Gives up the registration.</param>
    public ValueTask<IAsyncDisposable> SubscribeAsync(DomainEventID kind, Action<DomainEvent> handler, Domain? domain = null, CancellationToken cancellationToken = default) =>
        _driver.Hypervisor.SubscribeDomainEventsAsync((int)kind, domain?.Reference, handler, cancellationToken);
}
