using Vireo.Config;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Folders of the host; a running guest takes those that another process serves.</summary>
internal sealed class FilesystemKind() : DeviceKind("filesystem")
{
    /// <inheritdoc/>
    public override void CheckAttach(DevicesConfig wanted, DomainConfig config, bool live)
    {
        var folder = wanted.Filesystems[0];
        var served = folder.Driver?.Type == FilesystemDriverType.Virtiofs;
        if (served && config.MemoryBacking?.Access != MemoryAccess.Shared && config.Cpu?.Numa?.Cells.Any(c => c.MemAccess == MemoryAccess.Shared) != true)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "'virtiofs' requires shared memory");
        }

        if (live && !served)
        {
            throw Unpluggable("only virtiofs filesystems can be hotplugged");
        }

        if (!live && config.Devices.Filesystems.Any(other => other.Target == folder.Target))
        {
            throw Present("Target already exists");
        }
    }

    /// <inheritdoc/>
    public override DeviceConfig Find(DevicesConfig wanted, DomainConfig config, bool live) =>
        config.Devices.Filesystems.Find(other => other.Target == wanted.Filesystems[0].Target)
            ?? throw Missing(live ? "matching filesystem not found" : "no matching filesystem device was found");

    /// <inheritdoc/>
    public override void CheckUnplug(DevicesConfig device, RunningDevices devices)
    {
        if (device.Filesystems[0].Driver?.Type != FilesystemDriverType.Virtiofs)
        {
            throw Unpluggable("only virtiofs filesystems can be hotplugged");
        }
    }
}
