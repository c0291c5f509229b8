using System.Runtime.InteropServices;
using Vireo.Config;
using Vireo.Drivers.Qemu.Agent;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.BlockJobs;
using Vireo.Drivers.Qemu.HotPlug;
using Vireo.Drivers.Qemu.Inspection;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.SavedState;
using Vireo.Drivers.Qemu.Security;
using Vireo.Drivers.Qemu.State;
using Vireo.Drivers.Qemu.Statistics;
using Vireo.Drivers.Qemu.Tuning;
using Vireo.Host.Files;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>One QEMU that runs, or is about to run, a domain: the process, its monitor and what belongs to this run alone.</summary>
internal sealed class QemuProcess(int id, HostProcess host, string directory, string monitorPath, string logPath) : IAsyncDisposable
{
    private readonly Lock _orderGate = new();
    private EndCause? _end;
    private MonitorFigures? _figures;
    private (DomainConfig? Live, LiveDisks? Disks) _settled;
    private Task _order = Task.CompletedTask;
    private int _statusPending;

    /// <summary>The domain's number in this run.</summary>
    public int Id { get; } = id;

    /// <summary>The process.</summary>
    public HostProcess Host { get; } = host;

    /// <summary>The run's own directory.</summary>
    public string Directory { get; } = directory;

    /// <summary>The run's directory for the sockets of channels.</summary>
    public required string Channels { get; init; }

    /// <summary>What it has of the host's files. Changed within the domain's job only.</summary>
    public required RunClaims Claims { get; init; }

    /// <summary>What confines it, made by this daemon or an earlier one; null when nothing does, or somebody else made it.</summary>
    public RunProfile? Profile { get; init; }

    /// <summary>What trouble it had with its disks since this daemon knows it.</summary>
    public DiskErrors DiskErrors { get; } = new();

    /// <summary>Where the monitor listens.</summary>
    public string MonitorPath { get; } = monitorPath;

    /// <summary>Where it prints to.</summary>
    public string LogPath { get; } = logPath;

    /// <summary>The monitor; set before anybody else sees the process.</summary>
    public QmpMonitor Monitor { get; set; } = null!;

    /// <summary>The live document that belongs to it, as launched.</summary>
    public required DomainConfig Live { get; set; }

    /// <summary>Its control group; null where the host has none.</summary>
    public GuestGroup? Group { get; set; }

    /// <summary>Its performance events that are counted. Changed within the domain's job only.</summary>
    public PerformanceEvents Events { get; } = new();

    /// <summary>What it counts.</summary>
    public MonitorFigures Figures => LazyInitializer.EnsureInitialized(ref _figures, () => new(Live));

    /// <summary>The CPU it was started with, when QEMU made another of it: what it is to be started with elsewhere.</summary>
    public CpuConfig? AskedCpu { get; set; }

    /// <summary>Its disks as it has them open. Changed within the domain's job only.</summary>
    public required LiveDisks Disks { get; set; }

    /// <summary>What the live document becomes when a change under way succeeds; written ahead of it. Changed within the domain's job only.</summary>
    public Func<DomainConfig, DomainConfig>? Ahead { get; set; }

    /// <summary>Whether its document listed its I/O threads before any came or went: then it lists them always.</summary>
    public bool ListsIothreads { get; set; }

    /// <summary>The devices that its guest was asked to let go.</summary>
    public DeviceRemovals Removals { get; } = new();

    /// <summary>What it says of its block jobs.</summary>
    public BlockJobSignals BlockJobs { get; } = new();

    /// <summary>The guest agent's channel; null when the domain has none. Set when the domain adopts it.</summary>
    public AgentChannel? Agent { get; set; }

    /// <summary>What it is still to get: it was started beside another process that had it. Changed within the domain's job only.</summary>
    public IReadOnlyList<DeferredResource> Deferred { get; set; } = [];

    /// <summary>The file that its guest's memory is being written to; null when none is. Changed within the domain's job only.</summary>
    public MemoryTransfer? Transfer { get; set; }

    /// <summary>Receives its events; replaced when the domain adopts it.</summary>
    public Action<QemuProcess, QmpEvent>? EventHandler { get; set; }

    /// <summary>Why its CPUs are about to be stopped, for the event that follows.</summary>
    public DomainPausedReason PauseReason { get; set; }

    /// <summary>Why its CPUs are about to run, for the event that follows.</summary>
    public DomainRunningReason RunReason { get; set; }

    /// <summary>A reboot by the power button: when the guest has powered off it is reset instead of ended.</summary>
    public bool RebootOnShutdown { get; set; }

    /// <summary>Whether the guest has said that it powered off.</summary>
    public bool GuestHasShutDown { get; set; }

    /// <summary>Why it ends, as the first who ended it said; a crash when nobody did.</summary>
    public EndCause End => Volatile.Read(ref _end) ?? EndCause.Lost;

    /// <summary>Whether somebody said that it ends.</summary>
    public bool IsEnding => Volatile.Read(ref _end) is not null;

    /// <summary>Lets one writer at a time write its live state.</summary>
    public SemaphoreSlim StatusGate { get; } = new(1, 1);

    /// <summary>The live state as it lies on the disk; null when that is not known. Within the gate.</summary>
    public StatusDocument? WrittenStatus { get; set; }

    /// <summary>Says why it is going to end; the first cause counts.</summary>
    public void WillEnd(EndCause cause) => Interlocked.CompareExchange(ref _end, cause, null);

    /// <summary>Whether the caller is to write the live state: nobody else is about to.</summary>
    public bool TakeStatusTurn() => Interlocked.Exchange(ref _statusPending, 1) == 0;

    /// <summary>The live state is being written; changes from here on need another turn.</summary>
    public void StatusTurnTaken() => Volatile.Write(ref _statusPending, 0);

    /// <summary>Does work that events ask for beside whoever reads them, one after the other in the order of asking.</summary>
    /// <returns>Ends with the work.</returns>
    public Task InOrder(Action work)
    {
        lock (_orderGate)
        {
            return _order = _order.ContinueWith(_ => work(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>Takes the files that it is about to open; what does not come about after all is given back at the end of the domain's job.</summary>
    /// <param name="live">What the live document is going to be.</param>
    /// <param name="disks">What its disks are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">As <see cref="RunClaims.Take"/> and <see cref="RunProfile.AllowAsync"/>.</exception>
    public async ValueTask ClaimAsync(DomainConfig live, LiveDisks disks, CancellationToken cancellationToken)
    {
        // The end of the job looks again even when nothing came of it.
        _settled = default;
        var files = GuestFiles.Of(live, disks);
        Claims.Take(files);
        GuestPlaces.AddDevices(Claims.Owner, Host.Pid, files);
        if (Profile is { } profile)
        {
            await profile.AllowAsync(live, [.. files, .. GuestFiles.Of(Live, Disks), .. Lent(Disks)], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Lets it have a file that it is about to be handed open, until the end of the domain's job.</summary>
    /// <param name="file">The file; pipes and sockets have no name that would matter.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">As <see cref="RunProfile.HandAsync"/>.</exception>
    public async ValueTask HandAsync(SafeHandle file, CancellationToken cancellationToken)
    {
        if (Profile is { } profile && HostFile.NameOf(file) is { } path)
        {
            _settled = default;
            await profile.HandAsync([path], Live, [.. GuestFiles.Of(Live, Disks), .. Lent(Disks)], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Has what it has of the host's files agree with its document; nothing when neither document nor disks have changed.</summary>
    /// <param name="live">The live document.</param>
    /// <param name="report">Told of what could not be taken or given back.</param>
    public void SettleClaims(DomainConfig live, Action<string, Exception> report)
    {
        if (!ReferenceEquals(_settled.Live, live) || !ReferenceEquals(_settled.Disks, Disks))
        {
            var files = GuestFiles.Of(live, Disks);
            Claims.Settle(files, report);
            GuestPlaces.KeepDevices(Claims.Owner, Host.Pid, files);
            _settled = (live, Disks);
            if (Profile is { } profile)
            {
                _ = ConfineAsync(profile, live, [.. files, .. Lent(Disks)], report);
            }
        }
    }

    // What clients have lent has no names that would be known but those that the process has it open by.
    private IEnumerable<GuestFile> Lent(LiveDisks disks) =>
        disks.Disks.Any(disk => LentFiles.NumbersOf(disk).Count > 0) ? Host.OpenFiles().Select(path => new GuestFile(path) { IsWritten = true }) : [];

    // Nobody waits for it: what the process does not need any more it may have a moment longer.
    private static async Task ConfineAsync(RunProfile profile, DomainConfig live, IReadOnlyCollection<GuestFile> files, Action<string, Exception> report)
    {
        try
        {
            await profile.KeepAsync(live, files, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is VireoException or IOException or UnauthorizedAccessException)
        {
            report($"narrow AppArmor profile '{profile.Name}'", e);
        }
    }

    /// <summary>Receives an event from the monitor.</summary>
    public void Receive(QmpEvent happened) => EventHandler?.Invoke(this, happened);

    /// <summary>Asks it to end by SIGTERM, which QEMU heeds at once; by SIGKILL when it does not.</summary>
    /// <param name="graceful">Never by SIGKILL.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: it would not end.</exception>
    public async Task EndAsync(bool graceful = false)
    {
        if (!Host.Kill(Signals.Terminate) || await EndsWithinAsync(TimeSpan.FromSeconds(10)).ConfigureAwait(false))
        {
            return;
        }

        if (graceful)
        {
            throw VireoException.OperationFailed(ErrorDomain.Qemu, $"failed to kill qemu process with SIGTERM: process {Host.Pid} did not end in 10 s; without the graceful flag it is killed");
        }

        await KillAsync().ConfigureAwait(false);
    }

    /// <summary>Ends it by SIGKILL.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: it would not end.</exception>
    private async Task KillAsync()
    {
        Host.Kill(Signals.Kill);
        if (!await EndsWithinAsync(TimeSpan.FromSeconds(30)).ConfigureAwait(false))
        {
            throw VireoException.OperationFailed(ErrorDomain.Qemu, $"Failed to terminate process {Host.Pid} with SIGKILL: it waits within the kernel, probably for storage");
        }
    }

    /// <summary>Waits for its end; false when it goes on.</summary>
    public async Task<bool> EndsWithinAsync(TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        try
        {
            await Host.WaitAsync(deadline.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Lets go of it: closes the monitor and the agent's channel, does not end it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Agent is not null)
        {
            await Agent.DisposeAsync().ConfigureAwait(false);
        }

        if (Monitor is not null)
        {
            await Monitor.DisposeAsync().ConfigureAwait(false);
        }

        Events.Dispose();
        Host.Dispose();
    }
}

/// <summary>Why a domain is shut off, and how its end is told.</summary>
/// <param name="Reason">The reason of the state.</param>
/// <param name="Detail">The detail of the stopped event.</param>
internal sealed record EndCause(DomainShutoffReason Reason, DomainEventStoppedDetailType Detail)
{
    /// <summary>The guest powered off.</summary>
    public static EndCause Shutdown { get; } = new(DomainShutoffReason.Shutdown, DomainEventStoppedDetailType.Shutdown);

    /// <summary>Somebody destroyed it.</summary>
    public static EndCause Destroyed { get; } = new(DomainShutoffReason.Destroyed, DomainEventStoppedDetailType.Destroyed);

    /// <summary>The guest crashed and its document says that this ends it.</summary>
    public static EndCause Panicked { get; } = new(DomainShutoffReason.Crashed, DomainEventStoppedDetailType.Crashed);

    /// <summary>The process went away without a word.</summary>
    public static EndCause Lost { get; } = new(DomainShutoffReason.Crashed, DomainEventStoppedDetailType.Failed);

    /// <summary>The start did not succeed.</summary>
    public static EndCause Failed { get; } = new(DomainShutoffReason.Failed, DomainEventStoppedDetailType.Failed);

    /// <summary>A revert to a snapshot ended it.</summary>
    public static EndCause FromSnapshot { get; } = new(DomainShutoffReason.FromSnapshot, DomainEventStoppedDetailType.FromSnapshot);

    /// <summary>The cause that goes with a reason.</summary>
    public static EndCause Of(DomainShutoffReason reason) => reason switch
    {
        DomainShutoffReason.Shutdown => Shutdown,
        DomainShutoffReason.Destroyed => Destroyed,
        DomainShutoffReason.FromSnapshot => FromSnapshot,
        DomainShutoffReason.Failed => Failed,
        DomainShutoffReason.Saved => new(reason, DomainEventStoppedDetailType.Saved),
        DomainShutoffReason.Daemon => new(reason, DomainEventStoppedDetailType.Failed),
        _ => Lost,
    };
}
