using Vireo.Config;

namespace Vireo.Cpu.X86;

/// <summary>What became of a guest's CPU when the hypervisor made it.</summary>
internal static class X86Live
{
    /// <summary>The document with what the hypervisor added and left out.</summary>
    public static CpuConfig Show(CpuConfig cpu, FeatureSet enabled, FeatureSet disabled)
    {
        var expected = X86Architecture.Has(cpu);
        var added = enabled - expected;
        var missing = disabled | (expected - enabled);
        if (cpu.Check == CpuCheck.Full && !(added | missing).IsEmpty)
        {
            string[] complaints = [.. Complaint("extra features", added), .. Complaint("missing features", missing)];
            throw VireoException.OperationFailed(ErrorDomain.Cpu, $"guest CPU doesn't match specification: {string.Join(", ", complaints)}");
        }

        var features = cpu.Features;
        foreach (var feature in (added | missing).Features())
        {
            features = features.Set(feature.Name, missing.Has(feature) ? CpuFeaturePolicy.Disable : CpuFeaturePolicy.Require);
        }

        return cpu with { Check = CpuCheck.Full, Features = features };
    }

    private static IEnumerable<string> Complaint(string what, FeatureSet features) =>
        features.IsEmpty ? [] : [$"{what}: {string.Join(',', features.Features().Select(feature => feature.Name))}"];
}
