using Microsoft.Extensions.Logging;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Security;
using Vireo.Drivers.Qemu.State;
using Vireo.Host;
using Vireo.Host.Secrets;
using Vireo.Uris;

namespace Vireo.Drivers.Qemu;

/// <summary>The driver of QEMU's guests on this host: <c>qemu:///system</c> and <c>qemu:///session</c>. One for each root.</summary>
public sealed partial class QemuDriver : IDriver, IAsyncDisposable
{
    private readonly QemuHypervisor _hypervisor;

    private readonly bool _isSession;

    private QemuDriver(QemuHypervisor hypervisor, bool isSession) => (_hypervisor, _isSession) = (hypervisor, isSession);

    /// <summary>Loads the domains below the given places, takes up those that run, and starts those that start with the host.</summary>
    /// <param name="paths">Where everything lies.</param>
    /// <param name="log">Where it reports to.</param>
    /// <param name="settings">What the operator sets; the defaults when null.</param>
    /// <param name="isSession">It is one user's own: there is no <c>/system</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: the places cannot be used.</exception>
    public static async Task<QemuDriver> StartAsync(VireoPaths paths, ILoggerFactory log, QemuSettings? settings = null, bool isSession = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        settings ??= new QemuSettings();
        var builder = new GuestBuilder(new Capabilities.QemuCapabilitiesCache(paths.QemuCapabilities), paths.QemuNvram)
        {
            Sandbox = settings.Sandbox,
            VncTls = settings.VncTls ? new CommandLine.DisplayTls(settings.VncTlsDirectory, settings.VncTlsVerify) : null,
        };
        var security = GuestSecurity.Of(settings, privileged: !isSession && Environment.IsPrivilegedProcess);
        return new(await StartAsync(paths, builder, log.CreateLogger("qemu"), settings, cancellationToken, security).ConfigureAwait(false), isSession);
    }

    /// <inheritdoc/>
    public bool Accepts(ConnectionUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return uri is { Driver: "qemu", Transport: null, Host: null };
    }

    /// <inheritdoc/>
    public ValueTask<DriverConnection> OpenAsync(ConnectionUri uri, bool readOnly, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return uri.Path == "/session" || (uri.Path == "/system" && !_isSession)
            ? ValueTask.FromResult(Open(_hypervisor, uri.LocalName))
            : throw VireoException.Internal(ErrorDomain.Qemu, $"unexpected qemu URI path '{uri.Path}', try {(_isSession ? "qemu:///session" : "qemu:///system")}");
    }

    /// <summary>Reads the definitions anew: takes up those that are new or have changed.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task ReloadAsync(CancellationToken cancellationToken) => _hypervisor.ReloadAsync(cancellationToken);

    /// <summary>Lets go of the guests; they go on.</summary>
    public ValueTask DisposeAsync() => _hypervisor.DisposeAsync();

    internal static async Task<QemuHypervisor> StartAsync(VireoPaths paths, IGuestBuilder builder, ILogger log, QemuSettings settings, CancellationToken cancellationToken, GuestSecurity? security = null)
    {
        var hypervisor = new QemuHypervisor(paths, builder, log)
        {
            Settings = settings,
            Security = security ?? GuestSecurity.Off,
            Secrets = SecretStore.Open(paths.Secrets, (path, error) => LogUnreadable(log, path, error.Message)),
        };
        await hypervisor.StartAsync(cancellationToken).ConfigureAwait(false);
        return hypervisor;
    }

    internal static DriverConnection Open(QemuHypervisor hypervisor, string uri)
    {
        var connection = new QemuConnection(hypervisor, uri);
        return new DriverConnection { Uri = uri, Hypervisor = connection, Secret = hypervisor.Secrets, OnClose = connection.CloseAsync };
    }

    [LoggerMessage(4, LogLevel.Error, "Failed to load secret '{Path}': {Error}. It is left as it is")]
    private static partial void LogUnreadable(ILogger log, string path, string error);
}
