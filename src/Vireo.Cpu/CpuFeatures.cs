using Vireo.Config;

namespace Vireo.Cpu;

/// <summary>Changes to the features that a document lists.</summary>
internal static class CpuFeatures
{
    /// <summary>The list with a feature's policy set; a feature that is not there is put at the end.</summary>
    public static ConfigList<CpuFeature> Set(this ConfigList<CpuFeature> features, string name, CpuFeaturePolicy? policy)
    {
        var feature = new CpuFeature { Name = name, Policy = policy };
        for (var i = 0; i < features.Count; i++)
        {
            if (features[i].Name == name)
            {
                return features.SetItem(i, feature);
            }
        }

        return features.Add(feature);
    }

    /// <summary>What is asked of a feature: of a host's features, and of those where nothing is said, that they are there.</summary>
    public static CpuFeaturePolicy Asked(this CpuFeature feature, CpuConfig cpu) => cpu.Arch is null ? feature.Policy ?? CpuFeaturePolicy.Require : CpuFeaturePolicy.Require;
}
