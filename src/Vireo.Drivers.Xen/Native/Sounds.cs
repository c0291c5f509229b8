using Vireo.Config;

namespace Vireo.Drivers.Xen.Native;

/// <summary>Sound cards.</summary>
internal static class Sounds
{
    private const string Key = "soundhw";

    /// <summary>A file's cards.</summary>
    public static ConfigList<SoundConfig> Parse(XenFile file) => file.Text(Key) switch
    {
        null => default,
        "all" => [new SoundConfig { Model = SoundModel.Sb16 }, new SoundConfig { Model = SoundModel.Es1370 }],
        var text => text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(name => new SoundConfig
        {
            Model = XmlNames.TryParse(name, out SoundModel model) && model != SoundModel.Virtio ? model : throw XenErrors.Unsupported($"unsupported audio model {name}"),
        }).ToConfigList(),
    };

    /// <summary>Writes the cards.</summary>
    public static void Format(XenText text, ConfigList<SoundConfig> cards)
    {
        if (cards.Find(card => card.Model == SoundModel.Virtio) is not null)
            throw XenErrors.Unsupported("unsupported audio model virtio");
        if (!cards.IsEmpty)
            text.Add(Key, string.Join(',', cards.Select(card => card.Model!.Value.ToXmlName())));
    }
}
