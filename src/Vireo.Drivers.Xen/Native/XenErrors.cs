namespace Vireo.Drivers.Xen.Native;

/// <summary>Errors about Xen's files and what cannot be written into one, under the domain that libvirt gives them.</summary>
internal static class XenErrors
{
    public static VireoException Internal(string detail) => VireoException.Internal(ErrorDomain.Xen, detail);

    public static VireoException Syntax(string detail) => new(ErrorCode.ConfSyntax, ErrorDomain.Xenxl, detail);

    public static VireoException Unsupported(string detail, ErrorDomain domain = ErrorDomain.Xen) => VireoException.ConfigUnsupported(domain, detail);

    public static VireoException Malformed(string key) => Internal($"config value {key} was malformed");
}
