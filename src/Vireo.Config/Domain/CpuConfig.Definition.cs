using System.Collections.Frozen;

namespace Vireo.Config;

/// <summary>Whose CPU a document describes.</summary>
public enum CpuKind
{
    /// <summary>A host's: what it has.</summary>
    Host,

    /// <summary>A guest's: what is asked for.</summary>
    Guest,

    /// <summary>A host's when it tells the architecture, else a guest's.</summary>
    Either,
}

/// <content>Documents that stand alone, as the functions that compare CPUs take them.</content>
public sealed partial record CpuConfig
{
    private const int HighestCacheLevel = 3;

    private static readonly FrozenSet<string> s_architectures = (
        "alpha armv6l armv7l armv7b aarch64 cris i686 ia64 lm32 loongarch64 m68k microblaze microblazeel mips mipsel mips64 mips64el openrisc parisc parisc64 ppc ppc64 ppc64le ppcemb "
        + "riscv32 riscv64 s390 s390x sh4 sh4eb sparc sparc64 unicore32 x86_64 xtensa xtensaeb").Split(' ').ToFrozenSet();

    /// <summary>Whether libvirt knows an architecture of that name.</summary>
    public static bool IsArchitecture(string name) => s_architectures.Contains(name);

    /// <summary>Reads the document of a CPU, insists on what libvirt insists on, and leaves out what is not of its kind. A host's has an <see cref="Arch"/>, a guest's has none.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_DETAIL, VIR_ERR_XML_ERROR, VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static CpuConfig ParseDefinition(string xml, CpuKind kind) => Parse(xml).ToDefinition(kind);

    /// <summary>As <see cref="ParseDefinition"/>, for a document that has been read.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR, VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public CpuConfig ToDefinition(CpuKind kind)
    {
        if (kind == CpuKind.Either && Arch is not null && Match is not null)
        {
            throw VireoException.InvalidXml(ErrorDomain.Cpu, "'arch' element cannot be used inside 'cpu' element with 'match' attribute'");
        }

        if (Migratable is not null && Mode is not (CpuMode.HostPassthrough or CpuMode.Maximum))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Cpu, "Attribute migratable is only allowed for 'host-passthrough' / 'maximum' CPU mode");
        }

        var host = kind == CpuKind.Host || (kind == CpuKind.Either && Arch is not null);
        var cpu = host ? AsHost() : AsGuest();
        if (cpu.Vendor is not null && cpu.Model?.Name is null)
        {
            throw VireoException.InvalidXml(ErrorDomain.Cpu, "CPU vendor specified without CPU model");
        }

        cpu.CheckParts();
        cpu.CheckFeatures();
        return cpu with { Topology = Topology is null ? null : Topology with { Dies = Topology.Dies ?? 1 } };
    }

    private void CheckParts()
    {
        (string Name, uint? Value)[] counts = [("sockets", Topology?.Sockets), ("dies", Topology?.Dies), ("cores", Topology?.Cores), ("threads", Topology?.Threads)];
        if (counts.FirstOrDefault(static count => count.Value == 0).Name is { } zero)
        {
            throw VireoException.InvalidXml(ErrorDomain.Cpu, $"Invalid value for attribute '{zero}' in element 'topology': Zero is not permitted");
        }

        if (Cache?.Level is < 1 or > HighestCacheLevel)
        {
            throw VireoException.InvalidXml(ErrorDomain.Cpu, "invalid CPU cache level, must be in range [1,3]");
        }
    }

    private void CheckFeatures()
    {
        if (Features.Count > 0 && Model?.Name is null && Mode is null or CpuMode.Custom)
        {
            throw VireoException.InvalidXml(ErrorDomain.Cpu, "Non-empty feature list specified without CPU model");
        }

        var seen = new HashSet<string>();
        foreach (var feature in Features)
        {
            if (string.IsNullOrEmpty(feature.Name))
            {
                throw VireoException.InvalidXml(ErrorDomain.Cpu, "Invalid CPU feature name");
            }

            if (!seen.Add(feature.Name))
            {
                throw VireoException.InvalidXml(ErrorDomain.Cpu, $"CPU feature '{feature.Name}' specified more than once");
            }
        }
    }

    private CpuConfig AsHost()
    {
        if (Mode is not null)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Cpu, "Attribute mode is only allowed for guest CPU");
        }

        if (string.IsNullOrEmpty(Arch))
        {
            throw VireoException.InvalidXml(ErrorDomain.Cpu, "Missing CPU architecture");
        }

        if (Model?.Name is not { } model)
        {
            throw VireoException.InvalidXml(ErrorDomain.Cpu, "Missing CPU model name");
        }

        if (!s_architectures.Contains(Arch))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Cpu, $"Unknown architecture {Arch}");
        }

        return this with
        {
            Match = null,
            Check = null,
            Migratable = null,
            Model = new() { Name = model },
            Features = Features.Map(static feature => feature with { Policy = null }),
        };
    }

    private CpuConfig AsGuest()
    {
        var mode = Mode ?? CpuMode.Custom;
        return this with
        {
            Mode = mode,
            Match = mode == CpuMode.Custom && Model?.Name is not null ? Match ?? CpuMatch.Exact : Match,
            Arch = null,
            HostFeatures = null,
            Model = Model is null ? null : Model with { Fallback = Model.Fallback ?? CpuFallback.Allow },
            Microcode = null,
            Signature = null,
            Counter = null,
            Pages = [],
            Features = Features.Map(static feature => feature with { Policy = feature.Policy ?? CpuFeaturePolicy.Require }),
        };
    }
}
