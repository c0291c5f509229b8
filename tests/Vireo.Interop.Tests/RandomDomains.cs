using System.Globalization;
using System.Text.RegularExpressions;
using Vireo.Config;
using Vireo.Config.Tests.Generated;

namespace Vireo.Interop.Tests;

/// <summary>Domains near those of the corpus, and near a small one, changed in a few places. The same for the same seed.</summary>
internal static partial class RandomDomains
{
    private const string Small = """
        <domain type='qemu'><name>small</name><uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid><memory unit='MiB'>64</memory><vcpu>4</vcpu>
        <os><type arch='x86_64' machine='{0}'>hvm</type></os></domain>
        """;

    /// <summary>The words of libvirt's grammars. What libvirt 9.0 does not know at all it cannot be compared in.</summary>
    public static IReadOnlySet<string> Vocabulary { get; } =
        new HashSet<string>(Directory.EnumerateFiles("/usr/share/libvirt/schemas", "*.rng").SelectMany(file => Word().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value + match.Groups[2].Value)));

    private static readonly string[] s_folders =
        ["genericxml2xmlindata", "genericxml2xmloutdata", "domainschemadata", "qemuargv2xmldata", "qemuhotplugtestdomains", "qemumemlockdata", "qemuxml2argvdata", "qemuxml2xmloutdata"];

    private static readonly Lazy<List<DomainConfig>> s_known = new(() =>
        [.. Corpus().Values.Select(Parsed).OfType<DomainConfig>().Where(d => d is { Type: DomainType.Qemu or DomainType.Kvm, Os.Type: null or { Arch: null or "x86_64" or "i686" } })]);

    private static readonly Lazy<List<DomainConfig>> s_small = new(() =>
        [.. ((string[])["pc", "q35"]).Select(machine => DomainConfig.Parse(string.Format(CultureInfo.InvariantCulture, Small, machine)))]);

    private static readonly Lazy<RandomChange> s_changes = new(() => new RandomChange(s_known.Value, Vocabulary));

    // Where another series of random documents begins: VIREO_SEED.
    private static readonly int s_first = int.TryParse(Environment.GetEnvironmentVariable("VIREO_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : 1;

    /// <summary>The seeds of a run: as many, or <see cref="LongRun.Factor"/> times as many.</summary>
    public static IEnumerable<int> Seeds(int count) => Enumerable.Range(s_first, count * LongRun.Factor);

    /// <summary>The domain documents of the corpus.</summary>
    public static Dictionary<string, string> Corpus() =>
        s_folders.SelectMany(folder => Config.Tests.Corpus.Documents(folder, "domain")).ToDictionary(d => d.Name, d => DomainDefinition.OfThisHost(d.Xml), StringComparer.Ordinal);

    /// <summary>The domain of a seed.</summary>
    public static DomainConfig Of(int seed)
    {
        var random = new Random(seed);
        var from = random.Next(3) == 0 ? s_small.Value : s_known.Value;
        return Changed(from[random.Next(from.Count)], random);
    }

    /// <summary>One of several domains, changed.</summary>
    public static DomainConfig Changed(IReadOnlyList<string> domains, int seed)
    {
        var random = new Random(seed);
        return Changed(DomainConfig.Parse(domains[random.Next(domains.Count)]), random);
    }

    /// <summary>A domain changed in a few places.</summary>
    public static DomainConfig Changed(DomainConfig domain, Random random)
    {
        for (var left = random.Next(1, 5); left > 0; left--)
            domain = s_changes.Value.Once(domain, random);
        return domain;
    }

    private static DomainConfig? Parsed(string xml)
    {
        try
        {
            return DomainConfig.ParseDefinition(xml);
        }
        catch (VireoException)
        {
            return null;
        }
    }

    [GeneratedRegex("name=\"([^\"]+)\"|<value>([^<]+)</value>")]
    private static partial Regex Word();
}
