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
    private bool _closed;
    private Exception? _cause;

    /// <summary>Takes ids for commands, all or none.</summary>
    /// <param name="commands">The commands.</param>
    /// <param name="make">Encodes a command with its id and makes what waits for the answer.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: too many commands wait, or the connection has gone.</exception>
    public List<PendingReply> Add(IReadOnlyList<QmpCommand> commands, Func<QmpCommand, int, PendingReply> make)
    {
        var added = new List<PendingReply>(commands.Count);
        lock (_gate)
        {
            if (_closed)
                throw QmpErrors.Gone(commands[0].Name, _cause);
            if (_byId.Count - _free.Count + commands.Count > most)
                throw VireoException.OperationFailed(ErrorDomain.Qemu, $"{most} commands wait for the QEMU monitor to answer; no more are sent");
            foreach (var command in commands)
            {
                var id = TakeId();
                added.Add(_byId[id] = make(command, id));
            }
        }

        return added;
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
    public void Close(Exception? cause)
    {
        List<PendingReply> waiting;
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            _cause = cause;
            waiting = [.. _byId.OfType<PendingReply>()];
            _byId.Clear();
            _free.Clear();
        }

        foreach (var pending in waiting)
            pending.Fail(cause);
    }

    private int TakeId()
    {
        if (_free.Count == 0)
        {
            _byId.Add(null);
            return _byId.Count - 1;
        }

        var id = _free.Min;
        _free.Remove(id);
        return id;
    }
}
