using System.Text;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Native;

namespace Vireo.Host.Network;

/// <summary>A network device of this host, by its name.</summary>
/// <param name="name">Its name.</param>
public sealed unsafe class NetworkDevice(string name)
{
    internal const int RequestSize = 40;
    internal const int NameSize = 16;
    private const int LongestName = NameSize - 1;
    private const nuint GetFlags = 0x8913;
    private const nuint SetFlags = 0x8914;
    private const nuint GetMtu = 0x8921;
    private const nuint SetMtu = 0x8922;
    private const nuint SetName = 0x8923;
    private const nuint SetHardwareAddress = 0x8924;
    private const nuint GetHardwareAddress = 0x8927;
    private const nuint GetIndex = 0x8933;
    private const nuint Ethtool = 0x8946;
    private const nuint BridgeAdd = 0x89a2;
    private const nuint BridgeRemove = 0x89a3;
    private const uint GetCoalesce = 0xe;
    private const uint SetCoalesce = 0xf;
    private const short Up = 0x1;
    private const short Ethernet = 1;

    /// <summary>Its name.</summary>
    public string Name { get; private set; } = name;

    /// <summary>Whether there is one of that name.</summary>
    public bool Exists => IsPossible(Name) && Directory.Exists($"/sys/class/net/{Name}");

    /// <summary>Whether it is a tap device.</summary>
    public bool IsTap => IsPossible(Name) && File.Exists($"/sys/class/net/{Name}/tun_flags");

    /// <summary>Reads its number.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: there is no such device.</exception>
    public int ReadIndex()
    {
        var request = stackalloc byte[RequestSize];
        PutName(request, Name);
        Request(GetIndex, request, $"Unable to get index for interface {Name}");
        return *(int*)(request + NameSize);
    }

    /// <summary>Reads its longest packet, in bytes.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: there is no such device.</exception>
    public int ReadLongestPacket()
    {
        var request = stackalloc byte[RequestSize];
        PutName(request, Name);
        Request(GetMtu, request, $"Cannot get interface MTU on '{Name}'");
        return *(int*)(request + NameSize);
    }

    /// <summary>Sets its longest packet, in bytes.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public void SetLongestPacket(int bytes)
    {
        var request = stackalloc byte[RequestSize];
        PutName(request, Name);
        *(int*)(request + NameSize) = bytes;
        Request(SetMtu, request, $"Cannot set interface MTU on '{Name}'");
    }

    /// <summary>Sets its address.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public void SetAddress(ReadOnlySpan<byte> mac)
    {
        var request = stackalloc byte[RequestSize];
        PutName(request, Name);
        *(short*)(request + NameSize) = Ethernet;
        mac[..6].CopyTo(new Span<byte>(request + NameSize + 2, 6));
        Request(SetHardwareAddress, request, $"Cannot set interface MAC on '{Name}'");
    }

    /// <summary>Reads its address.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: there is no such device.</exception>
    public byte[] ReadAddress()
    {
        var request = stackalloc byte[RequestSize];
        PutName(request, Name);
        Request(GetHardwareAddress, request, $"Cannot get interface MAC on '{Name}'");
        return new ReadOnlySpan<byte>(request + NameSize + 2, 6).ToArray();
    }

    /// <summary>How many packets that it received it gathers before it tells of them.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot do that.</exception>
    public uint ReadCoalescedPackets() => Coalesce(null);

    /// <summary>Has it gather what it received until there are so many packets, and then tell of them at once.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot do that.</exception>
    public void SetCoalescedPackets(uint packets) => Coalesce(packets);

    /// <summary>As a port of its bridge it is kept from the other ports that are kept so.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it is no port of a bridge.</exception>
    public void SetIsolated()
    {
        try
        {
            File.WriteAllText($"/sys/class/net/{Name}/brport/isolated", "1");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SystemError.Make(e, $"Unable to set bridge port '{Name}' isolated to 1");
        }
    }

    private uint Coalesce(uint? packets)
    {
        // struct ethtool_coalesce: the command, then 22 numbers of which the second is meant.
        const int Numbers = 23;
        var coalesce = stackalloc uint[Numbers];
        new Span<uint>(coalesce, Numbers).Clear();
        coalesce[0] = GetCoalesce;
        var request = stackalloc byte[RequestSize];
        PutName(request, Name);
        *(uint**)(request + NameSize) = coalesce;
        Request(Ethtool, request, $"Cannot get coalesce info on '{Name}'");
        if (packets is { } wanted)
        {
            (coalesce[0], coalesce[2]) = (SetCoalesce, wanted);
            Request(Ethtool, request, $"Cannot set coalesce info on '{Name}'");
        }

        return coalesce[2];
    }

    /// <summary>Switches it on or off.</summary>
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

    /// <summary>Gives it another name. It is switched off for that moment and stays a port of its bridge.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: the name is taken.</exception>
    public void Rename(string to)
    {
        var request = stackalloc byte[RequestSize];
        PutName(request, to);
        var wanted = new Span<byte>(request, NameSize).ToArray();
        PutName(request, Name);
        wanted.CopyTo(new Span<byte>(request + NameSize, NameSize));
        SetUp(false);
        try
        {
            Request(SetName, request, $"Unable to rename '{Name}' to '{to}'");
            Name = to;
        }
        finally
        {
            SetUp(true);
        }
    }

    /// <summary>Makes it a port of a bridge.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: no such bridge, or the device is a port of another.</exception>
    public void AttachTo(string bridge) => ChangePort(BridgeAdd, bridge, $"Unable to add bridge {bridge} port {Name}");

    /// <summary>It is a port of a bridge no longer.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: no such bridge, or the device is no port of it.</exception>
    public void DetachFrom(string bridge) => ChangePort(BridgeRemove, bridge, $"Unable to remove bridge {bridge} port {Name}");

    private void ChangePort(nuint change, string bridge, string failure)
    {
        var request = stackalloc byte[RequestSize];
        PutName(request, Name);
        Request(GetIndex, request, $"Cannot find interface '{Name}'");
        var index = *(int*)(request + NameSize);
        PutName(request, bridge);
        *(int*)(request + NameSize) = index;
        Request(change, request, failure);
    }

    internal static void PutName(byte* request, string name)
    {
        if (!IsPossible(name))
            throw VireoException.InvalidArgument(ErrorDomain.None, $"'{name}' cannot be the name of a network device; it takes 1 to {LongestName} bytes without slashes and spaces");
        new Span<byte>(request, RequestSize).Clear();
        Encoding.UTF8.GetBytes(name, new Span<byte>(request, LongestName));
    }

    // What the kernel takes.
    private static bool IsPossible(string name) =>
        name.Length > 0 && name is not ("." or "..") && Encoding.UTF8.GetByteCount(name) <= LongestName && name.AsSpan().IndexOfAny("/:\0 \t\n\v\f\r") < 0;

    private static void Request(nuint number, byte* request, string what)
    {
        var fd = Libc.OpenSocket(Libc.FamilyUnix, Libc.SocketDatagram | Libc.SocketCloseOnExec, 0);
        if (fd < 0)
            throw SystemError.Last("Cannot open control socket");
        using var socket = new SafeFileHandle(fd, ownsHandle: true);
        if (Libc.DeviceControl(socket, number, request) != 0)
            throw SystemError.Last(what);
    }
}
