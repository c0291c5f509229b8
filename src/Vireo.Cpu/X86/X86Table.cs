using System.Collections.Frozen;

namespace Vireo.Cpu.X86;

/// <summary>What <c>spec/cpu/x86.spec</c> says, and looking things up in it.</summary>
internal static class X86Table
{
    private static readonly FrozenDictionary<string, X86Feature> s_features = X86Facts.Features.ToFrozenDictionary(feature => feature.Name);
    private static readonly FrozenDictionary<string, X86Model> s_models = X86Facts.Models.ToFrozenDictionary(model => model.Name);

    private static readonly FrozenDictionary<string, X86Feature> s_fromQemu =
        X86Facts.Features.SelectMany(feature => feature.OldNames.Append(feature.QemuName ?? feature.Name).Select(name => (name, feature))).DistinctBy(pair => pair.name)
            .ToFrozenDictionary(pair => pair.name, pair => pair.feature);

    /// <summary>Who makes CPUs.</summary>
    public static IReadOnlyList<X86Vendor> Vendors => X86Facts.Vendors;

    /// <summary>The features, in their order.</summary>
    public static IReadOnlyList<X86Feature> Features => X86Facts.Features;

    /// <summary>The models, in their order.</summary>
    public static IReadOnlyList<X86Model> Models => X86Facts.Models;

    /// <summary>The feature that libvirt calls so; null when there is none.</summary>
    public static X86Feature? FindFeature(string name) => s_features.GetValueOrDefault(name);

    /// <summary>The feature that QEMU calls so, or once did; null when there is none.</summary>
    public static X86Feature? FindQemuFeature(string name) => s_fromQemu.GetValueOrDefault(name) ?? FindFeature(name);

    /// <summary>A model; null when there is none of the name.</summary>
    public static X86Model? FindModel(string name) => s_models.GetValueOrDefault(name);

    /// <summary>The feature that libvirt calls so.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: there is none.</exception>
    public static X86Feature Feature(string name) => FindFeature(name) ?? throw VireoException.Internal(ErrorDomain.Cpu, $"Unknown CPU feature {name}");

    /// <summary>A model.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: there is none.</exception>
    public static X86Model Model(string? name) => FindModel(name ?? "") ?? throw VireoException.Internal(ErrorDomain.Cpu, $"Unknown CPU model {name}");

    /// <summary>The features of these names that are known.</summary>
    public static FeatureSet Known(IEnumerable<string> names) => Union(names.Select(FindFeature).OfType<X86Feature>());

    /// <summary>The set of features.</summary>
    public static FeatureSet Union(IEnumerable<X86Feature> features) => features.Aggregate(default(FeatureSet), (set, feature) => set | FeatureSet.Of(feature));
}
