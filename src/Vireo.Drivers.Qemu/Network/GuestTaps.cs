using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Vireo.Config;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Network;

/// <summary>The taps of a domain that is being started, until its process has inherited them.</summary>
internal sealed class GuestTaps : IDisposable
{
    private readonly Dictionary<int, GuestTap> _taps = [];

    /// <summary>Takes a tap in for a card.</summary>
    /// <param name="card">The card's place among the document's.</param>
    /// <param name="tap">Its tap.</param>
    public void Add(int card, GuestTap tap) => _taps.Add(card, tap);

    /// <summary>Whether a card has one.</summary>
    public bool Has(int card) => _taps.ContainsKey(card);

    /// <summary>The tap of a card.</summary>
    public GuestTap this[int card] => _taps[card];

    /// <summary>The document with the taps' names.</summary>
    public DomainConfig Show(DomainConfig live)
    {
        var cards = live.Devices.Interfaces;
        foreach (var (card, tap) in _taps.Where(static one => one.Value.Name is not null))
        {
            cards = cards.SetItem(card, cards[card] with { Target = (cards[card].Target ?? new InterfaceTarget()) with { Dev = tap.Name } });
        }

        return live with { Devices = live.Devices with { Interfaces = cards } };
    }

    /// <summary>Has the process inherit the descriptors.</summary>
    /// <param name="live">The live document, with aliases.</param>
    /// <param name="inherited">What the process inherits.</param>
    /// <returns>Their numbers by the cards' aliases.</returns>
    public IReadOnlyDictionary<string, TapNumbers> Inherit(DomainConfig live, InheritedFds inherited) => _taps.ToDictionary(
        tap => live.Devices.Interfaces[tap.Key].Alias!,
        tap => new TapNumbers(Add(tap.Value.Queues, inherited), Add(tap.Value.Accelerators, inherited)),
        StringComparer.Ordinal);

    /// <summary>The ends that programs beside QEMU are to be given, by the cards' places among the document's.</summary>
    public IEnumerable<(int Card, Socket Server)> Served => _taps.Where(static one => one.Value.Server is not null).Select(static one => (one.Key, one.Value.Server!));

    /// <summary>Closes our ends; the process keeps its own.</summary>
    public void Dispose()
    {
        foreach (var tap in _taps.Values)
        {
            tap.Dispose();
        }
    }

    private static string[] Add(IReadOnlyList<SafeHandle> handles, InheritedFds inherited) => [.. handles.Select(handle => inherited.Add(handle).ToString(CultureInfo.InvariantCulture))];
}
