using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>The network cards of a VMX file.</summary>
internal static class EthernetParser
{
    /// <summary>All cards, in the order of their numbers.</summary>
    public static ConfigList<InterfaceConfig> Parse(VmxFile file) =>
        IndexedKeys.Find(file, "ethernet").Select(index => $"ethernet{index}").Where(file.IsPresent).Select(key => Card(file, key)).ToConfigList();

    private static InterfaceConfig Card(VmxFile file, string key) => Connect(file, key) with { Mac = Mac(file, key), Model = Model(file, key) };

    private static InterfaceConfig Connect(VmxFile file, string key)
    {
        var connection = file.Text(key + ".connectionType");
        var kind = connection?.ToLowerInvariant();
        // What these kinds need has to be there even when the card is at a distributed switch.
        var network = kind is "bridged" or "custom" ? file.Required(key + ".networkName") : file.Text(key + ".networkName");
        var adapter = kind == "custom" ? file.Required(key + ".vnet") : null;
        if (file.Uuid(key + ".dvs.switchId") is { } virtualSwitch)
            return new InterfaceConfig { Type = InterfaceType.Vds, Source = Port(file, key + ".dvs", virtualSwitch) };
        return kind switch
        {
            null when network is null => new InterfaceConfig { Type = InterfaceType.Null },
            null or "bridged" => Bridge(network!),
            "custom" => Bridge(network!) with { Target = new InterfaceTarget { Dev = adapter } },
            "nat" => new InterfaceConfig { Type = InterfaceType.User },
            "hostonly" => throw VmxErrors.Internal($"No yet handled value '{connection}' for VMX entry '{key}.connectionType'"),
            _ => throw VmxErrors.Internal($"Invalid value '{connection}' for VMX entry '{key}.connectionType'"),
        };
    }

    private static InterfaceConfig Bridge(string name) => new() { Type = InterfaceType.Bridge, Source = new InterfaceSource { Bridge = name } };

    /// <summary>A port of a distributed virtual switch.</summary>
    private static InterfaceSource Port(VmxFile file, string key, Guid virtualSwitch)
    {
        var group = file.Required(key + ".portgroupId");
        var connection = file.RequiredInteger(key + ".connectionId");
        return new InterfaceSource
        {
            Switchid = virtualSwitch.ToString("D"),
            Portid = file.RequiredInteger(key + ".portId").ToString(CultureInfo.InvariantCulture),
            Portgroupid = group,
            Connectionid = connection.ToString(CultureInfo.InvariantCulture),
        };
    }

    private static MacConfig Mac(VmxFile file, string key)
    {
        var type = file.Text(key + ".addressType");
        var known = type?.ToLowerInvariant();
        var isStatic = known == "static";
        if (known is not (null or "static" or "generated" or "vpx"))
            throw VmxErrors.Internal($"Expecting VMX entry '{key}.addressType' to be 'generated' or 'static' or 'vpx' but found '{type}'");
        var addressKey = key + (isStatic ? ".address" : ".generatedAddress");
        var address = default(MacAddress);
        if (file.Text(addressKey) is { } text && !MacAddress.TryParse(text, out address))
            throw VmxErrors.Internal($"Expecting VMX entry '{addressKey}' to be MAC address but found '{text}'");
        return new MacConfig
        {
            Address = address.ToString(),
            Type = isStatic ? MacAddressType.Static : type is null ? null : MacAddressType.Generated,
            // libvirt takes whatever is not this for no.
            Check = file.Text(key + ".checkMACAddress") switch { null => null, "true" => true, _ => false },
        };
    }

    private static string? Model(VmxFile file, string key)
    {
        var features = file.Integer(key + ".features");
        if (file.Text(key + ".virtualDev") is not { } model)
            return null;
        var known = model.ToLowerInvariant();
        return known switch
        {
            // vmxnet with all features is what is called vmxnet2.
            "vmxnet" when features == 15 => "vmxnet2",
            "vlance" or "vmxnet" or "vmxnet3" or "e1000" or "e1000e" => known,
            _ => throw VmxErrors.Internal(
                $"Expecting VMX entry '{key}.virtualDev' to be 'vlance' or 'vmxnet' or 'vmxnet3' or 'e1000' or 'e1000e' but found '{model}'"),
        };
    }
}
