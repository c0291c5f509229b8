using System.Diagnostics;
using System.Net.Sockets;

namespace Vireo.TestKit;

/// <summary>Which daemon a scratch daemon is.</summary>
public enum DaemonKind
{
    /// <summary>A stock libvirtd.</summary>
    Libvirtd,

    /// <summary>The project's daemon.</summary>
    Vireod,
}

/// <summary>A daemon of one's own: its state in a scratch directory, its sockets there, started and stopped at will.</summary>
public abstract class ScratchDaemon : IAsyncDisposable
{
    private Process? _process;

    /// <summary>What it has in its environment besides, whenever it is started.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>A program that starts it, with its arguments; none when it is started as it is.</summary>
    public IReadOnlyList<string> Starter { get; init; } = [];

    /// <summary>The daemon's own directory, removed at the end.</summary>
    protected ScratchDirectory Scratch { get; } = new("vt");

    /// <summary>Which daemon it is.</summary>
    public abstract DaemonKind Kind { get; }

    /// <summary>The directory that holds its state.</summary>
    public string Root => Scratch.Path;

    /// <summary>The read-write socket.</summary>
    public abstract string SocketPath { get; }

    /// <summary>The URI by which a stock client reaches it.</summary>
    public string Uri => "qemu:///system?socket=" + SocketPath;

    /// <summary>The id of the daemon's process.</summary>
    /// <exception cref="InvalidOperationException">It has not been started.</exception>
    public int ProcessId => (_process ?? throw new InvalidOperationException("The daemon has not been started.")).Id;

    /// <summary>Whether its process runs.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>What it wrote to stderr since it was first started.</summary>
    public string Log => File.Exists(Scratch["daemon.log"]) ? File.ReadAllText(Scratch["daemon.log"]) : "";

    /// <summary>Makes a daemon of a kind, not yet started.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="settings">What is set for its guests, in the words of libvirt's qemu.conf; null for guests that run as root and leave files whose they are.</param>
    public static ScratchDaemon Of(DaemonKind kind, string? settings = null) => (kind, settings) switch
    {
        (DaemonKind.Libvirtd, _) => new ScratchLibvirtd { Settings = settings },
        (_, null) => new ScratchVireod(),
        _ => new ScratchVireod { Settings = settings },
    };

    /// <summary>Starts the daemon and waits until it answers.</summary>
    public async Task StartAsync(IReadOnlyDictionary<string, string>? environment = null)
    {
        if (IsRunning)
            throw new InvalidOperationException("The daemon runs already.");
        // A shell only redirects the log, so that the daemon keeps no pipe to the test; it is replaced by the daemon.
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardInput = true };
        foreach (string argument in (string[])["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", Scratch["daemon.log"], .. Starter, .. Command()])
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in Environment.Concat(environment ?? new Dictionary<string, string>()))
            start.Environment[name] = value;

        using var notify = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        File.Delete(Scratch["notify"]);
        notify.Bind(new UnixDomainSocketEndPoint(Scratch["notify"]));
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // Its sockets would stay behind a daemon that is killed.
        start.Environment["NOTIFY_SOCKET"] = Scratch["notify"];

        _process?.Dispose();
        _process = Process.Start(start) ?? throw new InvalidOperationException("The daemon did not start.");
        await WaitForReadinessAsync(notify);
    }

    /// <summary>Ends it in the orderly way (SIGTERM); guests go on.</summary>
    public async Task<int> StopAsync()
    {
        if (!IsRunning)
            return _process?.ExitCode ?? 0;
        await ProgramRun.ExecuteAsync("/bin/kill", ["-TERM", $"{ProcessId}"]);
        await WaitForExitAsync(TimeSpan.FromSeconds(20));
        return _process!.ExitCode;
    }

    /// <summary>Ends it with SIGKILL; guests go on.</summary>
    public async Task KillAsync()
    {
        _process?.Kill();
        await WaitForExitAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>Waits until the daemon has ended by itself, as after a fault point that kills it.</summary>
    public async Task WaitForExitAsync(TimeSpan limit)
    {
        if (_process is null)
            return;
        using var timer = new CancellationTokenSource(limit);
        await _process.WaitForExitAsync(timer.Token);
    }

    /// <summary>The guests' QEMU processes of this daemon.</summary>
    public IReadOnlyList<int> Guests() => OwnedProcesses.Naming(Root, "qemu-system");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
            await KillAsync();
        _process?.Dispose();
        Scratch.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The program and its arguments.</summary>
    protected abstract IReadOnlyList<string> Command();

    private async Task WaitForReadinessAsync(Socket notify)
    {
        using var timer = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var buffer = new byte[512];
        var exited = _process!.WaitForExitAsync(timer.Token);
        try
        {
            while (true)
            {
                var received = notify.ReceiveAsync(buffer, timer.Token).AsTask();
                if (await Task.WhenAny(received, exited) != received)
                    throw new InvalidOperationException($"{Kind} ended with {_process.ExitCode} before it was ready:\n{Log}");
                if (System.Text.Encoding.UTF8.GetString(buffer, 0, await received).Split('\n').Contains("READY=1"))
                    return;
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Kind} was not ready in 60 s:\n{Log}");
        }
    }
}
