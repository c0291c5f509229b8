using Vireo.Drivers;

namespace Vireo;

/// <content>The host and the hypervisor.</content>
public sealed partial class Connection
{
    /// <summary>The URI it was opened by, as this side knows it: a daemon knows only its own end (<c>virConnectGetURI</c>).</summary>
    public ValueTask<string> GetUriAsync(CancellationToken cancellationToken = default) => cancellationToken.IsCancellationRequested
        ? ValueTask.FromCanceled<string>(cancellationToken)
        : ValueTask.FromResult(_driver.Uri);

    /// <summary>The driver's name, <c>QEMU</c> for instance (<c>virConnectGetType</c>).</summary>
    public ValueTask<string> GetTypeAsync(CancellationToken cancellationToken = default) => _driver.Hypervisor.ConnectGetTypeAsync(cancellationToken);

    /// <summary>The hypervisor's version: major * 1,000,000 + minor * 1,000 + release (<c>virConnectGetVersion</c>).</summary>
    public ValueTask<ulong> GetVersionAsync(CancellationToken cancellationToken = default) => _driver.Hypervisor.ConnectGetVersionAsync(cancellationToken);

    /// <summary>The version of the library or daemon at the other end, in the same form (<c>virConnectGetLibVersion</c>).</summary>
    public ValueTask<ulong> GetLibraryVersionAsync(CancellationToken cancellationToken = default) => _driver.Hypervisor.ConnectGetLibVersionAsync(cancellationToken);

    /// <summary>The host's name (<c>virConnectGetHostname</c>).</summary>
    public ValueTask<string> GetHostnameAsync(CancellationToken cancellationToken = default) => _driver.Hypervisor.ConnectGetHostnameAsync(cancellationToken);

    /// <summary>The capabilities document (<c>virConnectGetCapabilities</c>).</summary>
    public ValueTask<string> GetCapabilitiesXmlAsync(CancellationToken cancellationToken = default) => _driver.Hypervisor.ConnectGetCapabilitiesAsync(cancellationToken);

    /// <summary>What domains of an emulator, architecture, machine and type can have (<c>virConnectGetDomainCapabilities</c>). Null takes the host's default.</summary>
    public ValueTask<string> GetDomainCapabilitiesXmlAsync(
        string? emulator = null, string? architecture = null, string? machine = null, string? type = null, CancellationToken cancellationToken = default) =>
        _driver.Hypervisor.ConnectGetDomainCapabilitiesAsync(emulator, architecture, machine, type, 0, cancellationToken);

    /// <summary>Processors and memory of the host (<c>virNodeGetInfo</c>); memory in KiB.</summary>
    public ValueTask<NodeGetInfoResult> GetNodeInfoAsync(CancellationToken cancellationToken = default) => _driver.Hypervisor.NodeGetInfoAsync(cancellationToken);

    /// <summary>Free memory of the host in bytes (<c>virNodeGetFreeMemory</c>).</summary>
    public ValueTask<ulong> GetFreeMemoryAsync(CancellationToken cancellationToken = default) => _driver.Hypervisor.NodeGetFreeMemoryAsync(cancellationToken);

    /// <summary>How many vcpus a domain of the type may have (<c>virConnectGetMaxVcpus</c>).</summary>
    public ValueTask<int> GetMaxVcpusAsync(string? type = null, CancellationToken cancellationToken = default) => _driver.Hypervisor.ConnectGetMaxVcpusAsync(type, cancellationToken);

    /// <summary>The host's SMBIOS tables as XML (<c>virConnectGetSysinfo</c>).</summary>
    public ValueTask<string> GetSysinfoXmlAsync(CancellationToken cancellationToken = default) => _driver.Hypervisor.ConnectGetSysinfoAsync(0, cancellationToken);

    /// <summary>Whether what is sent cannot be read on the way (<c>virConnectIsSecure</c>).</summary>
    public async ValueTask<bool> IsSecureAsync(CancellationToken cancellationToken = default) =>
        await _driver.Hypervisor.ConnectIsSecureAsync(cancellationToken).ConfigureAwait(false) != 0;
}
