using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Vireo.Host.Files;
using Vireo.Host.Native;

namespace Vireo.Host.Sockets;

/// <summary>Who is at the other end of a UNIX socket, as the kernel recorded it when the connection was made.</summary>
/// <param name="Pid">The process.</param>
/// <param name="UserId">Its effective user.</param>
/// <param name="GroupId">Its effective group.</param>
public readonly record struct PeerCredentials(int Pid, uint UserId, uint GroupId);

/// <summary>UNIX stream sockets with what the framework leaves out: modes, long paths, credentials, pairs.</summary>
public static class UnixSocket
{
    private const int LongestPath = 107;

    /// <summary>Makes a socket that listens at a path. A socket file left there by an earlier process is replaced: the caller holds the lock on the directory.</summary>
    /// <param name="path">Where; its directory may be of any length.</param>
    /// <param name="mode">Who may connect.</param>
    /// <param name="backlog">How many connections may wait.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static unsafe Socket Listen(string path, uint mode = AtomicFile.PrivateMode, int backlog = 128)
    {
        var handle = Open();
        try
        {
            if (Libc.Unlink(path) != 0 && SystemError.Last($"Unable to remove '{path}'") is { Number1: not Errno.NoEntry } error)
                throw error;
            if (WithAddress(path, handle, &Libc.Bind) != 0)
                throw SystemError.Last($"Failed to bind socket to '{path}'");
            // Nobody can connect before the socket listens, so nobody slips in before the mode is set.
            if (Libc.ChangeMode(path, mode) != 0)
                throw SystemError.Last($"Unable to set mode of '{path}'");
            return Libc.Listen(handle, backlog) == 0 ? new Socket(handle) : throw SystemError.Last($"Unable to listen on '{path}'");
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Connects to a socket at a path. Waits only where the listener's queue is full.</summary>
    /// <param name="path">Where; its directory may be of any length.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR with ENOENT or ECONNREFUSED when nobody listens.</exception>
    public static unsafe Socket Connect(string path)
    {
        var handle = Open();
        try
        {
            return WithAddress(path, handle, &Libc.Connect) == 0
                ? new Socket(handle)
                : throw SystemError.Last($"Failed to connect socket to '{path}'");
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Whether somebody listens at a path.</summary>
    /// <param name="path">Where.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot be told.</exception>
    public static bool IsListening(string path)
    {
        try
        {
            using var socket = Connect(path);
            return true;
        }
        catch (VireoException nobody) when (nobody.Number1 is Errno.NoEntry or Errno.ConnectionRefused)
        {
            return false;
        }
    }

    /// <summary>Makes two sockets connected to each other.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static unsafe (Socket First, Socket Second) Pair()
    {
        var pair = stackalloc int[2];
        if (Libc.SocketPair(Libc.FamilyUnix, Libc.SocketStream | Libc.SocketCloseOnExec, 0, pair) != 0)
            throw SystemError.Last("Unable to create socket pair");
        return (new Socket(new SafeSocketHandle(pair[0], ownsHandle: true)), new Socket(new SafeSocketHandle(pair[1], ownsHandle: true)));
    }

    /// <summary>Tells who is at the other end.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: no UNIX socket, or not connected.</exception>
    public static PeerCredentials PeerOf(Socket socket)
    {
        Span<int> credentials = stackalloc int[3];
        try
        {
            socket.GetRawSocketOption(Libc.LevelSocket, Libc.PeerCredentials, MemoryMarshal.AsBytes(credentials));
        }
        catch (SocketException exception)
        {
            throw SystemError.Make(exception, "Failed to get client socket identity");
        }

        return new(credentials[0], (uint)credentials[1], (uint)credentials[2]);
    }

    private static SafeSocketHandle Open()
    {
        var fd = Libc.OpenSocket(Libc.FamilyUnix, Libc.SocketStream | Libc.SocketCloseOnExec, 0);
        return fd >= 0 ? new SafeSocketHandle(fd, ownsHandle: true) : throw SystemError.Last("Failed to create socket");
    }

    // An address holds 107 bytes. A longer path is reached through a descriptor of its directory.
    private static unsafe int WithAddress(string path, SafeSocketHandle socket, delegate*<SafeHandle, byte*, uint, int> use)
    {
        if (Encoding.UTF8.GetByteCount(path) <= LongestPath)
            return Use(path, socket, use);
        using var directory = HostFile.Open(Path.GetDirectoryName(path)!, Libc.ReadOnly | Libc.Directory, 0);
        var name = $"/proc/self/fd/{directory.DangerousGetHandle()}/{Path.GetFileName(path)}";
        return Encoding.UTF8.GetByteCount(name) <= LongestPath
            ? Use(name, socket, use)
            : throw SystemError.Make(Errno.NameTooLong, $"UNIX socket path '{path}' is too long");
    }

    private static unsafe int Use(string path, SafeSocketHandle socket, delegate*<SafeHandle, byte*, uint, int> use)
    {
        const int PathOffset = 2;
        var address = stackalloc byte[PathOffset + LongestPath + 1];
        *(ushort*)address = Libc.FamilyUnix;
        var length = Encoding.UTF8.GetBytes(path, new Span<byte>(address + PathOffset, LongestPath));
        address[PathOffset + length] = 0;
        return use(socket, address, (uint)(PathOffset + length + 1));
    }
}
