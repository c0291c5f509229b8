using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Vireo.Config;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.HotPlug;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.Network;
using Vireo.Drivers.Qemu.Security;
using Vireo.Drivers.Qemu.State;
using Vireo.Drivers.Qemu.Tpm;
using Vireo.Drivers.Qemu.Tuning;
using Vireo.Host;
using Vireo.Host.Files;
using Vireo.Host.Processes;
using Vireo.Host.Sockets;
using Vireo.Host.Undo;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>
/// Starts a QEMU for a document, up to the moment where it stands paused and answers. Touches no domain: what it yields may become a domain's process, or
/// be ended again without a trace.
/// </summary>
internal sealed class QemuLauncher(QemuHypervisor hypervisor)
{
    /// <summary>The file in a run's directory that says which process it belongs to.</summary>
    public const string IdentityFile = "process";

    private const int LongestComplaint = 4096;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    /// <summary>Starts QEMU with its CPUs stopped.</summary>
    /// <param name="source">What it is made of.</param>
    /// <param name="cancellationToken">Gives up; nothing is left then.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR with what QEMU printed; what the plan lacked. Nothing is left then.</exception>
    public async ValueTask<QemuProcess> LaunchAsync(LaunchSource source, CancellationToken cancellationToken)
    {
        try
        {
            return await UndoStack.RunAsync(undo => LaunchAsync(source, undo, cancellationToken)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SystemError.Make(e, $"cannot write what belongs to a run of domain '{source.Config.Name}'", ErrorDomain.Qemu);
        }
    }

    private async ValueTask<QemuProcess> LaunchAsync(LaunchSource source, UndoStack undo, CancellationToken cancellationToken)
    {
        var id = hypervisor.NextId();
        var owner = hypervisor.Security.OwnerOf(source.Config, source.Beside is null ? null : id);
        await AnnounceAsync("prepare", source.Config with { Id = id }, source, undo, cancellationToken).ConfigureAwait(false);
        var directory = MakeDirectory(hypervisor.Paths.QemuDomainDirectory(id, source.Config.Name!), undo);
        source = await TakeDevicesAsync(source, id, directory, undo, cancellationToken).ConfigureAwait(false);
        var config = source.Config;
        var channels = MakeDirectory(hypervisor.Paths.QemuChannelDirectory(id, config.Name!), undo);
        GuestPlaces.Open(directory, channels, owner);
        var monitorPath = Path.Combine(directory, "monitor.sock");
        using var listener = UnixSocket.Listen(monitorPath, backlog: 1);
        using var taps = new GuestTaps();
        await ConnectAsync(source, taps, directory, undo, cancellationToken).ConfigureAwait(false);
        var (numbered, vsock) = TakeVsock(source);
        using var control = vsock;
        source = numbered;
        using var tpm = TpmConnection.For(config);
        var launch = await hypervisor.Builder.BuildAsync(
            new LaunchRequest(source, id, channels, listener.SafeHandle, taps, tpm?.Hypervisor.SafeHandle) { Secrets = hypervisor.Secrets, Descriptors = hypervisor.Descriptors, Owner = owner, Vsock = vsock }, cancellationToken).ConfigureAwait(false);
        using var listening = launch.Sockets;
        using var inherited = launch.Inherited;
        using var lent = launch.Lent;
        undo.Push("remove sockets", () => SocketNames.Remove(directory));
        SocketNames.Aside(directory, launch.Deferred);
        launch.Sockets.Record(directory);
        // When all that is in it has ended.
        undo.Push("remove the control group", () => GuestGroup.Remove(directory, hypervisor.Report));
        undo.Push("end what serves the guest", () => new ValueTask(RunServants.EndAllAsync(directory)));
        await ServeTpmAsync(launch.Live, tpm, directory, cancellationToken).ConfigureAwait(false);
        await hypervisor.Cards.ServeAsync(launch.Live, taps, directory, owner, cancellationToken).ConfigureAwait(false);
        FilesystemServers.Start(hypervisor.Paths, config.Name!, launch.Live.Devices, directory, channels, hypervisor.Log);
        if (ReservationServer.IsNeeded(launch.Live.Devices))
        {
            await ReservationServer.StartAsync(hypervisor, config.Name!, directory, channels, cancellationToken).ConfigureAwait(false);
        }

        await AnnounceAsync("start", launch.Live with { Id = id }, source, undo: null, cancellationToken).ConfigureAwait(false);
        undo.Push("give files back", () => RunClaims.GiveBackAll(directory, owner.Remembers, hypervisor.Report));
        var claims = RunClaims.Of(directory, config.Uuid!.Value, config.Name!, owner);
        var files = GuestFiles.Of(launch.Live, launch.Disks);
        claims.Take(files);
        GuestPlaces.RequireReach(owner, files);
        var logPath = Path.Combine(hypervisor.Paths.QemuLog, config.Name + ".log");
        var profile = await ConfineAsync(launch, source, owner, directory, channels, logPath, files, undo, cancellationToken).ConfigureAwait(false);
        hypervisor.Logs.Rotate(logPath);
        using var log = HostFile.OpenLog(logPath);
        var logStart = Header(log, launch);
        var memoryFd = source.Memory is { } memory ? launch.Inherited.Add(memory) : -1;
        var process = new QemuProcess(id, Spawn(launch, log, owner, GuestPlaces.DevicesOf(directory, owner, files)), directory, monitorPath, logPath)
        {
            Channels = channels,
            Claims = claims,
            Profile = profile,
            Live = launch.Live with { Id = id },
            Disks = launch.Disks,
            Deferred = launch.Deferred,
        };
        undo.Push($"end process {process.Host.Pid}", async () =>
        {
            await process.EndAsync().ConfigureAwait(false);
            await process.DisposeAsync().ConfigureAwait(false);
        });

        // Until the live state is written, this is how a daemon that comes after a crash finds the process.
        File.WriteAllText(Path.Combine(directory, IdentityFile), process.Host.Identity.ToString());
        StartTuning.Enclose(process, hypervisor.Paths, hypervisor.Log);
        ReservationServer.Enclose(directory, process.Group);
        await TalkAsync(process, logStart, memoryFd, cancellationToken).ConfigureAwait(false);
        return process;
    }

    // Disks that are written to for this run alone get their overlays, and devices of the host are the guest's from here on.
    private async ValueTask<LaunchSource> TakeDevicesAsync(LaunchSource source, int id, string directory, UndoStack undo, CancellationToken cancellationToken)
    {
        undo.Push("remove what transient disks were written to", () => TransientDisks.Remove(directory));
        var config = await Task.Run(() => TransientDisks.Make(source, id, directory), cancellationToken).ConfigureAwait(false);
        undo.Push("give the host's devices back", () => hypervisor.HostDevices.GiveBack(directory));
        var devices = await Task.Run(() => hypervisor.HostDevices.Take(config.Devices, config.Name!, directory), cancellationToken).ConfigureAwait(false);
        return source with { Config = config with { Devices = devices } };
    }

    /// <summary>Asks the hooks. A process that takes the place of one that runs begins nothing: to them the domain goes on.</summary>
    private async ValueTask AnnounceAsync(string operation, DomainConfig config, LaunchSource source, UndoStack? undo, CancellationToken cancellationToken)
    {
        if (source.Beside is null)
        {
            undo?.Push("tell the hooks", async () => await hypervisor.Hooks.TellEndAsync(config).ConfigureAwait(false));
            await hypervisor.Hooks.RequireAsync(operation, config, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string MakeDirectory(string directory, UndoStack undo)
    {
        if (Directory.Exists(directory))
        {
            // The number was given out by an earlier daemon whose run did not end in order.
            Directory.Delete(directory, recursive: true);
        }

        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        undo.Push($"remove '{directory}'", () => Directory.Delete(directory, recursive: true));
        return directory;
    }

    private async ValueTask ConnectAsync(LaunchSource source, GuestTaps taps, string directory, UndoStack undo, CancellationToken cancellationToken)
    {
        var config = source.Config;
        undo.Push("delete network devices", () => DirectTaps.RemoveAll(directory, hypervisor.Report));
        undo.Push("take ports out of virtual switches", async () => await SwitchPorts.RemoveAllAsync(directory, hypervisor.Report).ConfigureAwait(false));
        undo.Push("take the taps down", async () => await InterfaceScripts.DownAsync(taps.Show(config), directory, hypervisor.Log).ConfigureAwait(false));
        for (var i = 0; i < config.Devices.Interfaces.Count; i++)
        {
            await hypervisor.Cards.ConnectAsync(config.Devices.Interfaces[i], i, taps, config, directory, source.Beside, cancellationToken).ConfigureAwait(false);
        }
    }

    // The guest's number is told to the kernel before QEMU is there.
    private (LaunchSource Source, SafeFileHandle? Control) TakeVsock(LaunchSource source)
    {
        if (source.Config.Devices.Vsock is not { } device)
        {
            return (source, null);
        }

        var (taken, control) = hypervisor.Vsocks.Take(device);
        return (source with { Config = source.Config with { Devices = source.Config.Devices with { Vsock = taken } } }, control);
    }

    private async ValueTask ServeTpmAsync(DomainConfig live, TpmConnection? connection, string directory, CancellationToken cancellationToken)
    {
        if (connection is not null && hypervisor.TpmStorage.StateOf(live) is { } state)
        {
            var passphrase = TpmStorage.EmulatorOf(live)!.EncryptionSecret is { } secret ? hypervisor.Secrets.Reveal(new StorageSecret { Uuid = secret }) : null;
            await new TpmSetup(hypervisor.Paths, hypervisor.Security.TpmAccount).EnsureAsync(live, state, passphrase, cancellationToken).ConfigureAwait(false);
            TpmEmulator.Start(hypervisor.Paths, live, state, directory, connection.Emulator, hypervisor.Security.TpmAccount, passphrase, hypervisor.Log);
        }
    }

    private static HostProcess Spawn(GuestLaunch launch, SafeFileHandle log, GuestOwner owner, PrivateDevices? devices) => HostProcess.Start(new ProcessStart(launch.Program, launch.Arguments)
    {
        Inherited = launch.Inherited.Entries,
        WorkingDirectory = "/",
        Environment = EnvironmentOf(launch.Live),
        Devices = devices,
        Profile = owner.Confinement?.Profile,
        LockedMemory = MemoryLockLimit.Of(launch.Live),
    }.As(owner.Account).PrintingTo(log));

    private async ValueTask<RunProfile?> ConfineAsync(
        GuestLaunch launch, LaunchSource source, GuestOwner owner, string directory, string channels, string log, IReadOnlyCollection<GuestFile> files, UndoStack undo, CancellationToken cancellationToken)
    {
        if (RunProfile.Of(owner, directory, channels, log) is not { } profile)
        {
            return null;
        }

        undo.Push("remove the AppArmor profile", () => RunProfile.Remove(directory, hypervisor.Report));
        var handed = launch.Lent.All.Values.SelectMany(lent => lent).Append(source.Memory).OfType<SafeFileHandle>().Select(HostFile.NameOf).OfType<string>();
        await profile.HandAsync([.. handed], launch.Live, files, cancellationToken).ConfigureAwait(false);
        return profile;
    }

    private static Dictionary<string, string> EnvironmentOf(DomainConfig live)
    {
        var environment = new Dictionary<string, string> { ["LC_ALL"] = "C", ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", ["HOME"] = "/" };
        if (live.Clock is { Offset: ClockOffset.Timezone, Timezone: { } zone })
        {
            environment["TZ"] = zone;
        }

        foreach (var extra in live.QemuCommandline?.Envs ?? [])
        {
            if (extra.Name is { Length: > 0 } name)
            {
                environment[name] = extra.Value ?? "";
            }
        }

        return environment;
    }

    private static async Task TalkAsync(QemuProcess process, long logStart, int memoryFd, CancellationToken cancellationToken)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var exit = process.Host.WaitAsync(gone.Token);
        var talk = ConverseAsync(process, memoryFd, gone.Token);
        var first = await Task.WhenAny(exit, talk).ConfigureAwait(false);
        if (first == talk && talk.IsCompletedSuccessfully)
        {
            await gone.CancelAsync().ConfigureAwait(false);
            return;
        }

        // The monitor's end comes before the process's; what QEMU printed is complete only with the latter.
        if (first == talk && talk.IsFaulted && await process.EndsWithinAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(false) is false)
        {
            await talk.ConfigureAwait(false);
        }

        await gone.CancelAsync().ConfigureAwait(false);
        await talk.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        var when = process.Monitor is null ? "process exited while connecting to monitor" : "qemu unexpectedly closed the monitor";
        throw VireoException.Internal(ErrorDomain.Qemu, $"{when}: {Complaint(process.LogPath, logStart)}", talk.Exception?.InnerException);
    }

    private static async Task ConverseAsync(QemuProcess process, int memoryFd, CancellationToken cancellationToken)
    {
        Socket socket = UnixSocket.Connect(process.MonitorPath);
        process.Monitor = await QmpMonitor.OpenAsync(socket, process.Receive, s_deadline, cancellationToken).ConfigureAwait(false);
        var questions = new QmpBatch();
        var terminals = questions.Add(new QmpCommand<JsonElement>("query-chardev", static reply => reply));
        var cpu = LiveCpu.Ask(questions, process.Live);
        await process.Monitor.ExecuteAsync(questions, s_deadline, cancellationToken).ConfigureAwait(false);
        process.Live = Terminals.Show(process.Live, terminals());
        LiveCpu.Show(process, cpu());
        await VcpuPlug.StartAsync(process, cancellationToken).ConfigureAwait(false);
        if (StartCommands.For(process.Live) is { Count: > 0 } commands)
        {
            await process.Monitor.ExecuteAllAsync(commands, s_deadline, cancellationToken).ConfigureAwait(false);
        }

        await StartTuning.PlaceThreadsAsync(process, cancellationToken).ConfigureAwait(false);
        if (memoryFd >= 0)
        {
            await IncomingMemory.LoadAsync(process, memoryFd, cancellationToken).ConfigureAwait(false);
            // The guest in the memory may hold channels open.
            process.Live = Terminals.Show(process.Live, await process.Monitor.ExecuteAsync("query-chardev", cancellationToken).ConfigureAwait(false));
        }
    }

    private static long Header(SafeFileHandle log, GuestLaunch launch)
    {
        var text = $"{DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm:ss.fff}+0000: starting up\n{launch.Program} {string.Join(" \\\n", launch.Arguments)}\n";
        RandomAccess.Write(log, Encoding.UTF8.GetBytes(text), RandomAccess.GetLength(log));
        return RandomAccess.GetLength(log);
    }

    /// <summary>The end of what a program printed.</summary>
    /// <param name="logPath">Where to.</param>
    /// <param name="from">Where that began.</param>
    internal static string Complaint(string logPath, long from)
    {
        using var log = HostFile.OpenExisting(logPath);
        var length = RandomAccess.GetLength(log);

        // It has been rotated meanwhile.
        from = length < from ? 0 : from;
        var buffer = new byte[Math.Min(LongestComplaint, Math.Max(0, length - from))];
        var read = RandomAccess.Read(log, buffer, Math.Max(from, length - LongestComplaint));
        return Encoding.UTF8.GetString(buffer, 0, read).TrimEnd();
    }
}
