using Microsoft.Extensions.Logging;
using Vireo.Config;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.Security;
using Vireo.Drivers.Qemu.State;
using Vireo.Drivers.Qemu.Tuning;
using Vireo.Host;
using Vireo.Host.Files;
using Vireo.Host.Processes;
using Vireo.Host.Sockets;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>
/// The process that makes the persistent reservations of a run's LUNs, one for all of them. QEMU connects to it, hands it the LUN and tells it the command. It waits for the next connection when QEMU has gone, so it
/// is ended by whoever clears the run away.
/// </summary>
internal static partial class ReservationServer
{
    private const string Name = ReservationArguments.Managed;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Whether a disk of a guest needs it.</summary>
    public static bool IsNeeded(DevicesConfig devices) => devices.Disks.Any(ReservationArguments.IsManaged);

    /// <summary>Starts it, and waits until it listens.</summary>
    /// <param name="hypervisor">What all domains share.</param>
    /// <param name="domain">The domain's name.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="channels">The run's directory for sockets.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <remarks>Whoever clears the run away ends it, also when it cannot be started.</remarks>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: there is no such program; VIR_ERR_OPERATION_FAILED: it ends, or does not listen.</exception>
    public static async Task StartAsync(QemuHypervisor hypervisor, string domain, string directory, string channels, CancellationToken cancellationToken)
    {
        const int noEntry = 2;
        var asked = hypervisor.Settings.ReservationHelper;
        var program = ProgramPath.Find(asked) ?? throw VireoException.System(ErrorDomain.Qemu, noEntry, $"'{asked}' is not a suitable pr helper: No such file or directory");
        var socket = ReservationArguments.SocketOf(channels);
        File.Delete(socket);
        var printedTo = Path.Combine(hypervisor.Paths.QemuLog, $"{domain}-{Name}.log");
        using var printed = HostFile.OpenLog(printedTo);
        var before = RandomAccess.GetLength(printed);
        var start = new ProcessStart(program, ["-k", socket]) { WorkingDirectory = "/" }.PrintingTo(printed);
        var identity = RunServants.Start(directory, Name, start, (pid, status) => LogLost(hypervisor.Log, domain, pid, status), lasts: true);
        using var process = HostProcess.Attach(identity);
        if (!await ListensAsync(process, socket, cancellationToken).ConfigureAwait(false))
        {
            throw VireoException.OperationFailed(ErrorDomain.Qemu, process is { HasExited: false } ? "pr helper socket did not show up" : $"pr helper died and reported: {QemuLauncher.Complaint(printedTo, before)}");
        }

        GuestPlaces.Hand(socket);
    }

    /// <summary>Puts it into the group of its guest, where both have one.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="group">The guest's group; null where it has none.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void Enclose(string directory, GuestGroup? group)
    {
        if (group is null || RunServants.Find(directory, Name) is not { } identity)
        {
            return;
        }

        try
        {
            group.Group.AddProcess(identity.Pid);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SystemError.Make(e, "Unable to place pr-helper process in the guest's control group", ErrorDomain.Qemu);
        }
    }

    /// <summary>Starts it anew where a guest needs one and nobody listens any more; ends it where none is needed.</summary>
    /// <param name="hypervisor">What all domains share.</param>
    /// <param name="process">The guest's process.</param>
    /// <param name="live">Its document.</param>
    /// <exception cref="VireoException">As <see cref="StartAsync"/>; VIR_ERR_SYSTEM_ERROR: the run cannot be told of it.</exception>
    public static async Task SettleAsync(QemuHypervisor hypervisor, QemuProcess process, DomainConfig live)
    {
        try
        {
            await RenewAsync(hypervisor, process, live).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SystemError.Make(e, $"cannot start what makes reservations for domain '{live.Name}'", ErrorDomain.Qemu);
        }
    }

    private static async Task RenewAsync(QemuHypervisor hypervisor, QemuProcess process, DomainConfig live)
    {
        var needed = IsNeeded(live.Devices);
        if (needed && UnixSocket.IsListening(ReservationArguments.SocketOf(process.Channels)))
        {
            return;
        }

        await EndAsync(process.Directory, process.Channels).ConfigureAwait(false);
        if (needed)
        {
            await StartAsync(hypervisor, live.Name!, process.Directory, process.Channels, CancellationToken.None).ConfigureAwait(false);
            Enclose(process.Directory, process.Group);
        }
    }

    /// <summary>Ends it; nothing when there is none.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="channels">The run's directory for sockets.</param>
    public static async Task EndAsync(string directory, string channels)
    {
        await RunServants.EndAsync(directory, Name).ConfigureAwait(false);
        File.Delete(ReservationArguments.SocketOf(channels));
    }

    // It has no word for being ready, so it is asked, in pauses that its end cuts short.
    private static async Task<bool> ListensAsync(HostProcess? process, string socket, CancellationToken cancellationToken)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        for (var pause = TimeSpan.FromMilliseconds(1); !UnixSocket.IsListening(socket); pause = pause < s_longestPause ? pause * 2 : s_longestPause)
        {
            if (process is null or { HasExited: true } || waited.Elapsed > s_patience)
            {
                return false;
            }

            using var next = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            next.CancelAfter(pause);
            await ((Task)process.WaitAsync(next.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return true;
    }

    [LoggerMessage(73, LogLevel.Warning, "domain '{Name}': what makes the reservations of its LUNs, process {Pid}, has gone ({Status}); it is started anew when the guest next asks for one")]
    private static partial void LogLost(ILogger log, string name, int pid, ExitStatus status);
}
