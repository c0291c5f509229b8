using Vireo.Config;

namespace Vireo.Drivers.Bhyve.CommandLine;

/// <summary>Refuses devices that bhyve has no option for: a guest gets what its document says, or does not start.</summary>
internal static class MissingDevices
{
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED, naming the element.</exception>
    public static void Refuse(DevicesConfig devices)
    {
        Refuse(devices.Hostdevs, "<hostdev>");
        Refuse(devices.Redirdevs, "<redirdev>");
        Refuse(devices.Smartcards, "<smartcard>");
        Refuse(devices.Parallels, "<parallel>");
        Refuse(devices.Channels, "<channel>");
        Refuse(devices.Tpms, "<tpm>");
        Refuse(devices.Hubs, "<hub>");
        Refuse(devices.Watchdogs, "<watchdog>");
        Refuse(devices.Rngs, "<rng>");
        Refuse(devices.Panics, "<panic>");
        Refuse(devices.Shmems, "<shmem>");
        Refuse(devices.Memories, "<memory>");
        Refuse(devices.Cryptos, "<crypto>");
        Refuse(devices.Leases, "<lease>");
        Refuse(devices.Memballoon is { Model: not MemballoonModel.None }, "<memballoon>");
        Refuse(devices.Iommu is not null, "<iommu>");
        Refuse(devices.Vsock is not null, "<vsock>");
        Refuse(devices.Nvram is not null, "<nvram>");
        Refuse(devices.Pstore is not null, "<pstore>");
        Refuse(devices.Consoles.Count > 1, "a second <console>");
        Refuse(!devices.Inputs.IsEmpty && !devices.Controllers.Any(controller => controller.Type == ControllerType.Usb), "<input> without <controller type='usb'>");
    }

    private static void Refuse<T>(ConfigList<T> devices, string element) => Refuse(!devices.IsEmpty, element);

    private static void Refuse(bool isThere, string element)
    {
        if (isThere)
            throw BhyveErrors.Unsupported($"{element} is not supported by bhyve");
    }
}
