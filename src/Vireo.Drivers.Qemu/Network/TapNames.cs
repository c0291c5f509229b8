using System.Globalization;
using Vireo.Config;
using Vireo.Host.Network;

namespace Vireo.Drivers.Qemu.Network;

/// <summary>Gives taps that nobody has named their names, which are libvirt's: <c>vnet0</c>, <c>vnet1</c>, … No number is given twice while the daemon lives.</summary>
internal sealed class TapNames
{
    /// <summary>What the names given by the daemon begin with; such a name in a document that is to be started means nothing.</summary>
    public const string Prefix = "vnet";

    private int _last = -1;

    /// <summary>Whether a name is one of those that are given by the daemon.</summary>
    public static bool IsGiven(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The next name that no device of this host has.</summary>
    /// <param name="pattern">A user's own, with <c>%d</c> for the number; null for the daemon's.</param>
    public string Next(string? pattern = null)
    {
        while (true)
        {
            var number = Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture);
            var name = pattern is null ? Prefix + number : pattern.Replace("%d", number, StringComparison.Ordinal);
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
            if (card.Target?.Dev is { } name && IsGiven(name) && int.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
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
