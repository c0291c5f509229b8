namespace Vireo.Drivers.Lxc;

/// <summary>What a container cannot be, or a configuration cannot say, under the domain that libvirt gives it.</summary>
internal static class LxcErrors
{
    public static VireoException Internal(string detail) => VireoException.Internal(ErrorDomain.Lxc, detail);
}
