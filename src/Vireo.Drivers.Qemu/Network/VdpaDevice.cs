using Vireo.Config;
using Vireo.Host.Files;

namespace Vireo.Drivers.Qemu.Network;

/// <summary>The host's devices whose data path is virtio's own (vDPA). The daemon opens them: the guest's user need not be able to.</summary>
internal static class VdpaDevice
{
    /// <summary>Whether a card is one.</summary>
    public static bool Is(InterfaceConfig card) => card.Type == InterfaceType.Vdpa;

    /// <summary>Opens a card's.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it is not there.</exception>
    public static GuestTap Connect(InterfaceConfig card)
    {
        var path = card.Source!.Dev!;
        try
        {
            return new GuestTap(null, [HostFile.OpenExisting(path, write: true)], []);
        }
        catch (VireoException e) when (e.Code == ErrorCode.SystemError)
        {
            throw Host.SystemError.Make(e.Number1, $"Unable to open '{path}' for vdpa device", ErrorDomain.Qemu, e);
        }
    }
}
