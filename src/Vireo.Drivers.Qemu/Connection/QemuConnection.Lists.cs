using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu;

/// <content>Which domains there are.</content>
internal sealed partial class QemuConnection
{
    private const ConnectListAllDomainsFlags AllFilters = (ConnectListAllDomainsFlags)0xffff;

    /// <inheritdoc/>
    public override ValueTask<DomainRef> DomainLookupByNameAsync(string name, CancellationToken cancellationToken) =>
        Hypervisor.Domains.Find(name) is { } domain ? ValueTask.FromResult(domain.View.Ref) : throw NotFound($"no domain with matching name '{name}'");

    /// <inheritdoc/>
    public override ValueTask<DomainRef> DomainLookupByUuidAsync(Guid uuid, CancellationToken cancellationToken) =>
        Hypervisor.Domains.Find(uuid) is { } domain ? ValueTask.FromResult(domain.View.Ref) : throw NotFound($"no domain with matching uuid '{uuid}'");

    /// <inheritdoc/>
    public override ValueTask<DomainRef> DomainLookupByIdAsync(int id, CancellationToken cancellationToken) =>
        Hypervisor.Domains.Find(id) is { } domain ? ValueTask.FromResult(domain.View.Ref) : throw NotFound($"no domain with matching id {id}");

    /// <inheritdoc/>
    public override ValueTask<ConnectListAllDomainsResult> ConnectListAllDomainsAsync(int needResults, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, AllFilters, "qemuConnectListAllDomains");
        var found = Views().Where(v => DomainFilter.Passes(v.Facts, (ConnectListAllDomainsFlags)flags)).Select(v => v.Ref).ToArray();
        return ValueTask.FromResult(new ConnectListAllDomainsResult(needResults != 0 ? found : [], (uint)found.Length));
    }

    /// <inheritdoc/>
    public override ValueTask<int> ConnectNumOfDomainsAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Views().Count(v => v.IsActive));

    /// <inheritdoc/>
    public override ValueTask<int[]> ConnectListDomainsAsync(int maxids, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Views().Where(v => v.IsActive).Select(v => v.Id).Take(maxids).ToArray());

    /// <inheritdoc/>
    public override ValueTask<int> ConnectNumOfDefinedDomainsAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Views().Count(v => !v.IsActive));

    /// <inheritdoc/>
    public override ValueTask<string[]> ConnectListDefinedDomainsAsync(int maxnames, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Views().Where(v => !v.IsActive).Select(v => v.Name).Take(maxnames).ToArray());

    private static VireoException NotFound(string detail) => new(ErrorCode.NoDomain, ErrorDomain.Qemu, detail);

    private IEnumerable<DomainView> Views() => Hypervisor.Domains.All.Select(d => d.View);
}
