using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Vireo.Host.Files;
using Vireo.Host.Hooks;
using Vireo.Host.Sockets;
using Vireo.Rpc.Server;

namespace Vireo.Daemon;

/// <summary>The daemon's life: places, lock, drivers, sockets, and the wait for the signal that ends it.</summary>
internal sealed partial class DaemonHost(DaemonArguments arguments, StderrLogger log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = log.CreateLogger("vireod");

    public async Task RunAsync()
    {
        bool privileged = Environment.IsPrivilegedProcess;
        var paths = arguments.Root is { } root ? DaemonPaths.Under(root) : DaemonPaths.Standard(privileged);
        paths.Create();
        var settings = DaemonSettings.Load(arguments.ConfigFile ?? paths.ConfigFile);
        using var held = Lock(paths.LockFile);
        var hooks = new HookScripts(Path.Combine(paths.Config, "hooks"), "daemon", paths.Run);
        await TellHooksAsync(hooks, new HookCall("-", "start", "-", "start")).ConfigureAwait(false);
        await using var drivers = await DaemonDrivers.StartAsync(paths, settings, log).ConfigureAwait(false);
        await using var server = new RpcServer(drivers.Registry, Rpc(settings, paths), log.CreateLogger("rpc"));
        var ended = new TaskCompletionSource<PosixSignal>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _ = ReloadAsync(hooks, drivers);
        });

        // Whoever reaches a socket may send signals.
        var sockets = Listen(server, paths, settings, privileged);
        using var heap = IdleHeap.Watch();
        Ready(_logger, string.Join(", ", sockets));
        Tell("READY=1");

        var signal = await ended.Task.ConfigureAwait(false);
        Ending(_logger, signal);
        Tell("STOPPING=1");
        await TellHooksAsync(hooks, new HookCall("-", "shutdown", "-", "shutdown")).ConfigureAwait(false);
        await server.StopAsync(Patience).ConfigureAwait(false);
        foreach (string socket in sockets) File.Delete(socket);

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            ended.TrySetResult(context.Signal);
        }
    }

    /// <summary>Keeps a second daemon out of the same root for as long as this process lives, however it ends.</summary>
    private static LockFile Lock(string path)
    {
        try
        {
            return LockFile.Acquire(path);
        }
        catch (VireoException held)
        {
            throw new DaemonException($"another vireod uses this root: {held.Message}", held);
        }
    }

    private static RpcServerOptions Rpc(DaemonSettings settings, DaemonPaths paths) => settings.Rpc with
    {
        DefaultUri = settings.Rpc.DefaultUri ?? (paths.IsSession ? "qemu:///session" : "qemu:///system"),
        CallRecord = Environment.GetEnvironmentVariable("VIREO_CALL_RECORD") is { Length: > 0 } file ? file : null,
    };

    /// <summary>What happens to the daemon happens whatever its hooks make of it.</summary>
    private async Task TellHooksAsync(HookScripts hooks, HookCall call)
    {
        try
        {
            await hooks.RunAsync(call, "", CancellationToken.None).ConfigureAwait(false);
        }
        catch (VireoException e)
        {
            HookFailed(_logger, e.Message);
        }
    }

    private async Task ReloadAsync(HookScripts hooks, DaemonDrivers drivers)
    {
        await TellHooksAsync(hooks, new HookCall("-", "reload", "begin", "SIGHUP")).ConfigureAwait(false);
        try
        {
            await drivers.ReloadAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is VireoException or IOException or UnauthorizedAccessException)
        {
            ReloadFailed(_logger, e.Message);
        }
    }

    private void Tell(string state)
    {
        if (ServiceNotification.Send(state) is { } why) NotTold(_logger, state, why);
    }

    private List<string> Listen(RpcServer server, DaemonPaths paths, DaemonSettings settings, bool privileged)
    {
        var directories = new List<string> { paths.Sockets };
        if (arguments.AsLibvirtd) directories.Add(DaemonPaths.LibvirtSockets(privileged));
        var sockets = new List<string>();
        foreach (string directory in directories.Distinct())
        {
            string all = Path.Combine(directory, "libvirt-sock");
            string readOnly = Path.Combine(directory, "libvirt-sock-ro");
            if (paths.IsSession)
            {
                const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
                Directory.CreateDirectory(directory, Private);
                Take(all, Private, readOnly: false);
                continue;
            }

            Directory.CreateDirectory(directory);
            Take(all, settings.SocketMode, readOnly: false);
            Take(readOnly, settings.ReadOnlySocketMode, readOnly: true);
        }

        return sockets;

        // The lock keeps another vireod away, but libvirt's places may be a running libvirtd's.
        void Take(string socket, UnixFileMode mode, bool readOnly)
        {
            if (UnixSocket.IsListening(socket)) throw new DaemonException($"another daemon listens on {socket}");
            server.Listen(socket, mode, readOnly);
            sockets.Add(socket);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "listening on {Sockets}")]
    private static partial void Ready(ILogger logger, string sockets);

    [LoggerMessage(2, LogLevel.Information, "{Signal}: ending; guests go on")]
    private static partial void Ending(ILogger logger, PosixSignal signal);

    [LoggerMessage(4, LogLevel.Warning, "{Why}")]
    private static partial void HookFailed(ILogger logger, string why);

    [LoggerMessage(5, LogLevel.Error, "what others have changed cannot be read: {Why}")]
    private static partial void ReloadFailed(ILogger logger, string why);

    [LoggerMessage(3, LogLevel.Warning, "the service manager was not told {State}: {Why}")]
    private static partial void NotTold(ILogger logger, string state, string why);
}
