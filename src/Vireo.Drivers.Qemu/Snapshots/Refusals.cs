namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>
/// Where checks say why something cannot be done. What is really to be done ends at the first reason; what is only planned goes on to find every one.
/// </summary>
/// <param name="gather">Whether to go on.</param>
internal sealed class Refusals(bool gather)
{
    private readonly List<VireoException> _found = [];

    /// <summary>The reasons found so far.</summary>
    public IReadOnlyList<VireoException> Found => _found;

    /// <summary>Notes a reason.</summary>
    /// <exception cref="VireoException">The reason itself, when nothing is gathered.</exception>
    public void Add(VireoException reason)
    {
        if (!gather)
        {
            throw reason;
        }

        // What ends one planner may be met again by the one that asked for it.
        if (!_found.Contains(reason))
        {
            _found.Add(reason);
        }
    }

    /// <summary>Runs a check that throws when it is not met; those that come after do not build upon it.</summary>
    public void Check(Action check)
    {
        try
        {
            check();
        }
        catch (VireoException reason) when (gather)
        {
            Add(reason);
        }
    }

    /// <summary>Makes a part of a plan; null when that was refused.</summary>
    public T? Try<T>(Func<T?> make)
        where T : class
    {
        T? made = null;
        Check(() => made = make());
        return made;
    }

    /// <summary>As <see cref="Try"/>, for what has to be waited for.</summary>
    public async ValueTask<T?> TryAsync<T>(Func<ValueTask<T?>> make)
        where T : class
    {
        try
        {
            return await make().ConfigureAwait(false);
        }
        catch (VireoException reason) when (gather)
        {
            Add(reason);
            return null;
        }
    }

    /// <summary>Ends the planning when anything was refused, for the parts do not make a whole then.</summary>
    /// <exception cref="VireoException">The first reason.</exception>
    public void Conclude()
    {
        if (_found.Count > 0)
        {
            throw _found[0];
        }
    }
}
