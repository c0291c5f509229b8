using Microsoft.Extensions.Logging;
using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Security;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Host;
using Vireo.Host.Files;
using Vireo.Host.Secrets;

namespace Vireo.Drivers.Qemu.State;

/// <summary>Everything the connections to one root share: the domains, where they lie, and what happens to them.</summary>
internal sealed partial class QemuHypervisor : IAsyncDisposable
{
    private int _lastId;
    private int _closing;

    public QemuHypervisor(VireoPaths paths, IGuestBuilder builder, ILogger log)
    {
        Paths = paths;
        Builder = builder;
        Log = log;
        Files = new DomainFiles(paths);
        TpmStorage = new Tpm.TpmStorage(paths);
        Hooks = new DomainHooks(paths, log);
        Firmware = new FirmwareChoice(Capabilities.FirmwareDescriptions.OfHost, paths.QemuNvram);
        Logs = new DomainLogs(this);
        Cards = new Network.CardConnections(this);
        Launcher = new QemuLauncher(this);
        Starter = new DomainStarter(this);
        Stopper = new DomainStopper(this);
        Watcher = new ProcessWatcher(this);
        Channels = new ChannelWatcher(this);
    }

    /// <summary>What holds for the snapshots of all domains.</summary>
    public SnapshotSettings Snapshots => new(Paths.QemuJournal, Settings.RespawnAlways, Report, TimeProvider.System);

    /// <summary>The host's secrets.</summary>
    public required SecretStore Secrets { get; init; }

    /// <summary>Files that clients lend to domains.</summary>
    public DescriptorGroups Descriptors { get; } = new();

    /// <summary>Forgets a domain that is no more.</summary>
    public void Forget(QemuDomain domain)
    {
        Domains.Remove(domain);
        Descriptors.ForgetDomain(domain.View.Uuid);
    }

    /// <summary>What the operator sets.</summary>
    public QemuSettings Settings { get; init; } = new();

    /// <summary>How guests are kept apart from the host and from each other.</summary>
    public GuestSecurity Security { get; init; } = GuestSecurity.Off;

    /// <summary>Where everything lies.</summary>
    public VireoPaths Paths { get; }

    /// <summary>Turns documents into command lines.</summary>
    public IGuestBuilder Builder { get; }

    /// <summary>The log.</summary>
    public ILogger Log { get; }

    /// <summary>The domains' files.</summary>
    public DomainFiles Files { get; }

    /// <summary>The state of the domains' TPMs.</summary>
    public Tpm.TpmStorage TpmStorage { get; }

    /// <summary>The domains' firmware.</summary>
    public FirmwareChoice Firmware { get; }

    /// <summary>Which domain has which of the host's devices.</summary>
    public HostDevices.HostDeviceClaims HostDevices { get; } = new(new HostDevices.HostDeviceFacts());

    /// <summary>The domains.</summary>
    public DomainTable Domains { get; } = new();

    /// <summary>Who wants to hear of what.</summary>
    public DomainEventHub Events { get; } = new();

    /// <summary>Who is at which console.</summary>
    public Console.ConsoleSessions Consoles { get; } = new();

    /// <summary>The numbers by which the host's sockets know guests.</summary>
    public HostDevices.VsockNumbers Vsocks { get; init; } = new();

    /// <summary>Names for taps that have none.</summary>
    public Network.TapNames TapNames { get; } = new();

    /// <summary>Names for devices upon others of the host that have none.</summary>
    public Network.TapNames DirectNames { get; } = new(NetworkCardDefaults.GivenDirectTap);

    /// <summary>What network cards stand upon.</summary>
    public Network.CardConnections Cards { get; }

    /// <summary>The operator's scripts.</summary>
    public DomainHooks Hooks { get; }

    /// <summary>The domains' logs.</summary>
    public DomainLogs Logs { get; }

    /// <summary>Starts QEMU processes.</summary>
    public QemuLauncher Launcher { get; }

    /// <summary>Starts domains.</summary>
    public DomainStarter Starter { get; }

    /// <summary>Ends domains.</summary>
    public DomainStopper Stopper { get; }

    /// <summary>Looks after running processes.</summary>
    public ProcessWatcher Watcher { get; }

    /// <summary>Follows the guests' ends of channels, the guest agent's above all.</summary>
    public ChannelWatcher Channels { get; }

    /// <summary>Whether the daemon ends: processes that it lets go of are not to be mourned.</summary>
    public bool Closing => Volatile.Read(ref _closing) != 0;

    /// <summary>A number for one more run.</summary>
    public int NextId() => Interlocked.Increment(ref _lastId);

    /// <summary>Numbers up to this one are taken.</summary>
    public void TakenId(int id)
    {
        int last;
        while ((last = Volatile.Read(ref _lastId)) < id)
        {
            Interlocked.CompareExchange(ref _lastId, id, last);
        }
    }

    /// <summary>Loads the definitions, takes up the guests that run, and starts those that start with the host.</summary>
    /// <remarks>A guest whose monitor hangs holds up nobody: each is taken up by itself, beside this.</remarks>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Paths.MakeQemuDirectories();
        AtomicFile.RemoveLeftovers(Paths.QemuDefinitions);
        AtomicFile.RemoveLeftovers(Paths.QemuRun);
        Comparison.ImageExport.RemoveLeftovers(Paths.QemuChannels);
        var interrupted = new SnapshotStartup(this);
        await interrupted.RecoverFilesAsync(cancellationToken).ConfigureAwait(false);
        foreach (var (config, autostart, saved) in Files.ReadDefinitions(ReportUnreadable))
        {
            try
            {
                Domains.GetOrAdd(config.Uuid!.Value, config.Name!, () => Defined(config, autostart, saved));
            }
            catch (VireoException e)
            {
                ReportUnreadable(Files.Definition(config.Name!), e);
            }
        }

        await new DomainRecovery(this).RunAsync(cancellationToken).ConfigureAwait(false);
        await interrupted.RecoverGuestsAsync(cancellationToken).ConfigureAwait(false);
        foreach (var domain in Domains.All)
        {
            domain.LoadSnapshots();
            domain.LoadCheckpoints();
        }

        Logs.Start();
        _ = Task.Run(interrupted.GoOnMergingAsync, CancellationToken.None);
        if (Files.MarkAutostarted())
        {
            _ = Task.Run(() => AutostartAsync(CancellationToken.None), CancellationToken.None);
        }
    }

    /// <summary>Reads the definitions anew (SIGHUP): takes up those that are new or have changed. What is gone stays until it is undefined, as in libvirt.</summary>
    public Task ReloadAsync(CancellationToken cancellationToken) =>
        // Who has to wait for a domain's turn holds up no other.
        Task.WhenAll(Files.ReadDefinitions(ReportUnreadable).ToList().Select(read => ReloadAsync(read.Config, read.Autostart, read.HasManagedSave, cancellationToken)));

    private async Task ReloadAsync(DomainConfig config, bool autostart, bool saved, CancellationToken cancellationToken)
    {
        try
        {
            var (domain, added) = Domains.GetOrAdd(config.Uuid!.Value, config.Name!, () => Defined(config, autostart, saved));
            using var job = await domain.EnterAsync("virStateReload", cancellationToken).ConfigureAwait(false);
            Reload(domain, added);
        }
        catch (Exception e) when (e is VireoException or IOException or UnauthorizedAccessException)
        {
            ReportUnreadable(Files.Definition(config.Name!), e);
        }
    }

    // Within its turn, so the file is read again: somebody may have defined or undefined it meanwhile.
    private void Reload(QemuDomain domain, bool added)
    {
        var (uuid, path) = (domain.View.Uuid, Files.Definition(domain.View.Name));
        if (!ReferenceEquals(Domains.Find(uuid), domain))
        {
            return;
        }

        if (!File.Exists(path) || Files.ReadDefinition(path, ReportUnreadable) is not { } latest || latest.Config.Uuid != uuid)
        {
            if (added)
            {
                Forget(domain);
            }

            return;
        }

        JournalRecovery.RefuseUnfinished(Paths.QemuJournal, uuid);
        domain.Update(v => v with { Persistent = latest.Config, Started = v.IsActive ? v.Started : null, Autostart = latest.Autostart, AutostartOnce = File.Exists(Files.AutostartOnceLink(v.Name)), HasManagedSave = latest.HasManagedSave });
        if (added)
        {
            domain.LoadSnapshots();
            domain.LoadCheckpoints();
            domain.Lifecycle(DomainEventType.Defined, (int)DomainEventDefinedDetailType.Added);
        }
    }

    private QemuDomain Defined(DomainConfig config, bool autostart, bool saved) => new(this, new DomainView
    {
        Name = config.Name!,
        Uuid = config.Uuid!.Value,
        Persistent = config,
        Autostart = autostart,
        AutostartOnce = File.Exists(Files.AutostartOnceLink(config.Name!)),
        HasManagedSave = saved,
    });

    /// <summary>Lets go of the guests; they go on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closing, 1) != 0)
        {
            return;
        }

        await Logs.DisposeAsync().ConfigureAwait(false);
        Files.Dispose();
        foreach (var domain in Domains.All)
        {
            if (domain.Process is { } process)
            {
                // What is about to be written soon is written now: the next daemon reads it.
                await SaveStatusAsync(domain, process).ConfigureAwait(false);
                await process.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task AutostartAsync(CancellationToken cancellationToken)
    {
        foreach (var domain in Domains.All.Where(d => d.View is { Autostart: true } or { AutostartOnce: true }).OrderBy(d => d.View.Name, StringComparer.Ordinal).ToList())
        {
            try
            {
                using var job = await domain.EnterAsync("virStateInitialize", cancellationToken).ConfigureAwait(false);
                await ForgetOnceAsync(domain).ConfigureAwait(false);
                if (!domain.View.IsActive)
                {
                    await Starter.StartAsync(domain, StartOptions.Default, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (VireoException e)
            {
                LogAutostart(Log, domain.View.Name, e.Message);
            }
        }
    }

    // Before the start: a host that this start brings down is not to be brought down again.
    private async Task ForgetOnceAsync(QemuDomain domain)
    {
        if (domain.View.AutostartOnce)
        {
            await Files.SetAutostartOnceAsync(domain.View.Name, on: false, CancellationToken.None).ConfigureAwait(false);
            domain.Update(v => v with { AutostartOnce = false });
        }
    }

    /// <summary>Tells the log of what went wrong without stopping anything.</summary>
    public void Report(string what, Exception error) => LogFailed(Log, what, error.Message);

    private void ReportUnreadable(string path, Exception error) => LogUnreadable(Log, path, error.Message);

    [LoggerMessage(1, LogLevel.Error, "Failed to autostart VM '{Name}': {Error}")]
    private static partial void LogAutostart(ILogger log, string name, string error);

    [LoggerMessage(3, LogLevel.Error, "{What}: {Error}")]
    private static partial void LogFailed(ILogger log, string what, string error);

    [LoggerMessage(2, LogLevel.Error, "Failed to load config '{Path}': {Error}. It is left as it is")]
    private static partial void LogUnreadable(ILogger log, string path, string error);
}
