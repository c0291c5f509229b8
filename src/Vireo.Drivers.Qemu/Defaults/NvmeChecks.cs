using Vireo.Config;
using Vireo.Drivers.Qemu.HostDevices;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Refuses images on NVMe controllers of which is not said where they are, with libvirt's codes and messages.</summary>
internal static class NvmeChecks
{
    /// <summary>What must be said of each.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR.</exception>
    public static void RequirePlaces(DiskConfig disk)
    {
        foreach (var source in NvmeControllers.Of(disk))
        {
            var refusal = source switch
            {
                { Type: null } => "missing 'type' attribute to disk source",
                { Type: not "pci" } => $"unsupported source type '{source.Type}'",
                { Namespace: null } => "missing 'namespace' attribute to disk source",
                { Address: null } => "NVMe disk source is missing address",
                _ => null,
            };
            if (refusal is not null)
            {
                throw VireoException.InvalidXml(ErrorDomain.Domain, refusal);
            }

            PciChecks.Range(source.Address!.Bus, source.Address.Slot, source.Address.Function);
        }
    }

    /// <summary>What cannot be had of a finished document's.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static void Check(DiskConfig disk)
    {
        if (disk is { Type: DiskType.Nvme, Source.Namespace: 0 })
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "NVMe namespace can't be zero");
        }

        if (disk is { Type: DiskType.Nvme, Transient: not null })
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"transient disk supported only with 'file' type ({disk.Target!.Dev})");
        }
    }
}
