using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Events;
using Vireo.Host.Native;

namespace Vireo.Host.Processes;

/// <summary>
/// A process of this host, held by a pidfd: its end is noticed at once, and no signal ever reaches another process that got the same pid.
/// Disposing lets go of it; it does not end it.
/// </summary>
public sealed class HostProcess : IDisposable
{
    private readonly SafeFileHandle _pidFd;
    private readonly CancellationTokenSource _letGo = new();
    private readonly Task<ExitStatus?> _exit;

    private HostProcess(ProcessIdentity identity, SafeFileHandle pidFd)
    {
        Identity = identity;
        _pidFd = pidFd;
        _exit = WatchAsync();
    }

    /// <summary>Which process this is; stored, it finds the same process again after a restart of the daemon.</summary>
    public ProcessIdentity Identity { get; }

    /// <summary>Its pid.</summary>
    public int Pid => Identity.Pid;

    /// <summary>Whether its end has been noticed.</summary>
    public bool HasExited => _exit.IsCompletedSuccessfully;

    /// <summary>Starts a program. Returns once the program has been executed or could not be; takes about a millisecond.</summary>
    /// <param name="start">What to start and how.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR with the errno of exec or of what went wrong before.</exception>
    public static HostProcess Start(ProcessStart start)
    {
        var pid = Spawner.Start(start);
        // A child keeps its pid until it is reaped, so this cannot be another process.
        var pidFd = OpenPidFd(pid) ?? throw SystemError.Last($"cannot open process {pid}");
        return new(ProcessIdentity.Of(pid) ?? new(pid, 0, ProcessIdentity.CurrentBootId), pidFd);
    }

    /// <summary>Takes hold of a running process, child or not; null when it has ended, even if its pid has been given to another.</summary>
    /// <param name="identity">Which process.</param>
    public static HostProcess? Attach(ProcessIdentity identity)
    {
        if (identity.BootId != ProcessIdentity.CurrentBootId || OpenPidFd(identity.Pid) is not { } pidFd)
            return null;
        // Read after the pidfd was opened: if they agree, the pidfd is of that process.
        if (ProcessIdentity.Of(identity.Pid) == identity)
            return new(identity, pidFd);
        pidFd.Dispose();
        return null;
    }

    /// <summary>Runs a program to its end, and ends one that takes too long.</summary>
    /// <param name="start">What to run and how.</param>
    /// <param name="patience">How long it may take.</param>
    /// <param name="endWith">The signal that ends it, see <see cref="Signals"/>; its end is waited for.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How it ended; null when it took too long.</returns>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it could not be started.</exception>
    public static async Task<ExitStatus?> RunAsync(ProcessStart start, TimeSpan patience, int endWith, CancellationToken cancellationToken)
    {
        using var process = Start(start);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience);
        try
        {
            return await process.WaitAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(endWith);
            await process.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    /// <summary>Waits for its end. The status is null when it was not started by this daemon: only a parent learns it.</summary>
    /// <param name="cancellationToken">Gives the wait up; the process goes on.</param>
    public Task<ExitStatus?> WaitAsync(CancellationToken cancellationToken = default) => _exit.WaitAsync(cancellationToken);

    /// <summary>The files that it has open, by where they lie; those that lie nowhere, devices and what has gone meanwhile are left out.</summary>
    public IReadOnlyList<string> OpenFiles()
    {
        try
        {
            return [.. new DirectoryInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{Pid}/fd")).EnumerateFileSystemInfos().Select(entry => entry.LinkTarget).OfType<string>()
                .Where(path => path.StartsWith('/') && !path.StartsWith("/dev/", StringComparison.Ordinal) && File.Exists(path)).Distinct()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Sends a signal; false when it has already ended.</summary>
    /// <param name="signal">The signal's number.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: not permitted.</exception>
    public bool Kill(int signal)
    {
        if (Libc.PidFdSendSignal(_pidFd, signal) == 0)
            return true;
        var error = SystemError.Last($"Failed to send signal {signal} to process {Pid}");
        return error.Number1 == Errno.NoSuchProcess ? false : throw error;
    }

    /// <summary>Lets go of the process; it goes on. Waits that are pending are cancelled.</summary>
    public void Dispose()
    {
        _letGo.Cancel();
        _pidFd.Dispose();
    }

    private static SafeFileHandle? OpenPidFd(int pid)
    {
        var fd = Libc.PidFdOpen(pid);
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : null;
    }

    private async Task<ExitStatus?> WatchAsync()
    {
        await Poller.Shared.WaitAsync(_pidFd, Readiness.Readable, _letGo.Token).ConfigureAwait(false);
        try
        {
            return Reap();
        }
        catch (ObjectDisposedException)
        {
            // It ended while it was let go of.
            throw new OperationCanceledException(_letGo.Token);
        }
    }

    private unsafe ExitStatus? Reap()
    {
        const int Exited = 1;
        // siginfo_t: code at 8, status at 24 (64-bit Linux).
        var info = stackalloc int[32];
        if (Libc.WaitId(Libc.WaitPidFd, _pidFd, info, Libc.WaitExited) != 0)
            return null;
        return info[2] == Exited ? new(info[6], 0) : new(0, info[6]);
    }
}
