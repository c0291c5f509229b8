using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Vireo.Rpc.Transport;

/// <summary>Makes stream sockets of the UNIX family.</summary>
internal static unsafe class UnixSocket
{
    /// <summary>Bytes that a socket's path may have: sun_path is 108 long and ends with a NUL.</summary>
    public const int MaxPath = 107;

    private const int Backlog = 128;
    private const int FamilySize = 2;

    /// <summary>Listens at a path, in place of what lay there. Whoever may write to the file may connect.</summary>
    public static SafeSocketHandle Listen(string path, UnixFileMode mode)
    {
        var socket = Create(nonBlocking: true);
        try
        {
            File.Delete(path);
            var address = Address(path);
            fixed (byte* bytes = address)
            {
                if (Syscalls.Bind(Descriptor(socket), bytes, (uint)address.Length) < 0) throw Syscalls.Failure($"cannot bind the socket {path}");
            }

            File.SetUnixFileMode(path, mode);
            if (Syscalls.Listen(Descriptor(socket), Backlog) < 0) throw Syscalls.Failure($"cannot listen on the socket {path}");
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects to a path. VIR_ERR_SYSTEM_ERROR with the errno when nobody listens there.</summary>
    public static SafeSocketHandle Connect(string path)
    {
        var socket = Create(nonBlocking: false);
        var address = Address(path);
        fixed (byte* bytes = address)
        {
            if (Syscalls.Connect(Descriptor(socket), bytes, (uint)address.Length) >= 0) return socket;
        }

        int errno = Syscalls.Errno;
        socket.Dispose();
        throw VireoException.System(ErrorDomain.Rpc, errno, $"Failed to connect socket to '{path}': {Marshal.GetPInvokeErrorMessage(errno)}");
    }

    /// <summary>Two sockets that are connected to each other.</summary>
    public static (SafeSocketHandle One, SafeSocketHandle Other) Pair()
    {
        int* pair = stackalloc int[2];
        if (Syscalls.SocketPair(Syscalls.FamilyUnix, Syscalls.TypeStream | Syscalls.CloseOnExec, 0, pair) < 0) throw Syscalls.Failure("cannot create a pair of sockets");
        return (new SafeSocketHandle(pair[0], ownsHandle: true), new SafeSocketHandle(pair[1], ownsHandle: true));
    }

    private static SafeSocketHandle Create(bool nonBlocking)
    {
        int descriptor = Syscalls.Socket(Syscalls.FamilyUnix, Syscalls.TypeStream | Syscalls.CloseOnExec | (nonBlocking ? Syscalls.NonBlocking : 0), 0);
        return descriptor < 0 ? throw Syscalls.Failure("cannot create a socket") : new SafeSocketHandle(descriptor, ownsHandle: true);
    }

    private static int Descriptor(SafeSocketHandle socket) => (int)socket.DangerousGetHandle();

    private static byte[] Address(string path)
    {
        int length = Encoding.UTF8.GetByteCount(path);
        if (length > MaxPath)
            throw new VireoException(ErrorCode.InvalidArg, ErrorDomain.Rpc, $"the socket path {path} is {length} bytes long; at most {MaxPath} are possible");
        byte[] address = new byte[FamilySize + length + 1];
        MemoryMarshal.Write(address, (ushort)Syscalls.FamilyUnix);
        Encoding.UTF8.GetBytes(path, address.AsSpan(FamilySize));
        return address;
    }
}
