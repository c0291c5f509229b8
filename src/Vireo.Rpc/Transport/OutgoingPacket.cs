using System.Buffers;
using System.Runtime.InteropServices;

namespace Vireo.Rpc.Transport;

/// <summary>A packet that is ready to go: a pooled buffer, and the descriptors that follow it (owned by the packet).</summary>
internal readonly struct OutgoingPacket(byte[] buffer, int length, IReadOnlyList<SafeHandle>? files = null)
{
    public byte[] Buffer => buffer;

    public int Length => length;

    public IReadOnlyList<SafeHandle>? Files => files;

    /// <summary>Gives the buffer back and closes the descriptors.</summary>
    public void Release()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        if (files is null) return;
        foreach (var file in files) file.Dispose();
    }
}
