using Microsoft.Win32.SafeHandles;
using Vireo.Host.Native;

namespace Vireo.Host.Files;

/// <summary>
/// A log that other processes append to and never open again: what it holds is moved to <c>LOG.0</c>, what was there to <c>LOG.1</c>, and so on. The file stays
/// the same one, so whoever writes it goes on, whether or not anybody is there to rotate it.
/// </summary>
/// <param name="path">The log.</param>
/// <param name="maxSize">How many bytes it may hold before they are moved; 0 for any number.</param>
/// <param name="maxBackups">How many older ones are kept.</param>
public sealed class RotatedLog(string path, long maxSize, int maxBackups)
{
    private const int CollapseRange = 8;
    private const int BlockSize = 4096;

    /// <summary>Moves what it holds when that is too much.</summary>
    /// <returns>Whether it was.</returns>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public bool RotateIfFull()
    {
        if (maxSize == 0 || new FileInfo(path) is not { Exists: true } info || info.Length <= maxSize) return false;
        try
        {
            using var log = HostFile.OpenExisting(path, write: true);
            Rotate(log, RandomAccess.GetLength(log));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SystemError.Make(e, $"cannot rotate log '{path}'");
        }

        return true;
    }

    private void Rotate(SafeFileHandle log, long length)
    {
        // What is written from here on follows the whole blocks that are taken out of the front, where the file system can do that.
        long front = length - (length % BlockSize);
        if (maxBackups > 0)
        {
            for (int i = maxBackups - 2; i >= 0; i--)
            {
                if (File.Exists(Backup(i))) File.Move(Backup(i), Backup(i + 1), overwrite: true);
            }

            // Of a log that has grown far beyond that while nobody was there, the end is kept.
            Copy(log, Math.Max(0, front - (2 * maxSize)), front);
        }

        if (Libc.Allocate(log, CollapseRange, 0, front) == 0) return;
        if (maxBackups > 0) Append(log, front, RandomAccess.GetLength(log));
        if (Libc.SetLength(log, 0) != 0) throw SystemError.Last($"cannot empty log '{path}'");
    }

    private void Copy(SafeFileHandle log, long from, long to)
    {
        File.Delete(Backup(0));
        using var backup = HostFile.CreateNew(Backup(0));
        Copy(log, from, to, backup, 0);
    }

    private void Append(SafeFileHandle log, long from, long to)
    {
        using var backup = HostFile.OpenExisting(Backup(0), write: true);
        Copy(log, from, to, backup, RandomAccess.GetLength(backup));
    }

    private static void Copy(SafeFileHandle log, long from, long to, SafeFileHandle backup, long at)
    {
        byte[] some = new byte[1 << 16];
        while (from < to && RandomAccess.Read(log, some.AsSpan(0, (int)Math.Min(some.Length, to - from)), from) is > 0 and var count)
        {
            RandomAccess.Write(backup, some.AsSpan(0, count), at);
            from += count;
            at += count;
        }
    }

    private string Backup(int number) => $"{path}.{number}";
}
