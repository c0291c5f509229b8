namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Who waits for the guest to let a device go. What comes when nobody waits is for whoever hears of it.</summary>
internal sealed class DeviceRemovals
{
    private readonly Dictionary<string, TaskCompletionSource<bool>> _awaited = new(StringComparer.Ordinal);

    /// <summary>Waits for a device from now on.</summary>
    /// <param name="alias">Its name.</param>
    public void Expect(string alias)
    {
        lock (_awaited)
        {
            _awaited[alias] = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Waits for the guest's answer.</summary>
    /// <param name="alias">What is expected.</param>
    /// <param name="limit">How long.</param>
    /// <param name="gone">Ends the wait: the hypervisor has gone.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Whether it let the device go; null when it has not answered. However this ends, from now on nobody waits.</returns>
    public async Task<bool?> WaitAsync(string alias, TimeSpan limit, Task gone, CancellationToken cancellationToken)
    {
        TaskCompletionSource<bool> awaited;
        lock (_awaited)
        {
            awaited = _awaited[alias];
        }

        // The clock ends with the wait.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(awaited.Task, gone, Task.Delay(limit, patience.Token)).ConfigureAwait(false);
        await patience.CancelAsync().ConfigureAwait(false);
        lock (_awaited)
        {
            _awaited.Remove(alias);
        }

        if (awaited.Task.IsCompletedSuccessfully)
        {
            return await awaited.Task.ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return null;
    }

    /// <summary>Nobody waits any more.</summary>
    public void Forget(string alias)
    {
        lock (_awaited)
        {
            _awaited.Remove(alias);
        }
    }

    /// <summary>The guest has answered; false when nobody waits.</summary>
    /// <param name="alias">The device.</param>
    /// <param name="gone">Whether it let it go.</param>
    public bool Answered(string alias, bool gone)
    {
        lock (_awaited)
        {
            return _awaited.TryGetValue(alias, out var awaited) && awaited.TrySetResult(gone);
        }
    }
}
