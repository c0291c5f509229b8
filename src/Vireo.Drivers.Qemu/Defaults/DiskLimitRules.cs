using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Tuning;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>What must hold of the limits that disks have themselves, and share with others of their group.</summary>
internal static class DiskLimitRules
{
    /// <summary>A disk that says nothing but its group has the group's limits.</summary>
    public static void Share(DeviceDraft draft) => DeviceDraft.Each(draft.Disks, disk =>
        disk.Iotune is { GroupName: { Length: > 0 } group } own && !DiskThrottle.IsLimited(own)
        && draft.Disks.FirstOrDefault(other => other.Iotune is { } limits && limits.GroupName == group && DiskThrottle.IsLimited(limits)) is { } member
            ? disk with { Iotune = member.Iotune } : disk);

    /// <summary>Refuses limits that contradict each other.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR.</exception>
    public static void Check(DiskConfig disk)
    {
        if (disk.Iotune is { } limits)
        {
            ThrottleDefaults.RequireLimits(limits);
        }
    }

    /// <summary>Refuses limits that the hypervisor cannot keep to.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="disks">All of its document's.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: a group that limits nothing, or not all of its disks the same; VIR_ERR_ARGUMENT_UNSUPPORTED: a limit that is too high.</exception>
    public static void CheckShared(DiskConfig disk, ConfigList<DiskConfig> disks)
    {
        if (disk.Iotune is not { } limits)
        {
            return;
        }

        if (limits.GroupName is { Length: > 0 } group)
        {
            if (!DiskThrottle.IsLimited(limits))
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "group_name can be configured only together with settings");
            }

            if (disks.Find(other => other.Iotune is { } theirs && theirs.GroupName == group && !DiskThrottle.IsSame(limits, theirs)) is { } different)
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"different iotunes for disks {disk.Target!.Dev} and {different.Target!.Dev}");
            }
        }

        if (DiskThrottle.IsTooHigh(limits))
        {
            throw new VireoException(ErrorCode.ArgumentUnsupported, ErrorDomain.Qemu, $"block I/O throttle limit must be no more than {DiskThrottle.Most} using QEMU");
        }
    }
}
