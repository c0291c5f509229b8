using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Native;

namespace Vireo.Host.Network;

/// <summary>A network device of the host whose other end is a descriptor for a guest. Unless somebody made it to stay, it goes when the last descriptor is closed.</summary>
public sealed unsafe class TapDevice : IDisposable
{
    /// <summary>Where the kernel hands taps out.</summary>
    public const string DefaultControl = "/dev/net/tun";

    private const nuint SetInterface = 0x400454ca;
    private const short Tap = 0x0002;
    private const short NoPacketInformation = 0x1000;
    private const short VirtualHeader = 0x4000;
    private const short ManyQueues = 0x0100;

    private TapDevice(string name, IReadOnlyList<SafeFileHandle> handles)
    {
        Device = new NetworkDevice(name);
        Handles = handles;
    }

    /// <summary>The host's end.</summary>
    public NetworkDevice Device { get; }

    /// <summary>The guest's end, a descriptor a queue, to be inherited by the hypervisor.</summary>
    public IReadOnlyList<SafeFileHandle> Handles { get; }

    /// <summary>Makes a tap device, or takes the free queues of one that was made to stay.</summary>
    /// <param name="name">Its name, at most 15 bytes; a <c>%d</c> in it becomes the lowest free number.</param>
    /// <param name="queues">How many queues it has.</param>
    /// <param name="offload">Whether packets carry the header that virtio's offloads need.</param>
    /// <param name="control">Where the kernel hands taps out.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: not permitted, or the name is taken; VIR_ERR_INVALID_ARG: no possible name.</exception>
    public static TapDevice Create(string name, int queues = 1, bool offload = true, string control = DefaultControl)
    {
        var handles = new List<SafeFileHandle>(queues);
        try
        {
            var request = stackalloc byte[NetworkDevice.RequestSize];
            NetworkDevice.PutName(request, name);
            for (var queue = 0; queue < queues; queue++)
            {
                var fd = Libc.Open(control, Libc.ReadWrite | Libc.CloseOnExec, 0);
                if (fd < 0)
                    throw SystemError.Last($"Unable to open {control}, is tun module loaded?");
                handles.Add(new SafeFileHandle(fd, ownsHandle: true));
                // The first answer holds the name that was chosen; the other queues are of that device.
                *(short*)(request + NetworkDevice.NameSize) = (short)(Tap | NoPacketInformation | (offload ? VirtualHeader : 0) | (queues > 1 ? ManyQueues : 0));
                if (Libc.DeviceControl(handles[^1], SetInterface, request) != 0)
                    throw SystemError.Last($"Unable to create tap device {name}");
            }

            return new(Marshal.PtrToStringUTF8((nint)request)!, handles);
        }
        catch
        {
            foreach (var handle in handles)
                handle.Dispose();
            throw;
        }
    }

    /// <summary>Closes this end; the device goes unless a guest holds it, or it was made to stay.</summary>
    public void Dispose()
    {
        foreach (var handle in Handles)
            handle.Dispose();
    }
}
