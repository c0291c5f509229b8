using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Native;

namespace Vireo.Host.Files;

/// <summary>
/// A new file that lies ready in a directory while one write follows another there. Where many files were removed shortly before, a file system may take longer to make a new one than to write and flush it, so the
/// next is made while its writer is yet to come. Nobody looks for its name, it is made only after two writes within a second, and it goes when no third comes.
/// </summary>
/// <param name="directory">Where it lies.</param>
public sealed class ReadyFile(string directory) : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Timer? _forgets;
    private Made? _made;
    private long _written;
    private int _making;
    private volatile bool _closed;

    /// <summary>Removes the one that nobody has come for; no more are made.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _forgets?.Dispose();
        }

        Forget();
    }

    /// <summary>Gives it to a writer, who renames it; null when there is none.</summary>
    internal Made? Take()
    {
        var made = Interlocked.Exchange(ref _made, null);
        if (made is null || File.Exists(made.Path))
            return made;

        // Somebody has tidied up.
        made.Handle.Dispose();
        return null;
    }

    /// <summary>A file was written there: another may follow.</summary>
    internal void Written()
    {
        var before = Interlocked.Exchange(ref _written, Stopwatch.GetTimestamp());
        if (!_closed && Volatile.Read(ref _made) is null && before != 0 && Stopwatch.GetElapsedTime(before) < s_pause && Interlocked.Exchange(ref _making, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(static file => file.Make(), this, preferLocal: false);
    }

    private void Make()
    {
        try
        {
            var path = AtomicFile.TemporaryName(Path.Combine(directory, "next"));
            Keep(new(HostFile.Open(path, Libc.WriteOnly | Libc.Create | Libc.Exclusive | Libc.NoFollow, AtomicFile.PrivateMode), path));
        }
        catch (VireoException)
        {
            // The next writer makes one himself, and is told why he cannot.
        }
        finally
        {
            Volatile.Write(ref _making, 0);
        }
    }

    private void Keep(Made made)
    {
        Made? unwanted;
        lock (_gate)
        {
            unwanted = _closed ? made : Interlocked.Exchange(ref _made, made);
            if (!_closed)
            {
                _forgets ??= new Timer(static file => ((ReadyFile)file!).Forget(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _forgets.Change(2 * s_pause, Timeout.InfiniteTimeSpan);
            }
        }

        Remove(unwanted);
    }

    private void Forget() => Remove(Interlocked.Exchange(ref _made, null));

    private static void Remove(Made? made)
    {
        if (made is null)
            return;
        made.Handle.Dispose();
        _ = Libc.Unlink(made.Path);
    }

    /// <summary>A file that is there and empty.</summary>
    /// <param name="Handle">Open for writing.</param>
    /// <param name="Path">Its name so far.</param>
    internal sealed record Made(SafeFileHandle Handle, string Path);
}
