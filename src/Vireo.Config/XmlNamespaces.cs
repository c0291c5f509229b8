namespace Vireo.Config;

/// <summary>The namespaces of hypervisor-specific elements.</summary>
public static class XmlNamespaces
{
    /// <summary>QEMU's, prefix <c>qemu</c>.</summary>
    public const string Qemu = "http://libvirt.org/schemas/domain/qemu/1.0";
}
