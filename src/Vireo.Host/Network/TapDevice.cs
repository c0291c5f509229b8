using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Files;
using Vireo.Host.Native;

namespace Vireo.Host.Network;

/// <summary>A network device of the host whose other end is a descriptor for a guest. It goes when the last descriptor is closed.</summary>
public sealed unsafe class TapDevice : IDisposable
{
    private const int RequestSize = 40;
    private const int NameSize = 16;
    private const int LongestName = NameSize - 1;
    private const nuint SetInterface = 0x400454ca;
    private const nuint GetFlags = 0x8913;
    private const nuint SetFlags = 0x8914;
    private const nuint SetMtu = 0x8922;
    private const nuint SetHardwareAddress = 0x8924;
    private const nuint GetIndex = 0x8933;
    private const nuint BridgeAdd = 0x89a2;
    private const short Tap = 0x0002;
    private const short NoPacketInformation = 0x1000;
    private const short VirtualHeader = 0x4000;
    private const short Up = 0x1;
    private const short Ethernet = 1;

    private TapDevice(string name, SafeFileHandle handle)
    {
        Name = name;
        Handle = handle;
    }

    /// <summary>Its name on the host.</summary>
    public string Name { get; }

    /// <summary>The guest's end, to be inherited by the hypervisor.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Makes a tap device that can carry offloaded packets.</summary>
    /// <param name="name">Its name, at most 15 bytes; a <c>%d</c> in it becomes the lowest free number.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: not permitted, or the name is taken; VIR_ERR_INVALID_ARG: no possible name.</exception>
    public static TapDevice Create(string name)
    {
        var handle = HostFile.OpenExisting("/dev/net/tun", write: true);
        try
        {
            var request = stackalloc byte[RequestSize];
            PutName(request, name);
            *(short*)(request + NameSize) = Tap | NoPacketInformation | VirtualHeader;
            if (Libc.DeviceControl(handle, SetInterface, request) != 0)
                throw SystemError.Last($"Unable to create tap device {name}");
            return new(Marshal.PtrToStringUTF8((nint)request)!, handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Sets the address of the host's end.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public void SetAddress(ReadOnlySpan<byte> mac)
    {
        var request = stackalloc byte[RequestSize];
        PutName(request, Name);
        *(short*)(request + NameSize) = Ethernet;
        mac[..6].CopyTo(new Span<byte>(request + NameSize + 2, 6));
        Request(SetHardwareAddress, request, $"Cannot set interface MAC on '{Name}'");
    }

    /// <summary>Sets the longest packet, in bytes.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public void SetLongestPacket(int bytes)
    {
        var request = stackalloc byte[RequestSize];
        PutName(request, Name);
        *(int*)(request + NameSize) = bytes;
        Request(SetMtu, request, $"Cannot set interface MTU on '{Name}'");
    }

    /// <summary>Switches the host's end on or off.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public void SetUp(bool up)
    {
        var request = stackalloc byte[RequestSize];
        PutName(request, Name);
        Request(GetFlags, request, $"Cannot get interface flags on '{Name}'");
        var flags = (short*)(request + NameSize);
        *flags = (short)(up ? *flags | Up : *flags & ~Up);
        Request(SetFlags, request, $"Cannot set interface flags on '{Name}'");
    }

    /// <summary>Makes the host's end a port of a bridge.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: no such bridge, or the device is a port of another.</exception>
    public void AttachTo(string bridge)
    {
        var request = stackalloc byte[RequestSize];
        PutName(request, Name);
        Request(GetIndex, request, $"Cannot find interface '{Name}'");
        var index = *(int*)(request + NameSize);
        new Span<byte>(request, RequestSize).Clear();
        PutName(request, bridge);
        *(int*)(request + NameSize) = index;
        Request(BridgeAdd, request, $"Unable to add bridge {bridge} port {Name}");
    }

    /// <summary>Closes this end; the device goes unless a guest holds it.</summary>
    public void Dispose() => Handle.Dispose();

    private static void Request(nuint number, byte* request, string what)
    {
        var fd = Libc.OpenSocket(Libc.FamilyUnix, Libc.SocketDatagram | Libc.SocketCloseOnExec, 0);
        if (fd < 0)
            throw SystemError.Last("Cannot open control socket");
        using var socket = new SafeFileHandle(fd, ownsHandle: true);
        if (Libc.DeviceControl(socket, number, request) != 0)
            throw SystemError.Last(what);
    }

    private static void PutName(byte* request, string name)
    {
        if (name.Length == 0 || Encoding.UTF8.GetByteCount(name) > LongestName || name.AsSpan().IndexOfAny("/ \0") >= 0)
            throw VireoException.InvalidArgument(ErrorDomain.None, $"'{name}' cannot be the name of a network device; it takes 1 to {LongestName} bytes without slashes and spaces");
        new Span<byte>(request, RequestSize).Clear();
        Encoding.UTF8.GetBytes(name, new Span<byte>(request, LongestName));
    }
}
