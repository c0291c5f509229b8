using Vireo.Config.Tests;

namespace Vireo.Interop.Tests;

/// <summary>Domains of machines that are not PCs: with vireod they are what they are with libvirtd, down to QEMU's arguments.</summary>
public sealed class OtherMachineTests(OtherMachineDaemons daemons) : IClassFixture<OtherMachineDaemons>
{
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
    public async Task Domains_of_the_corpus_become_the_same_command_lines()
    {
        Corpus.Require();

        // A domain that has no UUID is given another by each.
        var fed = OfCorpus().Where(d => d.Value.Contains("<uuid>", StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);
        (await CommandLineOutcome.CompareAsync(daemons.Libvirtd, daemons.Vireod, fed)).ShouldBeAsTold("Command lines of other machines in the corpus: otherwise than libvirtd");
    }

    private Dictionary<string, string> OfCorpus() => RandomDomains.Corpus().Where(d => MachineImages.IsOther(d.Value)).ToDictionary(d => d.Key, d => daemons.Images.OfThisHost(d.Value), StringComparer.Ordinal);

    private async Task<DefinitionOutcome> DefineAsync(Dictionary<string, string> fed)
    {
        var outcome = new DefinitionOutcome(fed, await DomainDefinition.AskAsync(daemons.Libvirtd, fed), await DomainDefinition.AskAsync(daemons.Vireod, fed));
        outcome.Tell();
        return outcome;
    }
}
