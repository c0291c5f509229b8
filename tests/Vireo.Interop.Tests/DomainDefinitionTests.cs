using System.Globalization;
using System.Text.RegularExpressions;
using Vireo.Config;
using Vireo.Config.Tests;
using Vireo.Config.Tests.Generated;

namespace Vireo.Interop.Tests;

/// <summary>A domain that is defined with vireod is the one that libvirtd defines, letter by letter, or is refused for the same reason.</summary>
public sealed partial class DomainDefinitionTests(DaemonPair daemons)
{
    private const string Section = "Domain definitions";
    private const int RandomDocuments = 600;

    // Where another series of random documents begins: VIREO_SEED.
    private static readonly int s_seed = int.TryParse(Environment.GetEnvironmentVariable("VIREO_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : 1;

    private static readonly string[] s_folders =
        ["genericxml2xmlindata", "genericxml2xmloutdata", "domainschemadata", "qemuargv2xmldata", "qemuhotplugtestdomains", "qemumemlockdata", "qemuxml2argvdata", "qemuxml2xmloutdata"];

    private const string Small = """
        <domain type='qemu'><name>small</name><uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid><memory unit='MiB'>64</memory><vcpu>4</vcpu>
        <os><type arch='x86_64' machine='{0}'>hvm</type></os></domain>
        """;

    [Fact]
    public async Task Domains_of_the_corpus_become_what_libvirtd_makes_of_them()
    {
        Corpus.Require();
        var outcome = await CompareAsync(Documents());
        var told = CompatibilityPage.Of(Section).ToHashSet(StringComparer.Ordinal);
        string.Join('\n', outcome.Different.Where(d => !told.Contains(d.Key)).Select(d => $"{d.Key}: {d.Value}")).ShouldBeEmpty();
        told.Where(name => !outcome.Different.ContainsKey(name)).ShouldBeEmpty("docs/compatibility.md tells of documents that agree");
        outcome.ShareOfAccepted.ShouldBeGreaterThan(0.98);
    }

    [Fact]
    public async Task Random_domains_become_what_libvirtd_makes_of_them()
    {
        Corpus.Require();
        var fed = RandomDomains(RandomDocuments * LongRun.Factor);
        var outcome = await CompareAsync(fed);
        foreach (var (name, difference) in outcome.Different)
            TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {difference}{(outcome.AcceptedNames.Contains(name) ? "\n" + fed[name] : "")}");
        outcome.ShareOfAccepted.ShouldBeGreaterThan(0.98);
        outcome.Accepted.ShouldBeGreaterThan(RandomDocuments / 3);
    }

    private static Dictionary<string, string> Documents() =>
        s_folders.SelectMany(folder => Corpus.Documents(folder, "domain")).ToDictionary(d => d.Name, d => DomainDefinition.OfThisHost(d.Xml), StringComparer.Ordinal);

    // Each is a small domain or one of the corpus, changed in a few places; its name says by which seed it comes again.
    private static Dictionary<string, string> RandomDomains(int count)
    {
        var known = Documents().Values.Select(Parsed).OfType<DomainConfig>().Where(d => d is { Type: DomainType.Qemu or DomainType.Kvm, Os.Type: null or { Arch: null or "x86_64" or "i686" } }).ToList();
        DomainConfig[] small = [.. ((string[])["pc", "q35"]).Select(machine => DomainConfig.Parse(string.Format(CultureInfo.InvariantCulture, Small, machine)))];
        var changes = new RandomChange(known, Vocabulary());
        return Enumerable.Range(s_seed, count).ToDictionary(
            seed => $"seed {seed}",
            seed =>
            {
                var random = new Random(seed);
                var domain = random.Next(3) == 0 ? small[random.Next(small.Length)] : known[random.Next(known.Count)];
                for (var left = random.Next(1, 5); left > 0; left--)
                    domain = changes.Once(domain, random);
                return domain.ToXml();
            },
            StringComparer.Ordinal);
    }

    // What libvirt 9.0 does not know at all it cannot be compared in.
    private static HashSet<string> Vocabulary() =>
        [.. Directory.EnumerateFiles("/usr/share/libvirt/schemas", "*.rng").SelectMany(file => Word().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value + match.Groups[2].Value))];

    [GeneratedRegex("name=\"([^\"]+)\"|<value>([^<]+)</value>")]
    private static partial Regex Word();

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

    private async Task<Outcome> CompareAsync(Dictionary<string, string> fed)
    {
        var answers = await Task.WhenAll(((DaemonKind[])[DaemonKind.Libvirtd, DaemonKind.Vireod]).Select(async kind => await DomainDefinition.AskAsync(await daemons.GetAsync(kind), fed)));
        var (theirs, ours) = (answers[0], answers[1]);
        ours.Count.ShouldBe(fed.Count, "vireod died of a document");
        var outcome = new Outcome(
            theirs.Where(t => t.Value.Code is null).Select(t => t.Key).ToHashSet(StringComparer.Ordinal),
            fed.Where(d => theirs.ContainsKey(d.Key)).Select(d => (d.Key, What: DomainDefinition.Difference(theirs[d.Key], ours[d.Key], d.Value))).Where(d => d.What is not null).ToDictionary(d => d.Key, d => d.What!, StringComparer.Ordinal));
        var refused = theirs.Count - outcome.Accepted;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"of {outcome.Accepted} documents that libvirtd accepts {outcome.ShareOfAccepted:P1} agree; of {refused} that it refuses {refused - (outcome.Different.Count - outcome.AcceptedDifferent)}");
        return outcome;
    }

    private sealed record Outcome(HashSet<string> AcceptedNames, Dictionary<string, string> Different)
    {
        public int Accepted => AcceptedNames.Count;

        public int AcceptedDifferent => Different.Keys.Count(AcceptedNames.Contains);

        public double ShareOfAccepted => 1 - ((double)AcceptedDifferent / Accepted);
    }
}
