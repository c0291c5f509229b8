using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Native;

namespace Vireo.Host.Files;

/// <summary>
/// A file that one process at a time holds, with that process's pid in it. The lock goes with the process, however it ends;
/// the file itself stays.
/// </summary>
public sealed class LockFile : IDisposable
{
    private const int LockBytes = 32;
    private const short WriteLock = 1, Unlock = 2;
    private readonly SafeFileHandle _handle;

    private LockFile(string path, SafeFileHandle handle)
    {
        Path = path;
        _handle = handle;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Takes the lock at once or fails.</summary>
    /// <param name="path">The file, made where it is missing.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR (EAGAIN) when another process holds it; the message names that process.</exception>
    public static LockFile Acquire(string path)
    {
        var handle = HostFile.Open(path, Libc.ReadWrite | Libc.Create, 0x1A4);
        try
        {
            Lock(path, handle);
            var pid = Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
            RandomAccess.SetLength(handle, 0);
            RandomAccess.Write(handle, pid, 0);
            return new(path, handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Gives the lock up.</summary>
    public void Dispose()
    {
        if (!_handle.IsClosed)
        {
            // To close it is not enough: a program about to be started shares the open file until its exec.
            Set(_handle, Unlock);
            _handle.Dispose();
        }
    }

    private static unsafe bool Set(SafeFileHandle handle, short kind)
    {
        // struct flock of 64-bit Linux: type, whence, start, length, pid. All zero but the type: the whole file.
        var request = stackalloc byte[LockBytes];
        new Span<byte>(request, LockBytes).Clear();
        *(short*)request = kind;
        return Libc.Control(handle, Libc.OpenFileLockSet, (nint)request) == 0;
    }

    private static void Lock(string path, SafeFileHandle handle)
    {
        if (Set(handle, WriteLock))
            return;
        var errno = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
        Span<byte> content = stackalloc byte[16];
        var read = RandomAccess.Read(handle, content, 0);
        var holder = Encoding.ASCII.GetString(content[..read]).Trim();
        throw SystemError.Make(errno, $"Failed to acquire pid file '{path}'{(holder.Length > 0 ? $" held by process {holder}" : "")}");
    }
}
