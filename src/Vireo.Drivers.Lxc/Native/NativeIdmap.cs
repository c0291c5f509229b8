using Vireo.Config;

namespace Vireo.Drivers.Lxc.Native;

/// <summary>Whose users and groups a container's are: <c>u 0 100000 65536</c>.</summary>
internal static class NativeIdmap
{
    /// <summary>All ranges; null when there are none.</summary>
    public static IdmapConfig? Read(NativeConfig config)
    {
        var (users, groups) = (new List<IdmapEntry>(), new List<IdmapEntry>());
        foreach (var (key, value) in config.Entries.Where(entry => entry.Key is "lxc.idmap" or "lxc.id_map"))
        {
            if (NativeConfig.Words(value) is not [{ Length: 1 } kind, var inside, var outside, var length, ..]
                || Id(inside) is not { } target || Id(outside) is not { } start || Id(length) is not { } count)
                throw LxcErrors.Internal($"invalid {key}: '{value}'");
            var ids = kind switch
            {
                "u" => users,
                "g" => groups,
                _ => throw LxcErrors.Internal($"invalid {key}: '{value}' is neither of users nor of groups"),
            };
            ids.Add(new IdmapEntry { Start = start, Target = target, Count = count });
        }

        return users.Count + groups.Count == 0 ? null : new IdmapConfig { Uids = users.ToConfigList(), Gids = groups.ToConfigList() };
    }

    private static uint? Id(string text) => (uint?)NativeConfig.Number(text, uint.MaxValue);
}
