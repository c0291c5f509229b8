using Vireo.Config;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>The IOMMU; a definition gains one, and keeps it.</summary>
internal sealed class IommuKind() : DeviceKind("iommu")
{
    /// <inheritdoc/>
    public override void CheckAttach(DevicesConfig wanted, DomainConfig config, bool live)
    {
        if (wanted.Iommu?.Model == IommuModel.Intel && !Defaults.Machines.MachineKind.Of(config.Os.Type!).IsQ35)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "IOMMU device: 'intel' is only supported with Q35 machines");
        }

        if (live)
        {
            throw NotSupported("attach", live);
        }

        if (config.Devices.Iommu is not null)
        {
            throw Present("domain already has an iommu device");
        }
    }
}
