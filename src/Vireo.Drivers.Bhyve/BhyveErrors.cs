namespace Vireo.Drivers.Bhyve;

/// <summary>What a bhyve guest cannot be, or a command cannot say, under the domain that libvirt gives it.</summary>
internal static class BhyveErrors
{
    public static VireoException Unsupported(string detail) => VireoException.ConfigUnsupported(ErrorDomain.Bhyve, detail);
}
