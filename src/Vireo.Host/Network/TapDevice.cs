using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vireo.Host.Network;

/// <summary>A network device of the host whose other end is a descriptor for a guest. Unless somebody made it to stay, it goes when the last descriptor is closed.</summary>
public sealed unsafe class TapDevice : IDisposable
{
    /// <summary>Where the kernel hands taps out.</summary>
    public const string DefaultControl = "/dev/net/tun";

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
        var request = stackalloc byte[NetworkDevice.RequestSize];
        NetworkDevice.PutName(request, name);
        var handles = TapQueues.Open(control, queues, offload, request, $"Unable to open {control}, is tun module loaded?", $"Unable to create tap device {name}");
        return new(Marshal.PtrToStringUTF8((nint)request)!, handles);
    }

    /// <summary>Closes this end; the device goes unless a guest holds it, or it was made to stay.</summary>
    public void Dispose()
    {
        foreach (var handle in Handles)
            handle.Dispose();
    }
}
