using System.Globalization;
using System.Runtime.InteropServices;
using Vireo.Host.Native;

namespace Vireo.Host.Processes;

/// <summary>How much memory a process may keep from being swapped out.</summary>
public static unsafe class LockedMemory
{
    /// <summary>No limit.</summary>
    public const ulong Unlimited = ulong.MaxValue;

    /// <summary>The most that this process, and what it starts, may allow itself without a right of its own.</summary>
    public static ulong Most => LimitsOf(0).Most;

    /// <summary>Sets the limit of a process, for good.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="bytes">The limit, or <see cref="Unlimited"/>.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it is not ours to set, or the process has gone.</exception>
    public static void Limit(int pid, ulong bytes) => Limit(pid, bytes, bytes);

    /// <summary>Sets the limit of a process, and how far it may raise that itself.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="bytes">The limit, or <see cref="Unlimited"/>.</param>
    /// <param name="most">How far; not less than the limit.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it is not ours to set, or the process has gone.</exception>
    public static void Limit(int pid, ulong bytes, ulong most)
    {
        if (!TryLimit(pid, bytes, most))
            throw SystemError.Make(Marshal.GetLastPInvokeError(), string.Create(CultureInfo.InvariantCulture, $"cannot limit locked memory of process {pid} to {bytes}"));
    }

    /// <summary>The limit of a process.</summary>
    /// <param name="pid">The process.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it is not ours to see, or the process has gone.</exception>
    public static ulong LimitOf(int pid) => LimitsOf(pid).Bytes;

    /// <summary>The limit of a process, and how far it may raise that itself.</summary>
    /// <inheritdoc cref="LimitOf"/>
    public static (ulong Bytes, ulong Most) LimitsOf(int pid)
    {
        var limit = stackalloc ulong[2];
        return Libc.ProcessLimit(pid, Libc.LockedMemoryLimit, null, limit) == 0 ? (limit[0], limit[1])
            : throw SystemError.Make(Marshal.GetLastPInvokeError(), string.Create(CultureInfo.InvariantCulture, $"cannot get the limit of locked memory of process {pid}"));
    }

    /// <summary>As <see cref="Limit(int, ulong, ulong)"/>; false when the kernel refuses.</summary>
    internal static bool TryLimit(int pid, ulong bytes, ulong most)
    {
        var limit = stackalloc ulong[2] { bytes, most };
        return Libc.ProcessLimit(pid, Libc.LockedMemoryLimit, limit, null) == 0;
    }
}
