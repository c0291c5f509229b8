using Vireo.Config;

namespace Vireo.Drivers.Xen.Native;

/// <summary>The CPU's features, which are the host's but for those that are told: <c>cpuid = "host,lahfsahf=0"</c>, <c>nestedhvm</c>.</summary>
internal static class CpuFlags
{
    private const string Key = "cpuid";
    private const string Nested = "nestedhvm";
    private const string Host = "host";

    // Features that Xen calls otherwise than libvirt.
    private static readonly (string Name, string XenName)[] s_names =
    [
        ("cx16", "cmpxchg16"), ("cid", "cntxid"), ("ds_cpl", "dscpl"), ("pclmuldq", "pclmulqdq"), ("pni", "sse3"), ("ht", "htt"), ("pn", "psn"),
        ("clflush", "clfsh"), ("sep", "sysenter"), ("cx8", "cmpxchg8"), ("nodeid_msr", "nodeid"), ("cr8legacy", "altmovcr8"), ("lahf_lm", "lahfsahf"),
        ("cmp_legacy", "cmplegacy"), ("fxsr_opt", "ffxsr"), ("pdpe1gb", "page1gb"), ("spec-ctrl", "ibrsb"),
    ];

    /// <summary>A file's CPU; null when it says nothing.</summary>
    public static CpuConfig? Parse(XenFile file, GuestKind kind)
    {
        var told = file.Text(Key);
        var isNestedTold = kind == GuestKind.Hvm && file.Value(Nested) is not null;
        if (told is null && !isNestedTold)
            return null;
        var features = ParseFeatures(told ?? "").ToList();
        if (isNestedTold && !file.Flag(Nested))
            features.Add(new CpuFeature { Policy = CpuFeaturePolicy.Disable, Name = "vmx" });
        if (features.GroupBy(feature => feature.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw VireoException.Internal(ErrorDomain.Cpu, $"CPU feature '{twice.Key}' specified more than once");
        return new CpuConfig { Mode = CpuMode.HostPassthrough, Features = features.ToConfigList() };
    }

    /// <summary>Writes the features. Whoever tells a CPU of a document's own gets the host's all the same, as in libvirt.</summary>
    public static void Format(XenText text, CpuConfig? cpu, GuestKind kind)
    {
        if (cpu?.Mode != CpuMode.HostPassthrough)
            return;
        var nested = cpu.Features.Where(feature => feature.Name is "vmx" or "svm").ToList();
        if (kind == GuestKind.Hvm)
            text.Add(Nested, !nested.Exists(feature => Value(feature) == "0"));
        var others = cpu.Features.Except(nested).Select(feature => $"{NameInXen(feature)}={Value(feature)}").ToList();
        if (others.Count > 0)
            text.Add(Key, $"{Host},{string.Join(',', others)}");
    }

    private static IEnumerable<CpuFeature> ParseFeatures(string text)
    {
        if (text.Length == 0)
            yield break;
        var parts = text.Split(',');
        if (parts[0] != Host)
            throw XenErrors.Syntax($"cpuid starting with {parts[0]} is not supported, only libxl format is");
        foreach (var part in parts.Skip(1))
        {
            if (part.Split('=', 2) is not [var name, var value])
                throw XenErrors.Syntax($"Invalid libxl cpuid key=value element: {part}");
            var known = Array.Find(s_names, names => names.XenName == name).Name;
            yield return new CpuFeature
            {
                Name = known ?? name,
                Policy = value switch
                {
                    "1" => CpuFeaturePolicy.Force,
                    "0" => CpuFeaturePolicy.Disable,
                    "x" or "k" or "s" => CpuFeaturePolicy.Optional,
                    _ => throw XenErrors.Syntax($"Invalid libxl cpuid value: {part}"),
                },
            };
        }
    }

    private static string NameInXen(CpuFeature feature)
    {
        var name = Array.Find(s_names, names => names.Name == feature.Name).XenName ?? feature.Name ?? "";
        return name.AsSpan().ContainsAny(",=") ? throw XenErrors.Unsupported($"unsupported cpu feature '{name}'", ErrorDomain.Xenxl) : name;
    }

    private static string Value(CpuFeature feature) => feature.Policy switch
    {
        CpuFeaturePolicy.Disable or CpuFeaturePolicy.Forbid => "0",
        CpuFeaturePolicy.Optional => "x",
        _ => "1",
    };
}
