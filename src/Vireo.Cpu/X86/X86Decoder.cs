using Vireo.Config;

namespace Vireo.Cpu.X86;

/// <summary>Finds the model that describes a CPU best, and what must be said beside it.</summary>
internal static class X86Decoder
{
    // Intel's errata: on these the TSX instructions are there and must not be used.
    private static readonly X86Signature[] s_brokenTsx = [new(6, 60, 0, 15), new(6, 63, 0, 3), new(6, 69, 0, 15), new(6, 70, 0, 15)];
    private static readonly FeatureSet s_tsx = X86Table.Known(["hle", "rtm"]);

    /// <summary>Model, vendor and features of a CPU.</summary>
    /// <param name="data">The CPU.</param>
    /// <param name="host">It is described as a host's: only models that it has whole are taken. Else features may be taken away from a model.</param>
    /// <param name="models">What the hypervisor can run; null for all models.</param>
    /// <param name="preferred">The model to take if it can be taken at all.</param>
    /// <param name="migratable">Leave features out that keep a guest from being migrated.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: no model fits.</exception>
    public static CpuConfig Decode(X86CpuData data, bool host, IReadOnlyList<HypervisorCpuModel>? models = null, string? preferred = null, bool migratable = false)
    {
        if (data is { Vendor: "Intel", Signature: { } cpu } && s_brokenTsx.Any(broken => broken.Fits(cpu)))
        {
            data = data with { Features = data.Features - s_tsx };
        }

        Candidate? best = null;
        foreach (var model in X86Table.Models.Reverse())
        {
            HypervisorCpuModel? known = null;
            if ((models is not null && (known = models.FirstOrDefault(one => one.Name == model.Name)) is null)
                || (model.Vendor is not null && data.Vendor is not null && model.Vendor != data.Vendor)
                || !(host ? model.ForHosts : model.ForGuests))
            {
                continue;
            }

            var candidate = Describe(data, model, known, host);
            if (host && !candidate.Without.IsEmpty)
            {
                continue;
            }

            if (model.Name == preferred)
            {
                best = candidate;
                break;
            }

            if (best is null || IsBetter(candidate, best, data.Signature))
            {
                best = candidate;
            }
        }

        return best is null
            ? throw VireoException.Internal(ErrorDomain.Cpu, "Cannot find suitable CPU model for given data")
            : Document(best, data, host, migratable);
    }

    private static Candidate Describe(X86CpuData data, X86Model model, HypervisorCpuModel? known, bool host)
    {
        var with = data.Features - model.Features;
        // What keeps the hypervisor from running its own version of the model has to be switched off, unless it is asked for.
        var blocked = X86Table.Known(known?.Blockers ?? []) - with;
        return new(model, with, (model.Features - data.Features) | blocked, host ? default : model.Lost - data.Features - blocked);
    }

    // A CPU of the same family and model comes first, then what costs least, then what has least of it for features taken away.
    private static bool IsBetter(Candidate candidate, Candidate best, CpuSignatureNumbers? cpu)
    {
        if (cpu is { } signature && candidate.Model.Fits(signature) != best.Model.Fits(signature))
        {
            return candidate.Model.Fits(signature);
        }

        return candidate.Cost != best.Cost ? candidate.Cost < best.Cost : candidate.Penalty < best.Penalty;
    }

    private static CpuConfig Document(Candidate best, X86CpuData data, bool host, bool migratable)
    {
        var features = Features(best.With, host ? null : CpuFeaturePolicy.Require)
            .Concat(Features(best.Without, CpuFeaturePolicy.Disable))
            .Concat(Features(best.Lost, CpuFeaturePolicy.Disable));
        return new CpuConfig
        {
            Model = new CpuModel { Name = best.Model.Name },
            Vendor = data.Vendor,
            Signature = host && data.Signature is { } cpu ? new() { Family = cpu.Family, Model = cpu.Model, Stepping = cpu.Stepping } : null,
            Features = [.. features.Where(feature => !migratable || X86Table.Feature(feature.Name!).Migratable)],
        };
    }

    private static IEnumerable<CpuFeature> Features(FeatureSet set, CpuFeaturePolicy? policy) => set.Features().Select(feature => new CpuFeature { Name = feature.Name, Policy = policy });

    /// <summary>A model, what the CPU has beside it, what it lacks of it, and what it lacks of that which the model once had.</summary>
    private sealed record Candidate(X86Model Model, FeatureSet With, FeatureSet Without, FeatureSet Lost)
    {
        /// <summary>One for each feature that is said beside the model, and the penalty.</summary>
        public int Cost => With.Count + Without.Count + Lost.Count + Penalty;

        /// <summary>Features that are missing do guests more harm than features too many, and each two of them more than the two before.</summary>
        public int Penalty
        {
            get
            {
                var pairs = (Without.Count + Lost.Count + 1) / 2;
                return pairs * (pairs + 1) / 2;
            }
        }
    }
}
