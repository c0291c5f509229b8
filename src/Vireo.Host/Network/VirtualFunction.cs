using System.Buffers.Binary;
using System.Globalization;

namespace Vireo.Host.Network;

/// <summary>One of the virtual functions of a network card of this host, as the card's own device tells the kernel of it.</summary>
/// <param name="Physical">The name of the card's own network device.</param>
/// <param name="Number">The function's number.</param>
public sealed record VirtualFunction(string Physical, int Number)
{
    private const int MostBytes = 1 << 20;
    private const int AddressRoom = 32;
    private const int AddressSize = 6;

    /// <summary>Its address and its VLAN, 0 for none.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: there is no such card; VIR_ERR_INTERNAL_ERROR: it has no such function.</exception>
    public (byte[] Address, int Vlan) Read()
    {
        var told = new RouteRequest(RouteRequest.GetLink, new NetworkDevice(Physical).ReadIndex()).With(RouteRequest.Extended, (int)RouteRequest.WithFunctions).Ask(MostBytes);
        foreach (var function in RouteRequest.Each(RouteRequest.Find(told, RouteRequest.Functions)))
        {
            var (address, vlan) = (RouteRequest.Find(function, RouteRequest.FunctionAddress), RouteRequest.Find(function, RouteRequest.FunctionVlan));
            if (address.Length >= sizeof(int) + AddressSize && vlan.Length >= 2 * sizeof(int) && BinaryPrimitives.ReadInt32LittleEndian(address.Span) == Number)
            {
                return (address.Slice(sizeof(int), AddressSize).ToArray(), BinaryPrimitives.ReadInt32LittleEndian(vlan.Span[sizeof(int)..]));
            }
        }

        throw VireoException.Internal(ErrorDomain.None, string.Create(CultureInfo.InvariantCulture, $"couldn't find IFLA_VF_INFO for VF {Number} in netlink response of '{Physical}'"));
    }

    /// <summary>Sets its address.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public void SetAddress(ReadOnlySpan<byte> address)
    {
        var value = new byte[sizeof(int) + AddressRoom];
        BinaryPrimitives.WriteInt32LittleEndian(value, Number);
        address[..AddressSize].CopyTo(value.AsSpan(sizeof(int)));
        Set(RouteRequest.FunctionAddress, value, $"MAC to {string.Join(':', address[..AddressSize].ToArray().Select(static one => one.ToString("x2", CultureInfo.InvariantCulture)))}");
    }

    /// <summary>Sets its VLAN; 0 for none.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public void SetVlan(int vlan)
    {
        var value = new byte[3 * sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(value, Number);
        BinaryPrimitives.WriteInt32LittleEndian(value.AsSpan(sizeof(int)), vlan);
        Set(RouteRequest.FunctionVlan, value, string.Create(CultureInfo.InvariantCulture, $"vlanid to {vlan}"));
    }

    private void Set(ushort attribute, byte[] value, string what)
    {
        var error = new RouteRequest(RouteRequest.SetLink, new NetworkDevice(Physical).ReadIndex())
            .With(RouteRequest.Functions, list => list.With(RouteRequest.Function, function => function.With(attribute, value))).Send();
        if (error != 0)
            throw SystemError.Make(error, string.Create(CultureInfo.InvariantCulture, $"Cannot set interface {what} for ifname {Physical} vf {Number}"));
    }
}
