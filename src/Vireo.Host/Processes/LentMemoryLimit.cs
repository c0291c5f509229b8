namespace Vireo.Host.Processes;

/// <summary>
/// Lets a program start with another limit of locked memory than the daemon's. It starts with what its parent has at that moment, and that is one for all of the daemon's threads: the daemon takes the
/// program's limit on for a moment, for one program at a time, and what others started meanwhile gets the daemon's own afterwards.
/// </summary>
internal sealed class LentMemoryLimit : IDisposable
{
    private static readonly Lock s_gate = new();
    private static (ulong Bytes, ulong Most) s_own;

    // Odd while the daemon has a limit that is not its own.
    private static int s_turns;

    private LentMemoryLimit()
    {
    }

    /// <summary>What <see cref="Correct"/> has to be told.</summary>
    public static int Turns => Volatile.Read(ref s_turns);

    /// <summary>Takes on a program's limit, or as much of it as the kernel allows; the thread that disposes the result is the one that asked.</summary>
    /// <param name="bytes">The limit.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: the daemon's own cannot be told.</exception>
    public static LentMemoryLimit Take(ulong bytes)
    {
        s_gate.Enter();
        try
        {
            s_own = LockedMemory.LimitsOf(0);
            Interlocked.Increment(ref s_turns);
            // What it may raise itself to is never lowered: getting that back asks for a right.
            if (!LockedMemory.TryLimit(0, bytes, Math.Max(bytes, s_own.Most)))
                _ = LockedMemory.TryLimit(0, Math.Min(bytes, s_own.Most), s_own.Most);
            return new();
        }
        catch
        {
            s_gate.Exit();
            throw;
        }
    }

    /// <summary>Gives a program that was started without a limit of its own the daemon's, if it may have got another's.</summary>
    /// <param name="pid">The program, not yet reaped.</param>
    /// <param name="before"><see cref="Turns"/> before it was started.</param>
    public static void Correct(int pid, int before)
    {
        if (int.IsOddInteger(before) || before != Turns)
            _ = LockedMemory.TryLimit(pid, s_own.Bytes, s_own.Most);
    }

    /// <summary>Gives the daemon its own limit back, which asks for no right.</summary>
    public void Dispose()
    {
        _ = LockedMemory.TryLimit(0, s_own.Bytes, s_own.Most);
        Interlocked.Increment(ref s_turns);
        s_gate.Exit();
    }
}
