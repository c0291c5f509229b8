using Vireo.Config;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>What USB devices stand on.</summary>
internal static class UsbBus
{
    /// <summary>Refuses a USB device for a domain without USB.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static void Require(DomainConfig config)
    {
        if (!config.Devices.Controllers.Any(c => c.Type == ControllerType.Usb && c.Model != "none"))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "Device configuration is not compatible: Domain has no USB bus support");
        }
    }
}
