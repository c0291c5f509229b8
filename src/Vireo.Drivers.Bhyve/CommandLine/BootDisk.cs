using Vireo.Config;

namespace Vireo.Drivers.Bhyve.CommandLine;

/// <summary>The disk that <c>bhyveload</c> takes the kernel from.</summary>
internal static class BootDisk
{
    /// <summary>Finds it: there is one place in the boot order at most.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: there is none, or the document orders more.</exception>
    public static DiskConfig Of(DomainConfig domain)
    {
        var disks = domain.Devices.Disks;
        if (disks.IsEmpty)
            throw BhyveErrors.Unsupported("Domain should have at least one disk defined");
        var usable = disks.Where(disk => DiskFile.Refusal(disk) is null).ToList();
        switch (domain.Os.Boots)
        {
            case []:
                return Ordered(usable) ?? usable.FirstOrDefault() ?? throw BhyveErrors.Unsupported(DiskFile.Refusal(disks[0])!);
            case [var kind]:
                var device = kind switch
                {
                    BootDevice.Cdrom => DiskDevice.Cdrom,
                    BootDevice.Hd => DiskDevice.Disk,
                    _ => throw BhyveErrors.Unsupported($"Cannot boot from device {kind.ToXmlName()}"),
                };
                return usable.Find(disk => disk.Device == device) ?? throw BhyveErrors.Unsupported($"Cannot find boot device of requested type {kind.ToXmlName()}");
            default:
                throw BhyveErrors.Unsupported("Only one boot device is supported");
        }
    }

    private static DiskConfig? Ordered(List<DiskConfig> usable)
    {
        var ordered = usable.FindAll(disk => disk.Boot?.Order is > 0);
        return ordered.Count > 1 ? throw BhyveErrors.Unsupported("Only one boot device is supported") : ordered.FirstOrDefault();
    }
}
