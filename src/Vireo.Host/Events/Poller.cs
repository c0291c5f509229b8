using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Native;

namespace Vireo.Host.Events;

/// <summary>Which readiness of a file descriptor is waited for.</summary>
[Flags]
public enum Readiness
{
    /// <summary>There is something to read, or the other end has gone.</summary>
    Readable = 1,

    /// <summary>There is room to write, or the other end has gone.</summary>
    Writable = 2,
}

/// <summary>
/// One thread that waits, by epoll, for everything the framework's own socket engine cannot wait for: pidfds, terminals, taps.
/// A descriptor is watched only while someone waits for it.
/// </summary>
public sealed class Poller
{
    private const int Batch = 64;

    private static readonly Lazy<Poller> s_shared = new(static () => new Poller());

    private readonly ConcurrentDictionary<long, Waiter> _waiters = new();
    private readonly SafeFileHandle _epoll;
    private long _lastToken;

    private Poller()
    {
        var fd = Libc.EpollCreate(Libc.EpollCloseOnExec);
        _epoll = fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw SystemError.Last("cannot create an epoll instance");
        new Thread(Run) { IsBackground = true, Name = "vireo-poller" }.Start();
    }

    /// <summary>The poller of this process.</summary>
    public static Poller Shared => s_shared.Value;

    /// <summary>Waits until <paramref name="handle"/> is ready. One wait at a time for each descriptor number: who reads and writes at once duplicates it.</summary>
    /// <param name="handle">The descriptor; kept open while waited for.</param>
    /// <param name="readiness">What to wait for.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    public async Task WaitAsync(SafeHandle handle, Readiness readiness, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiter = Watch(handle, readiness);
        using (cancellationToken.UnsafeRegister(static (state, token) => ((Waiter)state!).Cancel(token), waiter))
            await waiter.Task.ConfigureAwait(false);
    }

    private Waiter Watch(SafeHandle handle, Readiness readiness)
    {
        var events = Libc.PollOneShot
            | ((readiness & Readiness.Readable) != 0 ? Libc.PollIn : 0)
            | ((readiness & Readiness.Writable) != 0 ? Libc.PollOut : 0);
        var waiter = new Waiter(this, handle, Interlocked.Increment(ref _lastToken));
        _waiters[waiter.Token] = waiter;
        if (Libc.EpollControl(_epoll, Libc.EpollAdd, handle, events, waiter.Token) != 0)
        {
            var error = SystemError.Last("cannot watch a file descriptor");
            _waiters.TryRemove(waiter.Token, out _);
            waiter.Release();
            throw error;
        }

        return waiter;
    }

    private unsafe void Run()
    {
        var entries = (byte*)NativeMemory.AllocZeroed((nuint)(Batch * Libc.EpollEventSize));
        while (true)
        {
            var count = Libc.EpollWait(_epoll, entries, Batch, -1);
            if (count < 0 && Marshal.GetLastPInvokeError() is not Errno.Interrupted and var errno)
                Environment.FailFast($"epoll_wait failed: {SystemError.Describe(errno)}");
            for (var i = 0; i < count; i++)
            {
                if (_waiters.TryRemove(Libc.EpollToken(entries, i), out var waiter))
                    waiter.Finish();
            }
        }
    }

    private sealed class Waiter : TaskCompletionSource
    {
        private readonly Poller _poller;
        private readonly SafeHandle _handle;
        private readonly bool _held;

        public Waiter(Poller poller, SafeHandle handle, long token)
            : base(TaskCreationOptions.RunContinuationsAsynchronously)
        {
            _poller = poller;
            _handle = handle;
            Token = token;
            handle.DangerousAddRef(ref _held);
        }

        public long Token { get; }

        // Whoever takes the waiter out of the table ends it: the poller's thread or the one that cancels.
        public void Finish()
        {
            Unwatch();
            TrySetResult();
        }

        public void Cancel(CancellationToken cancellationToken)
        {
            if (!_poller._waiters.TryRemove(Token, out _))
                return;
            Unwatch();
            TrySetCanceled(cancellationToken);
        }

        public void Release()
        {
            if (_held)
                _handle.DangerousRelease();
        }

        private void Unwatch()
        {
            _ = Libc.EpollControl(_poller._epoll, Libc.EpollDelete, _handle, 0, 0);
            Release();
        }
    }
}
