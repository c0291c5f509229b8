using System.Buffers.Binary;
using Vireo.Rpc.Xdr;

namespace Vireo.Rpc;

/// <summary>What kind of packet follows.</summary>
internal enum PacketType
{
    Call = 0,
    Reply = 1,
    Message = 2,
    Stream = 3,
    CallWithFiles = 4,
    ReplyWithFiles = 5,
    StreamHole = 6,
}

/// <summary>How it went, or that a stream goes on.</summary>
internal enum PacketStatus
{
    Ok = 0,
    Error = 1,
    Continue = 2,
}

/// <summary>The 24 bytes after the length word.</summary>
internal readonly record struct PacketHeader(uint Program, uint Version, int Procedure, PacketType Type, uint Serial, PacketStatus Status)
{
    public bool HasFiles => Type is PacketType.CallWithFiles or PacketType.ReplyWithFiles;

    /// <summary>Reads the header of a packet whose length word has been checked.</summary>
    public static PacketHeader Read(ReadOnlySpan<byte> packet) => new(
        BinaryPrimitives.ReadUInt32BigEndian(packet[4..]),
        BinaryPrimitives.ReadUInt32BigEndian(packet[8..]),
        BinaryPrimitives.ReadInt32BigEndian(packet[12..]),
        (PacketType)BinaryPrimitives.ReadInt32BigEndian(packet[16..]),
        BinaryPrimitives.ReadUInt32BigEndian(packet[20..]),
        (PacketStatus)BinaryPrimitives.ReadInt32BigEndian(packet[24..]));

    /// <summary>Starts a packet: room for the length word, then the header.</summary>
    public void Write(ref XdrWriter writer)
    {
        writer.WriteUInt32(0);
        writer.WriteUInt32(Program);
        writer.WriteUInt32(Version);
        writer.WriteInt32(Procedure);
        writer.WriteInt32((int)Type);
        writer.WriteUInt32(Serial);
        writer.WriteInt32((int)Status);
    }
}
