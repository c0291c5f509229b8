using Microsoft.Extensions.Logging;
using Vireo.Config;
using Vireo.Drivers.Qemu.Backup;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.BlockJobs;
using Vireo.Drivers.Qemu.Comparison;
using Vireo.Drivers.Qemu.HotPlug;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.SavedState;
using Vireo.Drivers.Qemu.Security;
using Vireo.Drivers.Qemu.State;
using Vireo.Drivers.Qemu.Tuning;
using Vireo.Host.Processes;
using Vireo.Host.Sockets;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>Takes up, when the daemon starts, the guests that an earlier one left running.</summary>
internal sealed partial class DomainRecovery(QemuHypervisor hypervisor)
{
    /// <summary>How long the start waits for the guests' monitors; who has not answered by then is waited for beside.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>Takes up every guest whose live state lies there.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var work = new List<Task>();
        var statuses = hypervisor.Files.ReadStatuses((p, e) => LogUnreadable(hypervisor.Log, p, e.Message)).ToList();
        // First, for among what goes may be names that a run which is taken up is about to get.
        await SweepAsync(statuses.Select(s => Path.GetFileName(Path.GetDirectoryName(s.Status.MonitorPath)!)).ToHashSet(StringComparer.Ordinal)).ConfigureAwait(false);
        foreach (var (path, status) in statuses)
        {
            hypervisor.TakenId(status.Id);
            hypervisor.TapNames.Keep(status.Live);
            hypervisor.DirectNames.Keep(status.Live);
            try
            {
                work.Add(TakeUpAsync(status));
            }
            catch (VireoException e)
            {
                LogUnreadable(hypervisor.Log, path, e.Message);
            }
        }

        await Task.WhenAny(Task.WhenAll(work), Task.Delay(s_patience, cancellationToken)).ConfigureAwait(false);
    }

    // Runs that no live state speaks of: the daemon died while it started or ended them. Their processes have never been anybody's.
    private async Task SweepAsync(HashSet<string> known)
    {
        var remains = new RunRemains(hypervisor);
        foreach (var directory in Runs(hypervisor.Paths.QemuLibrary).Concat(Runs(hypervisor.Paths.QemuChannels)).Where(d => !known.Contains(Path.GetFileName(d))).ToList())
        {
            var identity = Path.Combine(directory, QemuLauncher.IdentityFile);
            if (File.Exists(identity) && ProcessIdentity.Parse(File.ReadAllText(identity)) is { } left && HostProcess.Attach(left) is { } process)
            {
                using (process)
                {
                    process.Kill(Signals.Kill);
                    // While it lasts it has its files and its group. One that the kernel does not let end keeps no daemon from starting.
                    await ((Task)process.WaitAsync(CancellationToken.None).WaitAsync(s_patience)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }

                LogSwept(hypervisor.Log, left.Pid, directory);
            }

            await remains.ClearAsync(directory, live: null).ConfigureAwait(false);
        }
    }

    private static IEnumerable<string> Runs(string parent) => Directory.EnumerateDirectories(parent, "domain-*");

    private async Task TakeUpAsync(StatusDocument status)
    {
        var config = status.Live;
        var (domain, _) = hypervisor.Domains.GetOrAdd(config.Uuid!.Value, config.Name!, () => new QemuDomain(hypervisor, new DomainView
        {
            Name = config.Name!,
            Uuid = config.Uuid!.Value,
            Started = config with { Id = null },
        }));
        using var job = await domain.Jobs.EnterAsync("daemon start", config.Name!, Timeout.InfiniteTimeSpan, CancellationToken.None).ConfigureAwait(false);
        if (HostProcess.Attach(status.Process) is not { } host)
        {
            await GoneAsync(domain, status, null).ConfigureAwait(false);
            return;
        }

        // Shown as it was left until its monitor answers; a monitor that hangs keeps nobody else waiting.
        domain.Update(v => v with { Id = status.Id, Live = config, State = status.State, Reason = status.Reason, AgentTimeout = status.AgentTimeout });
        var directory = Path.GetDirectoryName(status.MonitorPath)!;
        var log = Path.Combine(hypervisor.Paths.QemuLog, config.Name + ".log");
        var owner = hypervisor.Security.OwnerOf(config, host.Pid, directory);
        var process = new QemuProcess(status.Id, host, directory, status.MonitorPath, log)
        {
            Channels = Channels(status),
            Claims = RunClaims.Of(directory, config.Uuid!.Value, config.Name!, owner),
            Profile = RunProfile.Of(owner, directory, Channels(status), log),
            Live = config,
            Disks = await DisksAsync(status).ConfigureAwait(false),
            Deferred = status.Deferred,
            AskedCpu = status.AskedCpu,
            Group = GuestGroup.Find(directory),
            Transfer = status.Transfer,
        };

        process.Events.TryFollow(host.Pid, config.Perf);

        hypervisor.HostDevices.TakeUp(config.Name!, process.Directory);

        // Already now, so that a guest whose monitor hangs can be destroyed.
        domain.Process = process;
        try
        {
            process.Monitor = await ConnectAsync(process).ConfigureAwait(false);
            await hypervisor.SettleAsync(process).ConfigureAwait(false);
            var answers = await process.Monitor.ExecuteAllAsync(["query-status", "query-chardev"], Timeout.InfiniteTimeSpan, CancellationToken.None).ConfigureAwait(false);
            process.Live = Terminals.Show(config, answers[1]);
            var balloon = await BalloonAsync(process).ConfigureAwait(false);
            hypervisor.Starter.Attach(domain, process, v => Observed(v with { Id = status.Id, Live = process.Live, BalloonKiB = balloon }, status, answers[0].GetProperty("status").GetString()!));
            await new DomainBlockJobs(domain).TakeUpAsync().ConfigureAwait(false);
            await new DomainBackup(domain, process).TakeUpAsync().ConfigureAwait(false);
            await LiveExport.ClearAsync(process, hypervisor.Snapshots.Report).ConfigureAwait(false);
            await PlugRecovery.SettleAsync(new RunningDevices(domain, process)).ConfigureAwait(false);
            await StrayNodes.CloseAsync(process).ConfigureAwait(false);
            await hypervisor.Channels.ObserveAsync(domain, process, ConnectDomainEventAgentLifecycleReason.Channel).ConfigureAwait(false);
            await SettleTransferAsync(domain, process).ConfigureAwait(false);
        }
        catch (VireoException e)
        {
            LogLost(hypervisor.Log, config.Name!, e.Message);
            await process.EndAsync().ConfigureAwait(false);
            await process.DisposeAsync().ConfigureAwait(false);
            await GoneAsync(domain, status, process).ConfigureAwait(false);
            return;
        }

        if (!ReferenceEquals(domain.Process, process))
        {
            return;
        }

        if (domain.View.State == DomainState.Shutdown)
        {
            process.WillEnd(EndCause.Shutdown);
            _ = process.EndAsync();
        }

        hypervisor.SaveStatusSoon(domain, process);
        await AskHooksAsync(domain, process).ConfigureAwait(false);
    }

    // Whoever objects to a guest's being taken up ends it.
    private async Task AskHooksAsync(QemuDomain domain, QemuProcess process)
    {
        try
        {
            await hypervisor.Hooks.RequireAsync("reconnect", process.Live, CancellationToken.None).ConfigureAwait(false);
        }
        catch (VireoException e)
        {
            LogObjection(hypervisor.Log, process.Live.Name!, e.Message);
            process.WillEnd(EndCause.Of(DomainShutoffReason.Daemon));
            await process.EndAsync().ConfigureAwait(false);
            await hypervisor.Stopper.FinishAsync(domain, process).ConfigureAwait(false);
        }
    }

    // A daemon died while the guest's memory was written to a file: unless the file is complete, the guest goes on without it.
    private async Task SettleTransferAsync(QemuDomain domain, QemuProcess process)
    {
        if (process.Transfer is not { } transfer)
        {
            return;
        }

        if (await new MemoryFile(domain, process, transfer).TakeUpAsync().ConfigureAwait(false))
        {
            process.WillEnd(EndCause.Of(DomainShutoffReason.Saved));
            await process.EndAsync().ConfigureAwait(false);
            await hypervisor.Stopper.FinishAsync(domain, process).ConfigureAwait(false);
        }

        domain.Update(v => v with { HasManagedSave = File.Exists(hypervisor.Files.ManagedSave(v.Name)) });
    }

    private string Channels(StatusDocument status) => Path.Combine(hypervisor.Paths.QemuChannels, Path.GetFileName(Path.GetDirectoryName(status.MonitorPath)!));

    private async Task<LiveDisks> DisksAsync(StatusDocument status)
    {
        try
        {
            var disks = await hypervisor.Builder.RecoverDisksAsync(status.Live, CancellationToken.None).ConfigureAwait(false);
            return disks with { LastNumber = Math.Max(disks.LastNumber, status.LastNode), Jobs = status.Jobs, Backup = status.Backup };
        }
        catch (VireoException e)
        {
            // The guest goes on with its disks; only their changes will be refused.
            LogDisks(hypervisor.Log, status.Live.Name!, e.Message);
            return new LiveDisks([], status.LastNode) { Jobs = status.Jobs, Backup = status.Backup };
        }
    }

    // A guest is not given up because its host is slow: as long as the process lives, its monitor is waited for.
    private static async Task<QmpMonitor> ConnectAsync(QemuProcess process)
    {
        while (true)
        {
            try
            {
                return await QmpMonitor.OpenAsync(UnixSocket.Connect(process.MonitorPath), process.Receive, TimeSpan.FromSeconds(30), CancellationToken.None).ConfigureAwait(false);
            }
            catch (VireoException e) when (e.Code == ErrorCode.OperationTimeout && !process.Host.HasExited)
            {
                continue;
            }
        }
    }

    private static async Task<ulong?> BalloonAsync(QemuProcess process) => process.Live.Devices.Memballoon is null or { Model: MemballoonModel.None }
        ? process.Live.Memory?.Size.KiB
        : (ulong)await process.Monitor.ExecuteAsync(Qmp.QueryBalloon, CancellationToken.None).ConfigureAwait(false) / 1024;

    private static DomainView Observed(DomainView view, StatusDocument status, string observed) => observed switch
    {
        "running" => view.State == DomainState.Running ? view : view.In(DomainState.Running, (int)DomainRunningReason.Unpaused),
        "shutdown" => view.In(DomainState.Shutdown, (int)DomainShutdownReason.Unknown),
        "suspended" => view.In(DomainState.Pmsuspended, 0),
        "guest-panicked" => view.In(DomainState.Crashed, (int)DomainCrashedReason.Panicked),
        "io-error" => view.In(DomainState.Paused, (int)DomainPausedReason.Ioerror),
        "watchdog" => view.In(DomainState.Paused, (int)DomainPausedReason.Watchdog),
        _ => status.State == DomainState.Paused ? view.In(DomainState.Paused, status.Reason) : view.In(DomainState.Paused, (int)DomainPausedReason.Unknown),
    };

    private async Task GoneAsync(QemuDomain domain, StatusDocument status, QemuProcess? process)
    {
        var cause = process?.End ?? EndCause.Lost;
        domain.Process = null;
        var after = domain.Update(v => v with { Id = -1, Live = null, Started = v.IsPersistent ? null : v.Live, State = DomainState.Shutoff, Reason = (int)cause.Reason });
        await hypervisor.Files.RemoveStatusAsync(after.Name).ConfigureAwait(false);
        await hypervisor.Stopper.ClearAwayAsync(status.Live, process?.Directory ?? Path.GetDirectoryName(status.MonitorPath)!, Channels(status)).ConfigureAwait(false);
        await hypervisor.Hooks.TellEndAsync(status.Live).ConfigureAwait(false);
        if (!after.IsPersistent)
        {
            hypervisor.Forget(domain);
            hypervisor.Files.RemoveMoments(after.Name, snapshots: true, checkpoints: true);
            hypervisor.TpmStorage.Forget(status.Live);
        }

        domain.Lifecycle(DomainEventType.Stopped, (int)cause.Detail);
    }

    [LoggerMessage(34, LogLevel.Error, "a hook objects to domain '{Name}', which goes on from an earlier daemon: it is ended: {Message}")]
    private static partial void LogObjection(ILogger log, string name, string message);

    [LoggerMessage(30, LogLevel.Error, "live state '{Path}' cannot be taken up: {Error}. It is left as it is")]
    private static partial void LogUnreadable(ILogger log, string path, string error);

    [LoggerMessage(32, LogLevel.Warning, "process {Pid} of the unfinished run '{Directory}' is ended")]
    private static partial void LogSwept(ILogger log, int pid, string directory);

    [LoggerMessage(33, LogLevel.Error, "domain '{Name}': its images cannot be read: {Error}")]
    private static partial void LogDisks(ILogger log, string name, string error);

    [LoggerMessage(31, LogLevel.Error, "domain '{Name}': its process cannot be taken up and is ended: {Error}")]
    private static partial void LogLost(ILogger log, string name, string error);
}
