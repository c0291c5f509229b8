using System.Text;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Faults;
using Vireo.Host.Native;

namespace Vireo.Host.Files;

/// <summary>
/// Files that are either as they were or as they shall be, whatever happens in between: written beside, flushed, renamed, and the directory flushed.
/// </summary>
public static class AtomicFile
{
    /// <summary>Read and written by the owner alone.</summary>
    public const uint PrivateMode = 0x180;

    private const string Suffix = ".vireo-new";

    /// <summary>Writes one file.</summary>
    /// <param name="path">Where; its directory exists.</param>
    /// <param name="content">What.</param>
    /// <param name="mode">Who may read it.</param>
    /// <param name="durable">Flushes to the disk before it returns; false for files that need not survive the host, in a run directory.</param>
    /// <param name="cancellationToken">Gives up before the file is replaced.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static Task WriteAsync(string path, ReadOnlyMemory<byte> content, uint mode = PrivateMode, bool durable = true, CancellationToken cancellationToken = default) =>
        WriteAllAsync([new FileWrite(path, content) { Mode = mode }], durable, cancellationToken);

    /// <summary>Writes one file of text, in UTF-8.</summary>
    /// <inheritdoc cref="WriteAsync(string, ReadOnlyMemory{byte}, uint, bool, CancellationToken)"/>
    public static Task WriteTextAsync(string path, string content, uint mode = PrivateMode, bool durable = true, CancellationToken cancellationToken = default) =>
        WriteAsync(path, Encoding.UTF8.GetBytes(content), mode, durable, cancellationToken);

    /// <summary>Writes one file of text, in UTF-8, on the caller's thread.</summary>
    /// <param name="path">Where; its directory exists.</param>
    /// <param name="content">What.</param>
    /// <param name="mode">Who may read it.</param>
    /// <param name="durable">As of <see cref="WriteAsync"/>.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void WriteText(string path, string content, uint mode = PrivateMode, bool durable = true) =>
        WriteAll([new FileWrite(path, Encoding.UTF8.GetBytes(content)) { Mode = mode }], durable, CancellationToken.None);

    /// <summary>
    /// Writes several files: all are written and flushed before the first is replaced, in the order given, and each directory is flushed once.
    /// Each file by itself is atomic; a crash may leave some replaced and others not.
    /// </summary>
    /// <param name="files">The files.</param>
    /// <param name="durable">Flushes to the disk before it returns.</param>
    /// <param name="cancellationToken">Gives up before the first file is replaced.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR; unless a rename was what failed, nothing has changed.</exception>
    public static Task WriteAllAsync(IReadOnlyList<FileWrite> files, bool durable = true, CancellationToken cancellationToken = default) =>
        OnPool(
            () =>
            {
                WriteAll(files, durable, cancellationToken);
                return true;
            },
            cancellationToken);

    /// <summary>Removes a file and flushes its directory; false when there was none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="durable">Flushes the directory before it returns.</param>
    /// <param name="cancellationToken">Gives up before anything is done.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static Task<bool> RemoveAsync(string path, bool durable = true, CancellationToken cancellationToken = default) =>
        OnPool(
            () =>
            {
                Pass(path, $"cannot remove file '{path}'");
                if (Libc.Unlink(path) != 0)
                {
                    var error = SystemError.Last($"cannot remove file '{path}'");
                    return error.Number1 == Errno.NoEntry ? false : throw error;
                }

                if (durable)
                    FlushDirectory(DirectoryOf(path));
                return true;
            },
            cancellationToken);

    /// <summary>Flushes a directory, after files in it were created, renamed or removed by other means.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void FlushDirectory(string directory)
    {
        using var handle = HostFile.Open(directory, Libc.ReadOnly | Libc.Directory, 0);
        Pass(directory, $"cannot sync directory '{directory}'");
        if (Libc.Sync(handle) != 0)
            throw SystemError.Last($"cannot sync directory '{directory}'");
    }

    /// <summary>Removes what writers that were killed left half-written in a directory. Only while nobody else writes there.</summary>
    public static void RemoveLeftovers(string directory)
    {
        foreach (var path in Directory.EnumerateFiles(directory, ".*" + Suffix))
            File.Delete(path);
    }

    // A thread of the pool waits for the disk as well as another of them would: handing the work over would cost more than it.
    private static Task<T> OnPool<T>(Func<T> work, CancellationToken cancellationToken)
    {
        if (!Thread.CurrentThread.IsThreadPoolThread)
            return Task.Run(work, cancellationToken);
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);
        try
        {
            return Task.FromResult(work());
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }
        catch (Exception e)
        {
            return Task.FromException<T>(e);
        }
    }

    private static void WriteAll(IReadOnlyList<FileWrite> files, bool durable, CancellationToken cancellationToken)
    {
        var temporary = new List<string>(files.Count);
        var renamed = 0;
        try
        {
            foreach (var file in files)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var ready = file.Ready?.Take();
                temporary.Add(ready?.Path ?? TemporaryName(file.Path));
                WriteNew(temporary[^1], ready?.Handle, file, durable);
            }

            cancellationToken.ThrowIfCancellationRequested();
            for (; renamed < files.Count; renamed++)
            {
                Pass(files[renamed].Path, $"cannot rename file '{temporary[renamed]}' as '{files[renamed].Path}'");
                if (Libc.Rename(temporary[renamed], files[renamed].Path) != 0)
                    throw SystemError.Last($"cannot rename file '{temporary[renamed]}' as '{files[renamed].Path}'");
            }

            if (durable)
            {
                foreach (var directory in files.Select(file => DirectoryOf(file.Path)).Distinct())
                    FlushDirectory(directory);
            }

            foreach (var file in files)
                file.Ready?.Written();
        }
        catch
        {
            foreach (var left in temporary.Skip(renamed))
                _ = Libc.Unlink(left);
            throw;
        }
    }

    private static void WriteNew(string temporary, SafeFileHandle? ready, FileWrite file, bool durable)
    {
        // A write counts the same whether its file lay ready or not.
        using var taken = ready;
        Pass(file.Path, $"Failed to create file '{file.Path}'");
        using var handle = taken ?? HostFile.Open(temporary, Libc.WriteOnly | Libc.Create | Libc.Exclusive | Libc.NoFollow, file.Mode, file.Path);
        // The mode given to open is cut by the mask; this one is exact.
        if (Libc.ChangeMode(handle, file.Mode) != 0)
            throw SystemError.Last($"cannot set mode of file '{file.Path}'");
        Pass(file.Path, $"cannot write data to file '{file.Path}'");
        Write(handle, file);
        if (durable)
            Pass(file.Path, $"cannot sync file '{file.Path}'");
        if (durable && Libc.DataSync(handle) != 0)
            throw SystemError.Last($"cannot sync file '{file.Path}'");
    }

    private static void Pass(string path, string attempted)
    {
        if (FaultPoint.Write(path) is not 0 and var errno)
            throw SystemError.Make(errno, attempted);
    }

    private static unsafe void Write(SafeFileHandle handle, FileWrite file)
    {
        var rest = file.Content.Span;
        while (!rest.IsEmpty)
        {
            nint written;
            fixed (byte* pointer = rest)
                written = Libc.Write(handle, pointer, rest.Length);
            if (written < 0)
            {
                var error = SystemError.Last($"cannot write data to file '{file.Path}'");
                if (error.Number1 == Errno.Interrupted)
                    continue;
                throw error;
            }

            rest = rest[(int)written..];
        }
    }

    // Hidden and with an ending of its own, so that nobody who lists a directory for *.xml takes it for a document.
    internal static string TemporaryName(string path) =>
        Path.Combine(DirectoryOf(path), $".{Path.GetFileName(path)}.{Random.Shared.NextInt64():x16}{Suffix}");

    private static string DirectoryOf(string path) => Path.GetDirectoryName(path) is { Length: > 0 } directory ? directory : ".";
}
