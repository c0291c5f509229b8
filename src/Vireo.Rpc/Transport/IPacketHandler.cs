using Microsoft.Win32.SafeHandles;

namespace Vireo.Rpc.Transport;

/// <summary>What a <see cref="PacketConnection"/> tells its owner, always on the loop's thread.</summary>
internal interface IPacketHandler
{
    /// <summary>Whether another packet may come; while false nothing is read. <see cref="PacketConnection.ResumeReading"/> asks again.</summary>
    bool CanTakePacket { get; }

    /// <summary>A whole packet. The payload is good only during the call; the descriptors belong to the handler.</summary>
    void OnPacket(in PacketHeader header, ReadOnlySpan<byte> payload, IReadOnlyList<SafeFileHandle> files);

    /// <summary>The connection is gone; called once.</summary>
    void OnClosed(Exception? reason);
}
