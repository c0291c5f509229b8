namespace Vireo.Drivers.Xen.Native;

/// <summary>What a conversion has to know of the host: its architecture, where Xen's firmware lies, and the bridges of its networks.</summary>
public class XenHost
{
    /// <summary>The guests' architecture: <c>x86_64</c>, <c>i686</c> or another that libvirt names.</summary>
    public string Architecture { get; init; } = "x86_64";

    /// <summary>The firmware that fully virtualized guests start with.</summary>
    public string Loader { get; init; } = "/usr/lib/xen/boot/hvmloader";

    /// <summary>The UEFI firmware for such guests.</summary>
    public string UefiLoader { get; init; } = "/usr/lib/xen/boot/ovmf.bin";

    /// <summary>The bridge of a virtual network, which the file names in the network's stead.</summary>
    /// <param name="network">The network's name.</param>
    /// <exception cref="VireoException">VIR_ERR_NO_NETWORK: there is no such network; VIR_ERR_INTERNAL_ERROR: it is not active.</exception>
    public virtual string BridgeOf(string network) => throw new VireoException(ErrorCode.NoNetwork, ErrorDomain.Xen, network);
}
