namespace Vireo.Drivers.Xen.Native;

/// <summary>Hardware addresses of the range that belongs to Xen.</summary>
internal static class XenAddresses
{
    /// <summary>A random one.</summary>
    public static string Random()
    {
        var bytes = new byte[3];
        System.Random.Shared.NextBytes(bytes);
        return $"00:16:3e:{bytes[0] & 0x7f:x2}:{bytes[1]:x2}:{bytes[2]:x2}";
    }
}
