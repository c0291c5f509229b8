namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>The ranges of hardware addresses that VMware takes for its own.</summary>
internal static class VmwareAddresses
{
    /// <summary>What the addresses begin with that a VMware host gives out.</summary>
    public const uint Hosts = 0x000c29;

    /// <summary>Whether a host gives it out.</summary>
    public static bool IsHosts(string address) => address.StartsWith("00:0c:29:", StringComparison.Ordinal);

    /// <summary>Whether a vCenter server gives it out.</summary>
    public static bool IsCenters(string address) => address.StartsWith("00:50:56:", StringComparison.Ordinal) && address[9] is '8' or '9' or 'a' or 'b';

    /// <summary>Whether VMware accepts it as one that an administrator has chosen.</summary>
    public static bool IsAdministrators(string address) => address.StartsWith("00:50:56:", StringComparison.Ordinal) && address[9] is >= '0' and <= '3';
}
