namespace Vireo.Config.Defaults;

/// <summary>Limits that disks share: each group has a name of its own, and a disk belongs to groups that are there.</summary>
internal static class ThrottleDefaults
{
    /// <summary>Checks groups and those who belong to them.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR.</exception>
    public static void Require(DomainConfig config)
    {
        var groups = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in config.Throttlegroups)
        {
            if (group.GroupName is not { Length: > 0 } name)
            {
                throw Refused("missing group name");
            }

            RequireLimits(group);
            if (!groups.Add(name))
            {
                throw Refused($"duplicate group name '{name}' found");
            }
        }

        foreach (var disk in config.Devices.Disks)
        {
            RequireFilters(disk.Throttlefilters, groups);
        }
    }

    private static void RequireFilters(ConfigList<ThrottleFilter> filters, HashSet<string> groups)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var filter in filters)
        {
            if (!groups.Contains(filter.Group ?? ""))
            {
                throw Refused($"throttle group '{filter.Group}' not found");
            }

            if (!seen.Add(filter.Group!))
            {
                throw Refused($"duplicate filter name '{filter.Group}' found");
            }
        }
    }

    /// <summary>What is limited as a whole is not limited by its parts besides.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR.</exception>
    public static void RequireLimits(IDiskLimits limits)
    {
        RequireOneKind("bytes_sec", limits.TotalBytesSec, limits.ReadBytesSec, limits.WriteBytesSec);
        RequireOneKind("iops_sec", limits.TotalIopsSec, limits.ReadIopsSec, limits.WriteIopsSec);
        RequireOneKind("bytes_sec_max", limits.TotalBytesSecMax, limits.ReadBytesSecMax, limits.WriteBytesSecMax);
        RequireOneKind("iops_sec_max", limits.TotalIopsSecMax, limits.ReadIopsSecMax, limits.WriteIopsSecMax);
    }

    private static void RequireOneKind(string name, ulong? total, ulong? read, ulong? write)
    {
        if (total > 0 && (read > 0 || write > 0))
        {
            throw Refused($"total and read/write {name} cannot be set at the same time");
        }
    }

    private static VireoException Refused(string why) => new(ErrorCode.XmlError, ErrorDomain.Domain, why);
}
