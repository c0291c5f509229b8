using System.Globalization;

namespace Vireo.Config;

/// <summary>A rule of a filter, as libvirt keeps it.</summary>
internal static class FilterRuleDefinition
{
    private const int UsualPriority = 500;
    private const int MostPriority = 1000;

    public static FilterRule Complete(FilterRule rule)
    {
        if (rule.Action is null)
        {
            throw VireoException.Internal(ErrorDomain.Nwfilter, "rule node requires action attribute");
        }

        if (rule.Direction is null)
        {
            throw VireoException.Internal(ErrorDomain.Nwfilter, "rule node requires direction attribute");
        }

        // A rule is of one protocol, the first; it may say yes to some of its fields and no to others.
        var matches = new ConfigList<FilterMatch>(rule.Matches.Where(match => match.GetType() == rule.Matches[0].GetType()).Select(match => match.Complete()).ToArray());
        foreach (var packet in matches.OfType<PacketMatch>())
        {
            CheckPorts(packet);
        }

        return rule with
        {
            Priority = Priority(rule.Priority).ToString(CultureInfo.InvariantCulture),
            Statematch = rule.Statematch is "0" || string.Equals(rule.Statematch, "false", StringComparison.OrdinalIgnoreCase) ? "false" : null,
            Matches = matches,
        };
    }

    // What is no priority is read over.
    private static int Priority(string? text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var priority)
            && priority is >= -MostPriority and <= MostPriority ? priority : UsualPriority;

    private static void CheckPorts(PacketMatch packet)
    {
        var ports = packet.Srcportstart ?? packet.Srcportend ?? packet.Dstportstart ?? packet.Dstportend;
        if (ports is not null && packet.Protocol is not ("tcp" or "udp" or "sctp" or "33" or "0x21"))
        {
            throw VireoException.Internal(
                ErrorDomain.Nwfilter,
                $"{(packet is Ipv6Match ? "IPv6" : "IP")} rule with port specification requires protocol specification with protocol to be either one of tcp(6), udp(17), dccp(33), or sctp(132)");
        }
    }
}
