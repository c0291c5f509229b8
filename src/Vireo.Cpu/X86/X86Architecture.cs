using Vireo.Config;

namespace Vireo.Cpu.X86;

/// <summary>CPUs of x86.</summary>
/// <param name="name">x86_64 or i686.</param>
internal sealed class X86Architecture(string name) : CpuArchitecture(name)
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Models { get; } = [.. X86Table.Models.Select(model => model.Name)];

    /// <inheritdoc/>
    public override string? VendorOf(string model) => X86Table.FindModel(model)?.Vendor;

    /// <inheritdoc/>
    public override bool Knows(string feature) => X86Table.FindFeature(feature) is not null;

    /// <inheritdoc/>
    public override bool HasFeature(CpuConfig host, string feature)
    {
        var wanted = X86Table.FindFeature(feature) ?? throw VireoException.Internal(ErrorDomain.Cpu, $"unknown CPU feature {feature}");
        return Has(host).Has(wanted);
    }

    /// <inheritdoc/>
    public override CpuComparison Compare(CpuConfig host, CpuConfig cpu) => X86Comparing.Compare(host, cpu);

    /// <inheritdoc/>
    public override CpuConfig Baseline(IReadOnlyList<CpuConfig> cpus, IReadOnlyList<HypervisorCpuModel>? models, IReadOnlyCollection<string>? features, bool migratable) =>
        X86Baseline.Of(cpus, models, features, migratable);

    /// <inheritdoc/>
    public override CpuConfig Expand(CpuConfig cpu)
    {
        var model = X86Table.FindModel(cpu.Model?.Name ?? "") ?? throw VireoException.Internal(ErrorDomain.Cpu, $"unknown CPU model {cpu.Model?.Name}");
        ConfigList<CpuFeature> features = [.. model.Features.Features().Select(feature => new CpuFeature { Name = feature.Name, Policy = CpuFeaturePolicy.Require })];
        foreach (var feature in cpu.Features)
        {
            if (feature.Asked(cpu) is var policy and (CpuFeaturePolicy.Require or CpuFeaturePolicy.Disable))
            {
                features = features.Set(feature.Name!, policy);
            }
        }

        return cpu with { Features = [.. WithLost(cpu with { Features = features }).Features.OrderBy(feature => feature.Name, StringComparer.Ordinal)] };
    }

    /// <inheritdoc/>
    public override CpuConfig Migratable(CpuConfig cpu) => cpu with
    {
        Features = [.. cpu.Features.Where(feature => X86Table.FindFeature(feature.Name!) is not { Migratable: false })],
    };

    /// <inheritdoc/>
    protected override CpuConfig Update(CpuConfig guest, CpuConfig? host, bool relative)
    {
        if (guest.Features.Any(feature => feature.Policy == CpuFeaturePolicy.Optional))
        {
            guest = guest with
            {
                Features = guest.Features.Map(feature => feature.Policy != CpuFeaturePolicy.Optional
                    ? feature
                    : feature with { Policy = host is not null && HasFeature(host, feature.Name!) ? CpuFeaturePolicy.Require : CpuFeaturePolicy.Disable }),
            };
        }

        return WithLost(relative ? AsHost(guest, host!) : guest);
    }

    /// <inheritdoc/>
    protected override CpuConfig TranslateModel(CpuConfig cpu, IReadOnlyList<HypervisorCpuModel> models)
    {
        var model = X86Table.Model(cpu.Model?.Name);
        var data = new X86CpuData { Features = Has(cpu), Vendor = model.Vendor, Signature = SignatureOf(model) };
        var found = X86Decoder.Decode(data, host: false, models);
        return cpu with
        {
            Model = found.Model! with { Fallback = CpuFallback.Allow, VendorId = cpu.Model!.VendorId },
            Features = cpu.Features.Aggregate(found.Features, (features, feature) => features.Set(feature.Name!, feature.Asked(cpu))),
        };
    }

    /// <summary>What a CPU has, of its model and of the features that are asked for or refused beside it.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: the model or a feature is not known.</exception>
    internal static FeatureSet Has(CpuConfig cpu)
    {
        var has = cpu.Model?.Name is { } name ? X86Table.Model(name).Features : default;
        foreach (var feature in cpu.Features)
        {
            var one = FeatureSet.Of(X86Table.Feature(feature.Name!));
            has = feature.Asked(cpu) switch
            {
                CpuFeaturePolicy.Force or CpuFeaturePolicy.Require => has | one,
                CpuFeaturePolicy.Disable or CpuFeaturePolicy.Forbid => has - one,
                _ => has,
            };
        }

        return has;
    }

    private static CpuSignatureNumbers? SignatureOf(X86Model model) =>
        model.Signatures is [var first, ..] ? new(first.Family, first.Model, first.FirstStepping) : null;

    // A guest that goes by the host has the host's model and features; what its own document says of a feature comes before that.
    private static CpuConfig AsHost(CpuConfig guest, CpuConfig host)
    {
        var cpu = HostModel.In(guest, host);
        return cpu with
        {
            Vendor = guest.Mode == CpuMode.HostModel ? cpu.Vendor : guest.Vendor,
            Features = guest.Features.Aggregate(cpu.Features, (features, feature) => features.Set(feature.Name!, feature.Asked(guest))),
        };
    }

    // Whether QEMU gives the guest what the model has lost depends on QEMU's version, so it is told.
    private static CpuConfig WithLost(CpuConfig cpu)
    {
        var lost = X86Table.Model(cpu.Model?.Name).Lost.Features().Where(feature => !cpu.Features.Any(listed => listed.Name == feature.Name));
        return cpu with { Features = [.. cpu.Features, .. lost.Select(feature => new CpuFeature { Name = feature.Name, Policy = CpuFeaturePolicy.Disable })] };
    }
}
