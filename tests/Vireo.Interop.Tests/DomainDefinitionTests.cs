using Vireo.Config.Tests;

namespace Vireo.Interop.Tests;

/// <summary>A domain that is defined with vireod is the one that libvirtd defines, letter by letter, or is refused for the same reason.</summary>
public sealed class DomainDefinitionTests(DaemonPair daemons)
{
    private const string Section = "Domain definitions";
    private const int RandomDocuments = 600;

    [Fact]
    public async Task Domains_of_the_corpus_become_what_libvirtd_makes_of_them()
    {
        Corpus.Require();
        var outcome = await CompareAsync(RandomDomains.Corpus());
        var told = CompatibilityPage.Of(Section).ToHashSet(StringComparer.Ordinal);
        string.Join('\n', outcome.Different.Where(d => !told.Contains(d.Key)).Select(d => $"{d.Key}: {d.Value}")).ShouldBeEmpty();
        told.Where(name => !outcome.Different.ContainsKey(name)).ShouldBeEmpty("docs/compatibility.md tells of documents that agree");
        outcome.ShareOfAccepted.ShouldBeGreaterThan(0.98);
    }

    [Fact]
    public async Task Random_domains_become_what_libvirtd_makes_of_them()
    {
        Corpus.Require();
        var fed = RandomDomains.Seeds(RandomDocuments).ToDictionary(seed => $"seed {seed}", seed => RandomDomains.Of(seed).ToXml(), StringComparer.Ordinal);
        var outcome = await CompareAsync(fed);
        outcome.ShareOfAccepted.ShouldBeGreaterThan(0.98);
        outcome.Accepted.ShouldBeGreaterThan(RandomDocuments / 3);
    }

    private async Task<DefinitionOutcome> CompareAsync(Dictionary<string, string> fed)
    {
        var answers = await Task.WhenAll(((DaemonKind[])[DaemonKind.Libvirtd, DaemonKind.Vireod]).Select(async kind => await DomainDefinition.AskAsync(await daemons.GetAsync(kind), fed)));
        var outcome = new DefinitionOutcome(fed, answers[0], answers[1]);
        outcome.Tell();
        return outcome;
    }
}
