namespace Vireo.Config;

public sealed partial record NetworkPortConfig
{
    /// <summary>Reads a document that makes a port. Answers to the parsing of <c>virNetworkPortCreateXML</c>.</summary>
    /// <param name="xml">The document's text.</param>
    /// <exception cref="VireoException">As of <c>Parse</c>, and as of <see cref="ToDefinition"/>.</exception>
    public static NetworkPortConfig ParseDefinition(string xml) => Parse(xml).ToDefinition();

    /// <summary>The port as libvirt keeps it. Its identity is the document's.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR, VIR_ERR_XML_ERROR, VIR_ERR_CONFIG_UNSUPPORTED, with libvirt's messages.</exception>
    public NetworkPortConfig ToDefinition()
    {
        var missing = Uuid is null ? "network port has no uuid"
            : string.IsNullOrEmpty(Owner?.Name) ? "network port has no owner name"
            : Owner.Uuid is null ? "network port has no owner UUID"
            : Mac is null ? "network port has no mac"
            : !MacAddress.TryParse(Mac, out _) ? $"Unable to parse MAC '{Mac}'"
            : null;
        if (missing is not null)
        {
            throw VireoException.Internal(ErrorDomain.Network, missing);
        }

        MacAddress.TryParse(Mac!, out var mac);
        return this with
        {
            Mac = mac.ToString(),
            Virtualport = CardChecks.VirtualPort(Virtualport, typeRequired: false),
            Bandwidth = CardChecks.Bandwidth(Bandwidth, floorAllowed: true),
            Vlan = CardChecks.Vlan(Vlan),
            Plug = Complete(Plug),
        };
    }

    private static NetworkPortPlug? Complete(NetworkPortPlug? plug)
    {
        switch (plug?.Type)
        {
            case null or NetworkPortPlugType.None:
                return null;
            case NetworkPortPlugType.Network or NetworkPortPlugType.Bridge when plug.Bridge is null:
                throw Xml("Missing network port bridge name");
            case NetworkPortPlugType.Direct when plug.Dev is null:
                throw Xml("Missing network port link device name");
            case NetworkPortPlugType.HostdevPci when plug.Address is null:
                throw Xml("Missing network port PCI address");
            case NetworkPortPlugType.HostdevPci when plug.Driver is not (null or "kvm" or "vfio" or "xen"):
                throw Xml("Missing network port driver name");
            case NetworkPortPlugType.HostdevPci:
                PciChecks.Range(plug.Address.Bus, plug.Address.Slot, plug.Address.Function);
                return plug with { Managed = plug.Managed ?? false, Address = plug.Address with { Multifunction = null } };
            case NetworkPortPlugType.Direct when plug.Mode is not (null or "vepa" or "private" or "bridge" or "passthrough"):
                throw Xml($"Invalid mode setting '{plug.Mode}' in network port");
            case NetworkPortPlugType.Direct:
                return plug with { Mode = plug.Mode ?? "vepa" };
            default:
                return plug;
        }
    }

    private static VireoException Xml(string detail) => VireoException.InvalidXml(ErrorDomain.Network, detail);
}
