using System.Text.Json;

namespace Vireo.Drivers.Qemu.Agent;

/// <summary>Reads the network interfaces that a guest tells of.</summary>
internal static class GuestInterfaces
{
    /// <summary>The interfaces in the guest's order; those named <c>eth0:1</c> are other addresses of <c>eth0</c>.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: what the guest said is not understood.</exception>
    public static IReadOnlyList<DomainInterface> Read(JsonElement answer)
    {
        var interfaces = new List<(string Name, string? HardwareAddress, List<DomainIpAddr> Addresses)>();
        foreach (var item in answer.Items("qemu agent didn't return an array of interfaces"))
        {
            var name = item.Text("name", "qemu agent didn't provide 'name' field").Split(':', 2)[0];
            var index = interfaces.FindIndex(known => known.Name == name);
            if (index < 0)
            {
                index = interfaces.Count;
                interfaces.Add((name, item.Text("hardware-address"), []));
            }

            interfaces[index].Addresses.AddRange(item.Items("ip-addresses", "Malformed ip-addresses array").Select(address => Address(name, address)));
        }

        return [.. interfaces.Select(static one => new DomainInterface(one.Name, one.HardwareAddress, [.. one.Addresses]))];
    }

    private static DomainIpAddr Address(string name, JsonElement item)
    {
        var type = item.Text("ip-address-type", $"qemu agent didn't provide 'ip-address-type' field for interface '{name}'") switch
        {
            "ipv4" => IPAddrType.Ipv4,
            "ipv6" => IPAddrType.Ipv6,
            var other => throw GuestAnswer.Error($"unknown ip address type '{other}'"),
        };
        var address = item.Text("ip-address", $"qemu agent didn't provide 'ip-address' field for interface '{name}'");
        return new((int)type, address, item.Number("prefix", "malformed 'prefix' field"));
    }
}
