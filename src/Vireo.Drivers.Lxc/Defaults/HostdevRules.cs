using Vireo.Config;

namespace Vireo.Drivers.Lxc.Defaults;

/// <summary>Devices of the host that are given to a container.</summary>
internal static class HostdevRules
{
    /// <summary>Fills in what the document leaves open.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: which device is not said.</exception>
    public static HostdevConfig Apply(HostdevConfig device)
    {
        if (device.Mode != HostdevMode.Capabilities)
            return device with { Mode = device.Mode ?? HostdevMode.Subsystem, Managed = device.Managed ?? false };
        var missing = device switch
        {
            { Type: HostdevType.Storage, Source.Block: null } => "<block> element in hostdev storage device",
            { Type: HostdevType.Misc, Source.Char: null } => "<char> element in hostdev character device",
            { Type: HostdevType.Net, Source.Interface: null } => "<interface> element in hostdev net device",
            _ => null,
        };
        if (missing is not null)
            throw VireoException.InvalidXml(ErrorDomain.Domain, "Missing " + missing);
        return device with { Ips = device.Ips.Map(CardRules.Address), Routes = device.Routes.Map(CardRules.Route) };
    }
}
