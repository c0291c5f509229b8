using System.Text.Json;
using Vireo.Config;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Tuning;

/// <summary>Limits that disks of a domain share: the groups of its document, and the hypervisor's objects that stand for them.</summary>
internal static class ThrottleGroups
{
    /// <summary>The kind of object that keeps to a group's limits.</summary>
    public const string Kind = "throttle-group";

    /// <summary>The object that stands for a group.</summary>
    public static string ObjectOf(string group) => "throttle-" + group;

    /// <summary>The group of a name; null when there is none.</summary>
    public static ThrottleGroup? Find(DomainConfig config, string name) => config.Throttlegroups.Find(group => group.GroupName == name);

    /// <summary>A document with a group's limits set; one that is not there yet comes last.</summary>
    /// <exception cref="VireoException">As <see cref="DiskThrottle.Change(ThrottleGroup, IReadOnlyCollection{TypedParam})"/>.</exception>
    public static DomainConfig With(DomainConfig config, string name, IReadOnlyCollection<TypedParam> given)
    {
        var before = Find(config, name);
        var after = DiskThrottle.Change(before ?? new ThrottleGroup { GroupName = name }, given);
        return config with { Throttlegroups = before is null ? [.. config.Throttlegroups, after] : config.Throttlegroups.Map(group => ReferenceEquals(group, before) ? after : group) };
    }

    /// <summary>A document without a group.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: a disk belongs to it.</exception>
    public static DomainConfig Without(DomainConfig config, string name) => config.Devices.Disks.Find(disk => disk.Throttlefilters.Any(filter => filter.Group == name)) is { } user
        ? throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"throttle group '{name}' is still being used by disk {user.Target?.Dev}")
        : config with { Throttlegroups = config.Throttlegroups.Where(group => group.GroupName != name).ToConfigList() };

    /// <summary>Limits by groups and limits of a disk's own exclude each other.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: the disk belongs to a group.</exception>
    public static void RefuseOwnLimits(DiskConfig disk)
    {
        if (!disk.Throttlefilters.IsEmpty)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"block 'iotune' can't be used together with 'throttlefilters' for disk '{disk.Target!.Dev}'");
        }

        if (disk.Type == DiskType.VhostUser)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "a block I/O throttling is not supported for vhostuser disk");
        }
    }

    /// <summary>Whether two documents of a domain have the same groups, and the same disks in them.</summary>
    public static bool AreSame(DomainConfig one, DomainConfig other)
    {
        static IEnumerable<(string?, ConfigList<ThrottleFilter>)> Users(DomainConfig config) => config.Devices.Disks.Select(disk => (disk.Target?.Dev, disk.Throttlefilters));
        return one.Throttlegroups == other.Throttlegroups && Users(one).SequenceEqual(Users(other));
    }

    /// <summary>The command that has the hypervisor keep to a group's limits.</summary>
    /// <param name="group">The group, as it is to be.</param>
    /// <param name="isNew">The hypervisor does not have it yet.</param>
    public static QmpCommand Command(ThrottleGroup group, bool isNew) => isNew
        ? Qmp.ObjectAdd(json =>
        {
            json.WriteString("qom-type", Kind);
            json.WriteString("id", ObjectOf(group.GroupName!));
            WriteLimits(json, "limits", group);
        })
        : new QmpCommand("qom-set", json =>
        {
            json.WriteString("path", ObjectOf(group.GroupName!));
            json.WriteString("property", "limits");
            WriteLimits(json, "value", group);
        });

    private static void WriteLimits(Utf8JsonWriter json, string name, ThrottleGroup group)
    {
        json.WritePropertyName(name);
        DiskThrottle.WriteLimits(json, group);
    }
}
