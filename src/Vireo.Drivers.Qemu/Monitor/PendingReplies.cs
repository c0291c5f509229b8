using System.Diagnostics.CodeAnalysis;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>
/// The commands under way by their ids. Ids are small and used again, since each digit sent costs time; the id of a command that was
/// given up stays taken until QEMU answers it, so an answer is never taken for another's.
/// </summary>
internal sealed class PendingReplies(int most)
{
    private readonly Lock _gate = new();
    private readonly List<PendingReply?> _byId = [];
    private readonly SortedSet<int> _free = [];
    private MonitorClosedException? _closed;

    /// <summary>Takes an id for a command.</summary>
    /// <exception cref="MonitorClosedException">The connection has gone.</exception>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: too many commands wait.</exception>
    public int Add(Func<int, PendingReply> make, out PendingReply pending)
    {
        lock (_gate)
        {
            if (_closed is not null)
                throw _closed;
            if (_free.Count == 0)
            {
                if (_byId.Count >= most)
                    throw VireoException.OperationFailed(ErrorDomain.Qemu, $"{most} commands wait for the QEMU monitor to answer; no more are sent");
                _byId.Add(null);
                _free.Add(_byId.Count - 1);
            }

            var id = _free.Min;
            _free.Remove(id);
            _byId[id] = pending = make(id);
            return id;
        }
    }

    /// <summary>Takes the command that was given an id; false when there is none.</summary>
    public bool TryTake(int id, [NotNullWhen(true)] out PendingReply? pending)
    {
        lock (_gate)
        {
            pending = id >= 0 && id < _byId.Count ? _byId[id] : null;
            if (pending is null)
                return false;
            _byId[id] = null;
            _free.Add(id);
            return true;
        }
    }

    /// <summary>Fails all that wait and all that come.</summary>
    public void Close(MonitorClosedException reason)
    {
        List<PendingReply> waiting;
        lock (_gate)
        {
            _closed ??= reason;
            waiting = [.. _byId.OfType<PendingReply>()];
            _byId.Clear();
            _free.Clear();
        }

        foreach (var pending in waiting)
            pending.Fail(reason);
    }
}
