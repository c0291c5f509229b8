using System.Globalization;
using System.Runtime.InteropServices;
using Vireo.Host.Native;

namespace Vireo.Host.Processes;

/// <summary>How much memory a process may keep from being swapped out.</summary>
public static unsafe class LockedMemory
{
    /// <summary>No limit.</summary>
    public const ulong Unlimited = ulong.MaxValue;

    /// <summary>Sets the limit of a process.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="bytes">The limit, or <see cref="Unlimited"/>.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it is not ours to set, or the process has gone.</exception>
    public static void Limit(int pid, ulong bytes)
    {
        var limit = stackalloc ulong[2] { bytes, bytes };
        if (Libc.ProcessLimit(pid, Libc.LockedMemoryLimit, limit, null) != 0)
            throw SystemError.Make(Marshal.GetLastPInvokeError(), string.Create(CultureInfo.InvariantCulture, $"cannot limit locked memory of process {pid} to {bytes}"));
    }

    /// <summary>The limit of a process.</summary>
    /// <param name="pid">The process.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it is not ours to see, or the process has gone.</exception>
    public static ulong LimitOf(int pid)
    {
        var limit = stackalloc ulong[2];
        return Libc.ProcessLimit(pid, Libc.LockedMemoryLimit, null, limit) == 0 ? limit[0]
            : throw SystemError.Make(Marshal.GetLastPInvokeError(), string.Create(CultureInfo.InvariantCulture, $"cannot get the limit of locked memory of process {pid}"));
    }
}
