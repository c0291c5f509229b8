using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Events;
using Vireo.Host.Native;

namespace Vireo.Host.Sockets;

/// <summary>Data and file descriptors together over UNIX sockets (SCM_RIGHTS).</summary>
/// <remarks>
/// The kernel never hands out descriptors in the midst of a read: a read ends with the bytes the descriptors came with.
/// On a socket where descriptors may come, every read must be one of these, or they are lost.
/// </remarks>
public static class FdPassing
{
    /// <summary>The most descriptors one message may carry.</summary>
    public const int MaxDescriptors = 253;

    private const int HeaderSize = 16;

    /// <summary>Reads what is there, waiting while there is nothing. Returns the number of bytes; 0 at the end.</summary>
    /// <param name="socket">A connected UNIX socket.</param>
    /// <param name="buffer">Where the data goes.</param>
    /// <param name="received">Descriptors that came along are added here; the caller owns them.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: the connection is broken.</exception>
    public static async ValueTask<int> ReceiveAsync(Socket socket, Memory<byte> buffer, ICollection<SafeFileHandle> received, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var count = TryReceive(socket.SafeHandle, buffer.Span, received);
            if (count >= 0)
                return count;
            // Reading nothing waits until there is something.
            await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes all of the data, with the descriptors attached to its first byte.</summary>
    /// <param name="socket">A connected UNIX socket.</param>
    /// <param name="data">At least one byte where there are descriptors.</param>
    /// <param name="descriptors">What to pass; stays the caller's.</param>
    /// <param name="cancellationToken">Gives up, maybe with part of the data written.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: the connection is broken.</exception>
    public static async ValueTask SendAsync(Socket socket, ReadOnlyMemory<byte> data, IReadOnlyList<SafeHandle>? descriptors = null, CancellationToken cancellationToken = default)
    {
        if (descriptors is { Count: > 0 } && data.IsEmpty)
            throw new ArgumentException("Descriptors travel with at least one byte.", nameof(data));
        while (!data.IsEmpty)
        {
            var count = TrySend(socket.SafeHandle, data.Span, descriptors);
            if (count < 0)
            {
                await Poller.Shared.WaitAsync(socket.SafeHandle, Readiness.Writable, cancellationToken).ConfigureAwait(false);
                continue;
            }

            data = data[count..];
            descriptors = null;
        }
    }

    /// <summary>Reads what is there without waiting; -1 when there is nothing yet, 0 at the end.</summary>
    /// <inheritdoc cref="ReceiveAsync"/>
    public static unsafe int TryReceive(SafeHandle socket, Span<byte> buffer, ICollection<SafeFileHandle> received)
    {
        const int ControlSize = HeaderSize + MaxDescriptors * sizeof(int) + 4;
        var control = stackalloc byte[ControlSize];
        fixed (byte* pointer = buffer)
        {
            var vector = new Libc.IoVector { Base = pointer, Length = (nuint)buffer.Length };
            var message = new Libc.MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = ControlSize };
            nint count;
            do
                count = Libc.ReceiveMessage(socket, &message, Libc.MessageDontWait | Libc.MessageCloseOnExec);
            while (count < 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted);
            if (count < 0)
                return WouldBlock("Cannot recv data");
            TakeDescriptors(&message, received);
            return (int)count;
        }
    }

    /// <summary>Writes what there is room for without waiting; -1 when there is none.</summary>
    /// <inheritdoc cref="SendAsync"/>
    public static unsafe int TrySend(SafeHandle socket, ReadOnlySpan<byte> data, IReadOnlyList<SafeHandle>? descriptors = null)
    {
        var fdCount = descriptors?.Count ?? 0;
        if (fdCount > MaxDescriptors)
            throw new ArgumentException($"At most {MaxDescriptors} descriptors go into one message.", nameof(descriptors));
        var control = stackalloc byte[HeaderSize + (fdCount + 1) * sizeof(int)];
        var held = 0;
        try
        {
            for (; held < fdCount; held++)
            {
                var taken = false;
                descriptors![held].DangerousAddRef(ref taken);
                ((int*)(control + HeaderSize))[held] = (int)descriptors[held].DangerousGetHandle();
            }

            *(Libc.ControlHeader*)control = new() { Length = (nuint)(HeaderSize + fdCount * sizeof(int)), Level = Libc.LevelSocket, Type = Libc.ControlRights };
            return Send(socket, data, fdCount > 0 ? control : null, Align(HeaderSize + fdCount * sizeof(int)));
        }
        finally
        {
            while (held-- > 0)
                descriptors![held].DangerousRelease();
        }
    }

    private static unsafe int Send(SafeHandle socket, ReadOnlySpan<byte> data, byte* control, int controlLength)
    {
        fixed (byte* pointer = data)
        {
            var vector = new Libc.IoVector { Base = pointer, Length = (nuint)data.Length };
            var message = new Libc.MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = control is null ? 0 : (nuint)controlLength };
            nint count;
            do
                count = Libc.SendMessage(socket, &message, Libc.MessageDontWait | Libc.MessageNoSignal);
            while (count < 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted);
            return count < 0 ? WouldBlock("Cannot write data") : (int)count;
        }
    }

    private static unsafe void TakeDescriptors(Libc.MessageHeader* message, ICollection<SafeFileHandle> received)
    {
        var offset = 0;
        while (offset + HeaderSize <= (int)message->ControlLength)
        {
            var header = (Libc.ControlHeader*)(message->Control + offset);
            if (header->Length < HeaderSize)
                break;
            if (header->Level == Libc.LevelSocket && header->Type == Libc.ControlRights)
            {
                var count = ((int)header->Length - HeaderSize) / sizeof(int);
                for (var i = 0; i < count; i++)
                    received.Add(new SafeFileHandle(((int*)(message->Control + offset + HeaderSize))[i], ownsHandle: true));
            }

            offset += Align((int)header->Length);
        }
    }

    private static int WouldBlock(string what)
    {
        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.Again ? -1 : throw SystemError.Make(errno, what, ErrorDomain.Rpc);
    }

    private static int Align(int length) => (length + 7) & ~7;
}
