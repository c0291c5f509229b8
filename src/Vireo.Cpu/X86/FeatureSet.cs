using System.Numerics;

namespace Vireo.Cpu.X86;

/// <summary>A set of the features of <see cref="X86Table.Features"/>, by their numbers. As no two features share a bit of CPUID, it says all that registers say.</summary>
internal readonly record struct FeatureSet(ulong First, ulong Second, ulong Third, ulong Fourth)
{
    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => (First | Second | Third | Fourth) == 0;

    /// <summary>How many it holds.</summary>
    public int Count => BitOperations.PopCount(First) + BitOperations.PopCount(Second) + BitOperations.PopCount(Third) + BitOperations.PopCount(Fourth);

    /// <summary>What either has.</summary>
    public static FeatureSet operator |(FeatureSet left, FeatureSet right) =>
        new(left.First | right.First, left.Second | right.Second, left.Third | right.Third, left.Fourth | right.Fourth);

    /// <summary>What both have.</summary>
    public static FeatureSet operator &(FeatureSet left, FeatureSet right) =>
        new(left.First & right.First, left.Second & right.Second, left.Third & right.Third, left.Fourth & right.Fourth);

    /// <summary>What the left has and the right has not.</summary>
    public static FeatureSet operator -(FeatureSet left, FeatureSet right) =>
        new(left.First & ~right.First, left.Second & ~right.Second, left.Third & ~right.Third, left.Fourth & ~right.Fourth);

    /// <summary>The set of one feature.</summary>
    public static FeatureSet Of(X86Feature feature)
    {
        var bit = 1UL << (feature.Number % 64);
        return (feature.Number / 64) switch
        {
            0 => new(bit, 0, 0, 0),
            1 => new(0, bit, 0, 0),
            2 => new(0, 0, bit, 0),
            _ => new(0, 0, 0, bit),
        };
    }

    /// <summary>Whether a feature is in it.</summary>
    public bool Has(X86Feature feature) => !(this & Of(feature)).IsEmpty;

    /// <summary>The features in it, in the table's order.</summary>
    public IEnumerable<X86Feature> Features()
    {
        var set = this;
        return X86Table.Features.Where(feature => set.Has(feature));
    }
}
