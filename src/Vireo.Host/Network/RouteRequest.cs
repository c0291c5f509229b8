using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Native;

namespace Vireo.Host.Network;

/// <summary>One request to the kernel about network devices (rtnetlink), put together attribute by attribute.</summary>
internal sealed unsafe class RouteRequest
{
    public const ushort NewLink = 16;
    public const ushort DeleteLink = 17;
    public const ushort Address = 1;
    public const ushort Name = 3;
    public const ushort Lower = 5;
    public const ushort Information = 18;
    public const ushort Kind = 1;
    public const ushort Data = 2;
    private const ushort Answered = 2;
    private const ushort Wanted = 0x1 | 0x4;
    private const ushort Exclusively = 0x400 | 0x200;
    private const int HeaderSize = 16;
    private const int LinkSize = 16;
    private const int Longest = 1024;
    private const int AnswerSize = 4096;
    private readonly byte[] _bytes = new byte[Longest];
    private int _length = HeaderSize + LinkSize;

    /// <summary>Begins a request about a link.</summary>
    /// <param name="what"><see cref="NewLink"/> or <see cref="DeleteLink"/>.</param>
    /// <param name="index">The link's number; 0 for one that is to be made.</param>
    public RouteRequest(ushort what, int index)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(4), what);
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(6), what == NewLink ? (ushort)(Wanted | Exclusively) : Wanted);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(HeaderSize + 4), index);
    }

    /// <summary>Adds an attribute.</summary>
    public RouteRequest With(ushort attribute, ReadOnlySpan<byte> value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(_length), (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(_length + 2), attribute);
        value.CopyTo(_bytes.AsSpan(_length + 4));
        _length += (4 + value.Length + 3) & ~3;
        return this;
    }

    /// <summary>Adds a text with the zero that ends it.</summary>
    public RouteRequest With(ushort attribute, string value) => With(attribute, Encoding.UTF8.GetBytes(value + "\0"));

    /// <summary>Adds a number.</summary>
    public RouteRequest With(ushort attribute, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return With(attribute, bytes);
    }

    /// <summary>Adds an attribute that is made of others.</summary>
    public RouteRequest With(ushort attribute, Action<RouteRequest> inner)
    {
        var start = _length;
        _length += 4;
        inner(this);
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(start), (ushort)(_length - start));
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(start + 2), attribute);
        return this;
    }

    /// <summary>Asks the kernel.</summary>
    /// <returns>0, or the errno of its refusal.</returns>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot be asked.</exception>
    public int Send()
    {
        BinaryPrimitives.WriteInt32LittleEndian(_bytes, _length);
        var fd = Libc.OpenSocket(Libc.FamilyNetlink, Libc.SocketRaw | Libc.SocketCloseOnExec, 0);
        if (fd < 0)
            throw SystemError.Last("cannot connect to netlink socket");
        using var socket = new SafeFileHandle(fd, ownsHandle: true);
        var answer = stackalloc byte[AnswerSize];
        fixed (byte* bytes = _bytes)
        {
            if (Libc.Write(socket, bytes, _length) != _length || Libc.Read(socket, answer, AnswerSize) is not (>= HeaderSize + 4))
                throw SystemError.Last("cannot talk to the kernel's netlink");
        }

        // The kernel answers while it is written to: an error message, whose number is 0 when all is well.
        var reply = new ReadOnlySpan<byte>(answer, HeaderSize + 4);
        return BinaryPrimitives.ReadUInt16LittleEndian(reply[4..]) == Answered ? -BinaryPrimitives.ReadInt32LittleEndian(reply[HeaderSize..]) : Errno.Invalid;
    }
}
