namespace Vireo.Config;

/// <summary>The namespaces of hypervisor-specific elements.</summary>
public static class XmlNamespaces
{
    /// <summary>QEMU's, prefix <c>qemu</c>.</summary>
    public const string Qemu = "http://libvirt.org/schemas/domain/qemu/1.0";

    /// <summary>dnsmasq's, in network documents; prefix <c>dnsmasq</c>.</summary>
    public const string Dnsmasq = "http://libvirt.org/schemas/network/dnsmasq/1.0";

    /// <summary>Mount options of pools on file systems, prefix <c>fs</c>.</summary>
    public const string PoolFs = "http://libvirt.org/schemas/storagepool/fs/1.0";

    /// <summary>Options of pools on RBD, prefix <c>rbd</c>.</summary>
    public const string PoolRbd = "http://libvirt.org/schemas/storagepool/rbd/1.0";
}
