using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Lxc.Native;

/// <summary>A container's network: its cards, and those of the host that are given to it.</summary>
/// <param name="IsPrivate">Whether it has a network of its own with nothing in it, because nothing is said of one.</param>
/// <param name="Cards">Its cards.</param>
/// <param name="Hostdevs">The host's.</param>
internal sealed record NativeNetwork(bool IsPrivate, ConfigList<InterfaceConfig> Cards, ConfigList<HostdevConfig> Hostdevs)
{
    private const string Old = "lxc.network.";
    private const string Numbered = "lxc.net.";
    private const int MostCards = 1024;

    /// <summary>Reads all cards: older configurations begin one with its type, newer ones number them.</summary>
    public static NativeNetwork Read(NativeConfig config)
    {
        var cards = new List<NativeCard>();
        foreach (var (key, value) in config.Entries)
        {
            if (key.StartsWith(Old, StringComparison.Ordinal))
                Set(cards, key[Old.Length..], value);
            else if (key.StartsWith(Numbered, StringComparison.Ordinal))
                SetNumbered(cards, key, value);
            if (cards.Count > MostCards)
                throw LxcErrors.Internal($"more than {MostCards} network cards");
        }

        return new(cards.Count == 0, cards.Select(card => card.ToInterface()).OfType<InterfaceConfig>().ToConfigList(), cards.Select(card => card.ToHostdev()).OfType<HostdevConfig>().ToConfigList());
    }

    private static void Set(List<NativeCard> cards, string name, string value)
    {
        if (name == "type")
            cards.Add(new NativeCard(null));
        if (cards.Count == 0)
            throw LxcErrors.Internal($"{Old}{name} stands before {Old}type");
        cards[^1].Set(name, value, Old + name);
    }

    private static void SetNumbered(List<NativeCard> cards, string key, string value)
    {
        if (key[Numbered.Length..].Split('.', 2) is not [var text, var name] || !ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw LxcErrors.Internal($"{key} has no number");
        var card = cards.Find(known => known.Number == number);
        if (card is null)
            cards.Add(card = new NativeCard(number));
        card.Set(name, value, key);
    }
}
