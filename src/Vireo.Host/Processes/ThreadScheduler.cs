using System.Runtime.InteropServices;
using Vireo.Host.Native;

namespace Vireo.Host.Processes;

/// <summary>How the kernel chooses a thread among others (<c>sched(7)</c>).</summary>
public enum SchedulingPolicy
{
    /// <summary>As all others.</summary>
    Other = 0,

    /// <summary>In real time, until it gives way.</summary>
    Fifo = 1,

    /// <summary>In real time, in turns.</summary>
    RoundRobin = 2,

    /// <summary>Work that nobody waits for.</summary>
    Batch = 3,

    /// <summary>When nothing else is to be done.</summary>
    Idle = 5,
}

/// <summary>The scheduling of threads.</summary>
public static class ThreadScheduler
{
    /// <summary>Says how a thread is scheduled.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="policy">How.</param>
    /// <param name="priority">Among those in real time, 1 to 99; 0 for others.</param>
    /// <exception cref="IOException">The thread has gone, or it is not ours to say.</exception>
    public static unsafe void Set(int thread, SchedulingPolicy policy, int priority)
    {
        if (Libc.SchedSetScheduler(thread, (int)policy, &priority) < 0)
            throw new IOException($"cannot schedule thread {thread}", Marshal.GetLastPInvokeError());
    }
}
