using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>Writes the network cards of a VMX file.</summary>
internal static class EthernetFormatter
{
    // Models that libvirt knows of other hypervisors.
    private static readonly string[] s_others =
    [
        "unknown", "netfront", "rtl8139", "virtio", "virtio-transitional", "virtio-non-transitional", "usb-net", "spapr-vlan", "lan9118", "scm91c111",
        "am79c970a", "am79c973", "82540em", "82545em", "82543gc",
    ];

    /// <summary>Writes all cards.</summary>
    public static void Format(VmxText text, ConfigList<InterfaceConfig> cards, int hardwareVersion)
    {
        var most = hardwareVersion >= 7 ? 10 : 4;
        for (var i = 0; i < cards.Count; i++)
        {
            if (i >= most)
                throw VmxErrors.Internal($"Ethernet controller index {i} out of [0..{most - 1}] range");
            FormatCard(text, cards[i], $"ethernet{i}");
        }
    }

    private static void FormatCard(VmxText text, InterfaceConfig card, string key)
    {
        text.Add(key + ".present", true);
        if (card.Model is { } model)
            FormatModel(text, model, key);
        switch (card.Type)
        {
            case InterfaceType.Bridge:
                FormatBridge(text, card, key);
                break;
            case InterfaceType.User:
                text.Add(key + ".connectionType", "nat");
                break;
            case InterfaceType.Vds:
                FormatPort(text, card.Source ?? new(), key + ".dvs");
                break;
            case InterfaceType.Null:
                break;
            default:
                throw VmxErrors.Unsupported($"Unsupported net type '{card.Type?.ToXmlName()}'");
        }

        FormatMac(text, card.Mac!, key);
    }

    private static void FormatModel(VmxText text, string model, string key)
    {
        var known = model.ToLowerInvariant();
        if (known is not ("vlance" or "vmxnet" or "vmxnet2" or "vmxnet3" or "e1000" or "e1000e"))
        {
            if (!s_others.Contains(known))
                throw VireoException.ConfigUnsupported(ErrorDomain.Domain, $"driver does not support net model '{model}'");
            throw VmxErrors.Internal("Expecting domain XML entry 'devices/interface/model' to be 'vlance' or 'vmxnet' or 'vmxnet2' or 'vmxnet3' "
                + $"or 'e1000' or 'e1000e' but found '{model}'");
        }

        text.Add(key + ".virtualDev", known == "vmxnet2" ? "vmxnet" : known);
        if (known == "vmxnet2")
            text.Add(key + ".features", "15");
    }

    private static void FormatBridge(VmxText text, InterfaceConfig card, string key)
    {
        if (card.Source?.Bridge is not { } name)
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, "interface type='bridge' requires a 'source' element");
        text.Add(key + ".networkName", name);
        text.Add(key + ".connectionType", card.Target?.Dev is null ? "bridged" : "custom");
        if (card.Target?.Dev is { } network)
            text.Add(key + ".vnet", network);
    }

    private static void FormatPort(VmxText text, InterfaceSource source, string key)
    {
        if (!VmxUuid.TryParse(Required(source.Switchid, "switchid"), out var virtualSwitch))
            throw VmxErrors.Internal($"Unable to parse switchid '{source.Switchid}'");
        text.Add(key + ".switchId", VmxUuid.Format(virtualSwitch));
        text.Add(key + ".portId", Number(Required(source.Portid, "portid"), "portid"));
        text.Add(key + ".portgroupId", Required(source.Portgroupid, "portgroupid"));
        text.Add(key + ".connectionId", Number(Required(source.Connectionid, "connectionid"), "connectionid"));
    }

    private static string Required(string? value, string attribute) =>
        value ?? throw new VireoException(ErrorCode.XmlError, ErrorDomain.Xml, $"Missing required attribute '{attribute}' in element 'source'");

    private static string Number(string value, string attribute) => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
        ? value
        : throw new VireoException(ErrorCode.XmlError, ErrorDomain.Xml,
            $"Invalid value for attribute '{attribute}' in element 'source': '{value}'. Expected long long integer value");

    private static void FormatMac(VmxText text, MacConfig mac, string key)
    {
        if (!MacAddress.TryParse(mac.Address ?? "", out var parsed))
            throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, $"unable to parse mac address '{mac.Address}'");
        var address = parsed.ToString();
        var check = mac.Check;
        if (mac.Type != MacAddressType.Static && VmwareAddresses.IsCenters(address))
        {
            text.Add(key + ".addressType", "vpx");
            text.Add(key + ".generatedAddress", address);
        }
        else if (mac.Type == MacAddressType.Generated || (mac.Type is null && VmwareAddresses.IsHosts(address)))
        {
            text.Add(key + ".addressType", "generated");
            text.Add(key + ".generatedAddress", address);
            text.Add(key + ".generatedAddressOffset", "0");
        }
        else
        {
            text.Add(key + ".addressType", "static");
            text.Add(key + ".address", address);
            // VMware refuses addresses outside of its ranges unless it is told not to look.
            if (!VmwareAddresses.IsHosts(address) && !VmwareAddresses.IsCenters(address) && !VmwareAddresses.IsAdministrators(address))
                check ??= false;
        }

        if (check is { } told)
            text.Add(key + ".checkMACAddress", told);
    }
}
