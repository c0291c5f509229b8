using System.Runtime.InteropServices;
using Vireo.Host.Native;

namespace Vireo.Host.Files;

/// <summary>What changes when a file is replaced or written to, whatever its path: what is cached about the file's content holds while this is the same.</summary>
/// <param name="Device">The device, major and minor in one number.</param>
/// <param name="Inode">The inode.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Modified">When its content was last changed, in nanoseconds since 1970.</param>
/// <param name="Changed">When its inode was last changed, in nanoseconds since 1970.</param>
public readonly record struct FileFingerprint(ulong Device, ulong Inode, ulong Size, long Modified, long Changed)
{
    private const int StatusSize = 256;
    private const int WorkingDirectory = -100;
    private const uint BasicStatus = 0x7ff;

    /// <summary>Looks at a file, links followed; one system call.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it is not there or cannot be looked at.</exception>
    public static unsafe FileFingerprint Of(string path)
    {
        var status = stackalloc byte[StatusSize];
        if (Libc.Status(WorkingDirectory, path, 0, BasicStatus, status) != 0)
            throw SystemError.Last($"cannot stat file '{path}'");
        var fields = new ReadOnlySpan<byte>(status, StatusSize);
        return new(
            ((ulong)Read<uint>(fields, 136) << 32) | Read<uint>(fields, 140),
            Read<ulong>(fields, 32),
            Read<ulong>(fields, 40),
            Time(fields, 112),
            Time(fields, 96));
    }

    private static T Read<T>(ReadOnlySpan<byte> fields, int offset)
        where T : struct => MemoryMarshal.Read<T>(fields[offset..]);

    private static long Time(ReadOnlySpan<byte> fields, int offset) =>
        Read<long>(fields, offset) * 1_000_000_000 + Read<uint>(fields, offset + 8);
}
