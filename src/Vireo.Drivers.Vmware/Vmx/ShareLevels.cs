namespace Vireo.Drivers.Vmware.Vmx;

/// <summary>VMware's named levels of CPU shares; each is so many shares for every virtual CPU.</summary>
internal static class ShareLevels
{
    private static readonly (string Name, ulong Shares)[] s_levels = [("low", 500), ("normal", 1000), ("high", 2000)];

    /// <summary>The shares of a level for one CPU.</summary>
    public static bool TryParse(string name, out ulong shares)
    {
        shares = Array.Find(s_levels, level => level.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Shares;
        return shares != 0;
    }

    /// <summary>The level that so many shares of so many CPUs are, or the number.</summary>
    public static string Format(ulong shares, uint cpus) =>
        Array.Find(s_levels, level => level.Shares * cpus == shares).Name ?? shares.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
