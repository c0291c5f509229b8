using System.Globalization;
using System.Runtime.InteropServices;
using Vireo.Host.Native;

namespace Vireo.Host.Processes;

/// <summary>The processors that a thread may run on.</summary>
public static class Affinity
{
    private const int MapBytes = 2048;

    /// <summary>Where a thread may run.</summary>
    /// <exception cref="IOException">The thread has gone.</exception>
    public static IReadOnlyList<int> Of(int thread)
    {
        Span<byte> map = stackalloc byte[MapBytes];
        var length = Libc.SchedGetAffinity(thread, map);
        if (length < 0)
            throw new IOException($"cannot get the processors of thread {thread}", Marshal.GetLastPInvokeError());
        var processors = new List<int>();
        for (var i = 0; i < length * 8; i++)
        {
            if ((map[i / 8] & (1 << (i % 8))) != 0)
                processors.Add(i);
        }

        return processors;
    }

    /// <summary>Says where a thread may run.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="map">The processors, a bit each, the lowest first.</param>
    /// <exception cref="IOException">The thread has gone, or none of the processors is switched on.</exception>
    public static void Set(int thread, ReadOnlySpan<byte> map)
    {
        if (Libc.SchedSetAffinity(thread, map) < 0)
            throw new IOException($"cannot set the processors of thread {thread}", Marshal.GetLastPInvokeError());
    }

    /// <summary>The threads of a process; none when it has gone.</summary>
    public static IReadOnlyList<int> Threads(int pid)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task")).Select(static path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture))];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
