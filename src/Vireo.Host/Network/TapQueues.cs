using Microsoft.Win32.SafeHandles;
using Vireo.Host.Native;

namespace Vireo.Host.Network;

/// <summary>The guest's end of a tap, of whatever kind: a descriptor a queue.</summary>
internal static unsafe class TapQueues
{
    private const nuint SetInterface = 0x400454ca;
    private const short Tap = 0x0002;
    private const short NoPacketInformation = 0x1000;
    private const short VirtualHeader = 0x4000;
    private const short ManyQueues = 0x0100;

    /// <summary>Opens all of them, or none.</summary>
    /// <param name="path">Where the kernel hands them out.</param>
    /// <param name="queues">How many there are.</param>
    /// <param name="offload">Whether packets carry the header that virtio's offloads need.</param>
    /// <param name="request">Holds the device's name; the kernel puts the one there that it chose.</param>
    /// <param name="missing">What an error says when there is no such file.</param>
    /// <param name="refused">What an error says when the kernel refuses.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static IReadOnlyList<SafeFileHandle> Open(string path, int queues, bool offload, byte* request, string missing, string refused)
    {
        var handles = new List<SafeFileHandle>();
        try
        {
            while (handles.Count < queues)
            {
                var fd = Libc.Open(path, Libc.ReadWrite | Libc.CloseOnExec, 0);
                if (fd < 0)
                    throw SystemError.Last(missing);
                handles.Add(new SafeFileHandle(fd, ownsHandle: true));
                // The first answer holds the name that was chosen; the other queues are of that device.
                *(short*)(request + NetworkDevice.NameSize) = (short)(Tap | NoPacketInformation | (offload ? VirtualHeader : 0) | (queues > 1 ? ManyQueues : 0));
                if (Libc.DeviceControl(handles[^1], SetInterface, request) != 0)
                    throw SystemError.Last(refused);
            }

            return handles;
        }
        catch
        {
            handles.ForEach(static handle => handle.Dispose());
            throw;
        }
    }
}
