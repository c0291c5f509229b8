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
    public const ushort GetLink = 18;
    public const ushort SetLink = 19;
    public const ushort Address = 1;
    public const ushort Name = 3;
    public const ushort Lower = 5;
    public const ushort Information = 18;
    public const ushort Kind = 1;
    public const ushort Data = 2;
    public const ushort Functions = 22;
    public const ushort Function = 1;
    public const ushort FunctionAddress = 1;
    public const ushort FunctionVlan = 2;
    public const ushort Extended = 29;
    public const uint WithFunctions = 1;
    private const ushort Answered = 2;
    private const ushort Wanted = 0x1 | 0x4;
    private const ushort Exclusively = 0x400 | 0x200;
    private const int HeaderSize = 16;
    private const int LinkSize = 16;
    private const int Longest = 1024;
    private const int KindBits = 0x3fff;
    private const int AnswerSize = 4096;
    private readonly byte[] _bytes = new byte[Longest];
    private int _length = HeaderSize + LinkSize;

    /// <summary>Begins a request about a link.</summary>
    /// <param name="what"><see cref="NewLink"/> or another.</param>
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
        // The kernel answers while it is written to: an error message, whose number is 0 when all is well.
        var reply = Talk(AnswerSize).Span;
        return IsVerdict(reply) ? -BinaryPrimitives.ReadInt32LittleEndian(reply[HeaderSize..]) : Errno.Invalid;
    }

    /// <summary>Asks the kernel what it knows of a link.</summary>
    /// <param name="most">The longest answer that is read, in bytes.</param>
    /// <returns>The attributes of its answer.</returns>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it refuses, or cannot be asked.</exception>
    public ReadOnlyMemory<byte> Ask(int most)
    {
        var reply = Talk(most);
        if (IsVerdict(reply.Span) || reply.Length < HeaderSize + LinkSize)
            throw SystemError.Make(IsVerdict(reply.Span) ? -BinaryPrimitives.ReadInt32LittleEndian(reply.Span[HeaderSize..]) : Errno.Invalid, "cannot read a link by netlink");
        return reply[(HeaderSize + LinkSize)..Math.Clamp(BinaryPrimitives.ReadInt32LittleEndian(reply.Span), HeaderSize + LinkSize, reply.Length)];
    }

    /// <summary>The value of an attribute among others; empty when it is not there.</summary>
    public static ReadOnlyMemory<byte> Find(ReadOnlyMemory<byte> attributes, ushort attribute) => Split(attributes).FirstOrDefault(one => one.Kind == attribute).Value;

    /// <summary>The values of all attributes in a list of them.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Each(ReadOnlyMemory<byte> attributes) => Split(attributes).Select(static one => one.Value);

    private static IEnumerable<(ushort Kind, ReadOnlyMemory<byte> Value)> Split(ReadOnlyMemory<byte> attributes)
    {
        while (attributes.Length >= 4)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(attributes.Span);
            if (length < 4 || length > attributes.Length)
                yield break;
            yield return ((ushort)(BinaryPrimitives.ReadUInt16LittleEndian(attributes.Span[2..]) & KindBits), attributes[4..length]);
            attributes = attributes[Math.Min((length + 3) & ~3, attributes.Length)..];
        }
    }

    private static bool IsVerdict(ReadOnlySpan<byte> reply) => BinaryPrimitives.ReadUInt16LittleEndian(reply[4..]) == Answered;

    private ReadOnlyMemory<byte> Talk(int most)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_bytes, _length);
        var fd = Libc.OpenSocket(Libc.FamilyNetlink, Libc.SocketRaw | Libc.SocketCloseOnExec, 0);
        if (fd < 0)
            throw SystemError.Last("cannot connect to netlink socket");
        using var socket = new SafeFileHandle(fd, ownsHandle: true);
        var answer = new byte[most];
        fixed (byte* bytes = _bytes, room = answer)
        {
            if (Libc.Write(socket, bytes, _length) != _length || Libc.Read(socket, room, most) is not (>= HeaderSize + 4 and var length))
                throw SystemError.Last("cannot talk to the kernel's netlink");
            return answer.AsMemory(0, (int)length);
        }
    }
}
