namespace Vireo.Drivers.Lxc.Tests;

/// <summary>The hosts of the tests.</summary>
internal static class TestHost
{
    /// <summary>As libvirt's own tests have it.</summary>
    public static LxcHost Published { get; } = new("/usr/libexec/libvirt_lxc", "x86_64");

    /// <summary>The one that answered the golden cases.</summary>
    public static LxcHost Debian { get; } = new("/usr/lib/libvirt/libvirt_lxc", "x86_64");
}
