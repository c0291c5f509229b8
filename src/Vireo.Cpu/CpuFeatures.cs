using Vireo.Config;

namespace Vireo.Cpu;

/// <summary>Changes to the features that a document lists.</summary>
internal static class CpuFeatures
{
    /// <summary>The list with features' policies set; features that are not there are put at the end.</summary>
    public static ConfigList<CpuFeature> With(this ConfigList<CpuFeature> features, IEnumerable<CpuFeature> changes)
    {
        List<CpuFeature> all = [.. features];
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < all.Count; i++)
        {
            places.TryAdd(all[i].Name!, i);
        }

        foreach (var change in changes)
        {
            if (places.TryGetValue(change.Name!, out var place))
            {
                all[place] = change;
            }
            else
            {
                places.Add(change.Name!, all.Count);
                all.Add(change);
            }
        }

        return [.. all];
    }

    /// <summary>The features of a document, each with what is asked of it.</summary>
    public static IEnumerable<CpuFeature> AskedFeatures(this CpuConfig cpu) => cpu.Features.Select(feature => feature with { Policy = feature.Asked(cpu) });

    /// <summary>What is asked of a feature: of a host's features, and of those where nothing is said, that they are there.</summary>
    public static CpuFeaturePolicy Asked(this CpuFeature feature, CpuConfig cpu) => cpu.Arch is null ? feature.Policy ?? CpuFeaturePolicy.Require : CpuFeaturePolicy.Require;
}
