using System.Text.RegularExpressions;
using Vireo.Config.Tests;

namespace Vireo.Interop.Tests;

/// <summary>Domains of machines that are not PCs: with vireod they are what they are with libvirtd, down to QEMU's arguments.</summary>
public sealed partial class OtherMachineTests(OtherMachineDaemons daemons) : IClassFixture<OtherMachineDaemons>
{
    private const int RandomDocuments = 400;

    [Fact]
    public async Task Their_devices_become_what_libvirtd_makes_of_them()
    {
        var outcome = await DefineAsync(OtherMachines.Documents);
        outcome.Different.ShouldBeEmpty();
    }

    [Fact]
    public async Task Their_devices_become_the_same_command_lines() =>
        (await CommandLineOutcome.CompareAsync(daemons.Libvirtd, daemons.Vireod, OtherMachines.Documents)).ShouldBeAsTold("Command lines of other machines: otherwise than libvirtd");

    [Fact]
    public async Task Domains_of_the_corpus_become_what_libvirtd_makes_of_them()
    {
        Corpus.Require();
        var outcome = await DefineAsync(OfCorpus());
        var told = CompatibilityPage.Of("Domain definitions of other machines").ToHashSet(StringComparer.Ordinal);
        string.Join('\n', outcome.Different.Where(d => !told.Contains(d.Key)).Select(d => $"{d.Key}: {d.Value}")).ShouldBeEmpty();
        told.Where(name => !outcome.Different.ContainsKey(name)).ShouldBeEmpty("docs/compatibility.md tells of documents that agree");
    }

    [Fact]
    public async Task Random_domains_become_what_libvirtd_makes_of_them()
    {
        Corpus.Require();
        var seeds = OtherMachines.Documents.Values.ToList();
        var outcome = await DefineAsync(RandomDomains.Seeds(RandomDocuments).ToDictionary(seed => $"seed {seed}", seed => RandomDomains.Changed(seeds, seed).ToXml(), StringComparer.Ordinal));
        outcome.ShareOfAccepted.ShouldBeGreaterThan(0.95);
        outcome.Accepted.ShouldBeGreaterThan(RandomDocuments / 6);
    }

    [Fact]
    public async Task Domains_of_the_corpus_become_the_same_command_lines()
    {
        Corpus.Require();

        // A domain that has no UUID is given another by each.
        var fed = OfCorpus().Where(d => d.Value.Contains("<uuid>", StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);
        (await CommandLineOutcome.CompareAsync(daemons.Libvirtd, daemons.Vireod, fed)).ShouldBeAsTold("Command lines of other machines in the corpus: otherwise than libvirtd");
    }

    [Theory]
    [InlineData("aarch64", "virt")]
    [InlineData("aarch64", "vexpress-a9")]
    [InlineData("armv6l", null)]
    [InlineData("armv7l", "virt")]
    [InlineData("ppc64", "pseries")]
    [InlineData("ppc64", "powernv")]
    [InlineData("ppc64le", null)]
    [InlineData("s390x", null)]
    [InlineData("riscv64", "virt")]
    [InlineData("riscv32", null)]
    public async Task Domains_may_ask_for_the_same(string architecture, string? machine)
    {
        string[] arguments = ["domcapabilities", "--arch", architecture, .. machine is null ? (string[])[] : ["--machine", machine]];
        Comparable(await Client.MustAsync(daemons.Vireod, arguments)).ShouldBe(Comparable(await Client.MustAsync(daemons.Libvirtd, arguments)));
    }

    [Fact]
    public async Task Guests_of_the_host_are_the_same()
    {
        var (theirs, ours) = (await Client.MustAsync(daemons.Libvirtd, "capabilities"), await Client.MustAsync(daemons.Vireod, "capabilities"));
        DomainDefinition.Closed(Guests().Match(ours).Value).ShouldBe(DomainDefinition.Closed(Guests().Match(theirs).Value));
    }

    // libvirtd tells of firmware of PCs where it knows none of the machine's, and of external TPMs, which are refused here.
    private static string Comparable(string text) => DomainDefinition.Closed(OnlyTheirs().Replace(text, ""));

    [GeneratedRegex("<guest>.*</guest>", RegexOptions.Singleline)]
    private static partial Regex Guests();

    [GeneratedRegex("\\s*(<value>(/usr/share/OVMF/[^<]*|external)</value>|<enum name='backendVersion'>.*?</enum>|<s390-pv supported='no'/>)", RegexOptions.Singleline)]
    private static partial Regex OnlyTheirs();

    private Dictionary<string, string> OfCorpus() => RandomDomains.Corpus().Where(d => MachineImages.IsOther(d.Value)).ToDictionary(d => d.Key, d => daemons.Images.OfThisHost(d.Value), StringComparer.Ordinal);

    private async Task<DefinitionOutcome> DefineAsync(Dictionary<string, string> fed)
    {
        var outcome = new DefinitionOutcome(fed, await DomainDefinition.AskAsync(daemons.Libvirtd, fed), await DomainDefinition.AskAsync(daemons.Vireod, fed));
        outcome.Tell();
        return outcome;
    }
}
