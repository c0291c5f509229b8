using System.Globalization;

namespace Vireo.Config;

/// <summary>What libvirt insists on in the parts that networks, their ports and guests' cards have in common.</summary>
internal static class CardChecks
{
    private const uint LargestTag = 4095;

    /// <summary>Traffic limits; null when nothing is limited.</summary>
    public static BandwidthConfig? Bandwidth(BandwidthConfig? bandwidth, bool floorAllowed)
    {
        if (bandwidth is null or { Inbound: null, Outbound: null })
        {
            return null;
        }

        var limits = bandwidth with { Inbound = Limit(bandwidth.Inbound), Outbound = Limit(bandwidth.Outbound) };
        if (limits.Outbound?.Floor is not null)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.None, "'floor' attribute allowed only in <inbound> element");
        }

        if (limits.Inbound?.Floor is not null && !floorAllowed)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.None, "floor attribute is not supported for this config");
        }

        return limits;
    }

    /// <summary>VLAN tags; several make a trunk.</summary>
    public static VlanConfig? Vlan(VlanConfig? vlan)
    {
        if (vlan is null)
        {
            return null;
        }

        if (vlan.Tags.Count == 0)
        {
            throw Xml("missing tag id - each <vlan> must have at least one <tag id='n'/> subelement");
        }

        foreach (var tag in vlan.Tags)
        {
            Tag(tag);
        }

        var natives = vlan.Tags.Count(tag => tag.NativeMode is not (null or "default"));
        if (natives > 1)
        {
            throw Xml("duplicate native vlan setting");
        }

        if (vlan.Trunk is false && natives > 0)
        {
            throw Xml("invalid configuration in <vlan> - \"trunk='no'\" is not allowed with a native vlan id");
        }

        if (vlan.Trunk is false && vlan.Tags.Count > 1)
        {
            throw Xml("invalid \"trunk='no'\" in <vlan> - trunk='yes' is required for more than one vlan tag");
        }

        return vlan with { Trunk = vlan.Trunk is true || vlan.Tags.Count > 1 ? true : null };
    }

    /// <summary>A virtual switch's port, whose parameters have to be those of its type.</summary>
    public static VirtualPortConfig? VirtualPort(VirtualPortConfig? port, bool typeRequired)
    {
        if (port is null)
        {
            return null;
        }

        if (port.Type is null && typeRequired)
        {
            throw Xml("missing required virtualport type");
        }

        if (port.Type is not (null or "802.1Qbg" or "802.1Qbh" or "openvswitch" or "midonet"))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.None, $"unknown virtualport type {port.Type}");
        }

        if (port.Parameters is not { } said)
        {
            return port;
        }

        var parameters = said with
        {
            Managerid = Number(said.Managerid, byte.MaxValue, "value of managerid out of range"),
            Typeid = Number(said.Typeid, 0xffffff, "value for typeid out of range"),
            Typeidversion = Number(said.Typeidversion, byte.MaxValue, "value of typeidversion out of range"),
            Instanceid = Identity(said.Instanceid, "instanceid"),
            Interfaceid = Identity(said.Interfaceid, "interfaceid"),
            Profileid = said.Profileid is not { Length: >= 40 } ? (said.Profileid is "" ? null : said.Profileid) : throw Xml("profileid parameter too long"),
        };
        return port with { Parameters = parameters == new VirtualPortParameters() ? null : OfType(parameters, port.Type) };
    }

    /// <summary>A port with all that its type has to say: what can be made up is.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: something is missing.</exception>
    public static VirtualPortConfig Complete(VirtualPortConfig port)
    {
        var said = port.Parameters ?? new VirtualPortParameters();
        var complete = port.Type switch
        {
            "802.1Qbg" => said with { Instanceid = said.Instanceid ?? Guid.NewGuid().ToString() },
            "openvswitch" => said with { Interfaceid = said.Interfaceid ?? Guid.NewGuid().ToString() },
            _ => said,
        };
        var missing = port.Type switch
        {
            "802.1Qbg" => said.Managerid is null ? "managerid" : said.Typeid is null ? "typeid" : said.Typeidversion is null ? "typeidversion" : null,
            "802.1Qbh" => said.Profileid is null ? "profileid" : null,
            "midonet" => said.Interfaceid is null ? "interfaceid" : null,
            _ => null,
        };
        return missing is null ? port with { Parameters = complete } : throw VireoException.InvalidXml(ErrorDomain.Net, $"missing {missing} in <virtualport type='{port.Type}'>");
    }

    private static void Tag(VlanTag tag)
    {
        if (tag.Id is null)
        {
            throw VireoException.InvalidXml(ErrorDomain.Xml, "Missing required attribute 'id' in element 'tag'");
        }

        if (tag.Id > LargestTag)
        {
            throw Xml($"vlan tag id {tag.Id} too large (maximum {LargestTag})");
        }

        if (tag.NativeMode is not (null or "default" or "tagged" or "untagged"))
        {
            throw VireoException.InvalidXml(ErrorDomain.Xml, $"Invalid value for attribute 'nativeMode' in element 'tag': '{tag.NativeMode}'.");
        }
    }

    private static VirtualPortParameters OfType(VirtualPortParameters p, string? type)
    {
        string? extra = type switch
        {
            "802.1Qbg" => p.Profileid is not null ? "profileid" : p.Interfaceid is not null ? "interfaceid" : null,
            "802.1Qbh" => OfGroup(p) ?? (p.Interfaceid is not null ? "interfaceid" : null),
            "openvswitch" => OfGroup(p),
            _ => null,
        };
        if (extra is not null)
        {
            throw VireoException.InvalidXml(ErrorDomain.Net, $"extra {extra} unsupported in <virtualport type='{type}'>");
        }

        return type == "midonet" ? new VirtualPortParameters { Interfaceid = p.Interfaceid, Extras = p.Extras } : p;
    }

    private static string? OfGroup(VirtualPortParameters p) =>
        p.Managerid is not null ? "managerid" : p.Typeid is not null ? "typeid" : p.Typeidversion is not null ? "typeidversion"
        : p.Instanceid is not null ? "instanceid" : null;

    private static BandwidthLimit? Limit(BandwidthLimit? limit)
    {
        if (limit is { Average: null, Floor: null })
        {
            throw VireoException.XmlDetail(ErrorDomain.None, "Missing mandatory average or floor attributes");
        }

        if (limit is { Average: null } and ({ Peak: not null } or { Burst: not null }))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.None, "'peak' and 'burst' require 'average' attribute");
        }

        return limit is null or { Average: 0, Floor: null } ? null
            : limit with { Average = Positive(limit.Average), Peak = Positive(limit.Peak), Floor = Positive(limit.Floor), Burst = Positive(limit.Burst) };
    }

    private static ulong? Positive(ulong? value) => value is 0 ? null : value;

    private static string? Number(string? text, uint most, string refusal) =>
        text is null ? null
        : FilterNumber.TryParse(text, out var number, out _) && number <= most ? number.ToString(CultureInfo.InvariantCulture) : throw Xml(refusal);

    private static string? Identity(string? text, string name) =>
        text is null ? null
        : Guid.TryParseExact(text.Replace("-", "", StringComparison.Ordinal), "N", out var uuid) ? uuid.ToString() : throw Xml($"cannot parse {name} parameter as a uuid");

    private static VireoException Xml(string detail) => VireoException.InvalidXml(ErrorDomain.None, detail);
}
