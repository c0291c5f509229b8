using System.Globalization;
using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Host.Network;

namespace Vireo.Drivers.Qemu.Network;

/// <summary>Gives taps that nobody has named their names, which are libvirt's: <c>vnet0</c>, <c>vnet1</c>, … No number is given twice while the daemon lives.</summary>
/// <param name="prefix">What the names begin with.</param>
internal sealed class TapNames(string prefix = NetworkCardDefaults.GivenTap)
{
    private int _last = -1;

    /// <summary>The next name that no device of this host has.</summary>
    /// <param name="pattern">A user's own, with <c>%d</c> for the number; null for the daemon's.</param>
    public string Next(string? pattern = null)
    {
        while (true)
        {
            var number = Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture);
            var name = pattern is null ? prefix + number : pattern.Replace("%d", number, StringComparison.Ordinal);
            if (!new NetworkDevice(name).Exists)
            {
                return name;
            }
        }
    }

    /// <summary>Keeps the numbers of a running guest's taps from being given again.</summary>
    public void Keep(DomainConfig live)
    {
        foreach (var card in live.Devices.Interfaces)
        {
            if (card.Target?.Dev is { } name && name.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                Keep(number);
            }
        }
    }

    private void Keep(int number)
    {
        int last;
        while ((last = Volatile.Read(ref _last)) < number)
        {
            Interlocked.CompareExchange(ref _last, number, last);
        }
    }
}
