namespace Vireo.Config;

/// <summary>The namespaces of hypervisor-specific elements.</summary>
public static class XmlNamespaces
{
    /// <summary>QEMU's, prefix <c>qemu</c>.</summary>
    public const string Qemu = "http://libvirt.org/schemas/domain/qemu/1.0";

    /// <summary>LXC's, prefix <c>lxc</c>.</summary>
    public const string Lxc = "http://libvirt.org/schemas/domain/lxc/1.0";

    /// <summary>Bhyve's, prefix <c>bhyve</c>.</summary>
    public const string Bhyve = "http://libvirt.org/schemas/domain/bhyve/1.0";

    /// <summary>Xen's, prefix <c>xen</c>.</summary>
    public const string Xen = "http://libvirt.org/schemas/domain/xen/1.0";

    /// <summary>VMware's, prefix <c>vmware</c>.</summary>
    public const string Vmware = "http://libvirt.org/schemas/domain/vmware/1.0";

    /// <summary>dnsmasq's, in network documents; prefix <c>dnsmasq</c>.</summary>
    public const string Dnsmasq = "http://libvirt.org/schemas/network/dnsmasq/1.0";

    /// <summary>Mount options of pools on file systems, prefix <c>fs</c>.</summary>
    public const string PoolFs = "http://libvirt.org/schemas/storagepool/fs/1.0";

    /// <summary>Options of pools on RBD, prefix <c>rbd</c>.</summary>
    public const string PoolRbd = "http://libvirt.org/schemas/storagepool/rbd/1.0";

    /// <summary>What all of them begin with.</summary>
    internal const string Extensions = "http://libvirt.org/schemas/";
}
