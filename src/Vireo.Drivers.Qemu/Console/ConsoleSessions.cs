namespace Vireo.Drivers.Qemu.Console;

/// <summary>Who is at which character device: one at a time, for two would each get half of what the guest says.</summary>
internal sealed class ConsoleSessions
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ConsoleStream> _sessions = new(StringComparer.Ordinal);

    /// <summary>Opens a device.</summary>
    /// <param name="path">The terminal or socket.</param>
    /// <param name="kind">What it is called when somebody is there: <c>console session</c>, <c>channel stream</c>.</param>
    /// <param name="force">Ends the session that is there.</param>
    /// <param name="open">Opens it.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: somebody is there.</exception>
    public async ValueTask<ConsoleStream> OpenAsync(string path, string kind, bool force, Func<Stream> open)
    {
        ConsoleStream? other;
        lock (_lock)
        {
            if (_sessions.TryGetValue(path, out other) && !force)
            {
                throw VireoException.OperationFailed(ErrorDomain.Qemu, $"Active {kind} exists for this domain");
            }

            _sessions.Remove(path);
        }

        if (other is not null)
        {
            await other.DisposeAsync().ConfigureAwait(false);
        }

        var session = new ConsoleStream(this, path, open());
        lock (_lock)
        {
            if (!_sessions.TryAdd(path, session))
            {
                session.Detach();
            }
        }

        if (session.IsDetached)
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw VireoException.OperationFailed(ErrorDomain.Qemu, $"Active {kind} exists for this domain");
        }

        return session;
    }

    /// <summary>A session has ended.</summary>
    public void Ended(ConsoleStream session)
    {
        lock (_lock)
        {
            if (_sessions.TryGetValue(session.Path, out var there) && ReferenceEquals(there, session))
            {
                _sessions.Remove(session.Path);
            }
        }
    }
}
