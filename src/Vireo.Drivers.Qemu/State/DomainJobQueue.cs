using System.Diagnostics;

namespace Vireo.Drivers.Qemu.State;

/// <summary>
/// Lets one change of a domain happen at a time, in the order of asking. Readers never come here: they read <see cref="QemuDomain.View"/>.
/// </summary>
/// <param name="talksTo">What the changes talk to, for the message: monitor or agent.</param>
/// <param name="time">The clock.</param>
internal sealed class DomainJobQueue(string talksTo = "monitor", TimeProvider? time = null)
{
    /// <summary>How long a change waits for the one before it, as libvirt does.</summary>
    public static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(30);

    /// <summary>How many changes of one domain may wait.</summary>
    public const int MaxWaiting = 256;

    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiting = [];
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private DomainJob? _current;

    /// <summary>The change under way; null when there is none.</summary>
    public DomainJob? Current => Volatile.Read(ref _current);

    /// <summary>Done at the end of each change, before the next may begin; throws nothing.</summary>
    public Action? AtEnd { get; set; }

    /// <summary>What of the change under way takes long; null when nothing does.</summary>
    public LongJob? Long => Current?.Long;

    /// <summary>Waits for the turn of a change.</summary>
    /// <param name="name">What it is, for those who wait for it: the C API's function.</param>
    /// <param name="domain">The domain's name, for the message.</param>
    /// <param name="wait">How long to wait; the default when null; <see cref="Timeout.InfiniteTimeSpan"/> for what must happen.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The job; disposing it lets the next go on.</returns>
    /// <exception cref="VireoException">
    /// VIR_ERR_OPERATION_TIMEOUT: the change before it did not end in time. VIR_ERR_OPERATION_FAILED: too many wait already.
    /// </exception>
    public async ValueTask<DomainJob> EnterAsync(string name, string domain, TimeSpan? wait, CancellationToken cancellationToken)
    {
        var limit = wait ?? DefaultWait;
        Waiter waiter;
        lock (_lock)
        {
            if (_current is null)
            {
                return _current = new DomainJob(this, name, _time.GetTimestamp());
            }

            if (_waiting.Count >= MaxWaiting)
            {
                throw VireoException.OperationFailed(
                    ErrorDomain.Qemu,
                    $"cannot acquire state change lock of domain '{domain}': {MaxWaiting} changes wait already (held by {_current.Name})");
            }

            waiter = new Waiter(name);
            _waiting.AddLast(waiter);
        }

        try
        {
            return await waiter.Task.WaitAsync(limit, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            bool removed;
            string holder;
            lock (_lock)
            {
                removed = _waiting.Remove(waiter);
                holder = _current?.Name ?? "nobody";
            }

            if (!removed)
            {
                // Its turn came in the same moment.
                var job = await waiter.Task.ConfigureAwait(false);
                if (e is TimeoutException)
                {
                    return job;
                }

                job.Dispose();
            }

            if (e is TimeoutException)
            {
                throw new VireoException(ErrorCode.OperationTimeout, ErrorDomain.Qemu, $"cannot acquire state change lock (held by {talksTo}={holder})");
            }

            throw;
        }
    }

    private void Leave(DomainJob job)
    {
        lock (_lock)
        {
            Debug.Assert(ReferenceEquals(_current, job), "Only the job under way ends.");
            if (_waiting.First is not { } next)
            {
                _current = null;
                return;
            }

            _waiting.RemoveFirst();
            _current = new DomainJob(this, next.Value.Name, _time.GetTimestamp());
            next.Value.SetResult(_current);
        }
    }

    /// <summary>The right to change a domain.</summary>
    public sealed class DomainJob(DomainJobQueue queue, string name, long started) : IDisposable
    {
        private LongJob? _long;
        private int _ended;

        /// <summary>What it is: the C API's function.</summary>
        public string Name { get; } = name;

        /// <summary>How long it has been under way.</summary>
        public TimeSpan Elapsed => queue._time.GetElapsedTime(started);

        /// <summary>What of it takes long; null when nothing does.</summary>
        public LongJob? Long => Volatile.Read(ref _long);

        /// <summary>Begins what takes long, once in a job.</summary>
        /// <param name="operation">What it is.</param>
        /// <param name="cancellationToken">The caller's.</param>
        public LongJob Begin(DomainJobOperation operation, CancellationToken cancellationToken)
        {
            var begun = new LongJob(operation, cancellationToken);
            Volatile.Write(ref _long, begun);
            return begun;
        }

        /// <summary>Ends it.</summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
            {
                queue.AtEnd?.Invoke();
                queue.Leave(this);
            }
        }
    }

    private sealed class Waiter(string name) : TaskCompletionSource<DomainJob>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public string Name { get; } = name;
    }
}
