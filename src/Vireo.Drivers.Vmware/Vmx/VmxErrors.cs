namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>Errors about VMX files and what cannot be written into one, under the domain that libvirt gives them.</summary>
internal static class VmxErrors
{
    public static VireoException Internal(string detail) => VireoException.Internal(ErrorDomain.None, detail);

    public static VireoException Unsupported(string detail) => VireoException.ConfigUnsupported(ErrorDomain.None, detail);
}
