namespace Vireo.Config.Defaults;

/// <summary>Maps of a container's users and groups.</summary>
internal static class IdmapDefaults
{
    /// <summary>Puts the ranges in order.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: they leave out groups, users or root.</exception>
    public static IdmapConfig? Apply(IdmapConfig? map)
    {
        if (map is null or { Uids.IsEmpty: true, Gids.IsEmpty: true })
        {
            return null;
        }

        var (users, groups) = (Sorted(map.Uids), Sorted(map.Gids));
        if (users.IsEmpty || groups.IsEmpty)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "uid and gid should be mapped both");
        }

        return users[0].Start == 0 && groups[0].Start == 0
            ? map with { Uids = users, Gids = groups }
            : throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "You must map the root user of container");
    }

    private static ConfigList<IdmapEntry> Sorted(ConfigList<IdmapEntry> ranges) => ranges.OrderBy(range => range.Start).ToConfigList();
}
