namespace Vireo.Drivers.Lxc.Tests;

/// <summary>libvirt's published configurations and documents. What docs/compatibility.md tells of may differ, and has to.</summary>
public sealed class CorpusTests
{
    private static readonly IReadOnlyList<string> s_rows = [.. CompatibilityPage.Of("LXC: published outputs")];

    [Fact]
    public void Every_published_configuration_becomes_libvirts_document()
    {
        SkipWithoutCorpus();
        PublishedCases.Compare("lxcconf2xmldata", "config", 9, s_rows, (name, config, folder) =>
        {
            // The one without a document has to be refused.
            if (Path.Combine(folder, name + ".xml") is var path && !File.Exists(path))
                return Refusal(config);
            var expected = DomainConfig.Parse(File.ReadAllText(path));
            var actual = LxcDomain.FromNative(config, TestHost.Published) with { Uuid = expected.Uuid };
            return expected == actual ? null : PublishedCases.Lines(expected.ToXml(), actual.ToXml());
        }).ShouldBeEmpty();
    }

    [Fact]
    public void Every_published_document_is_complete()
    {
        SkipWithoutCorpus();
        PublishedCases.Compare("lxcxml2xmldata", "xml", 7, s_rows, (_, xml, _) =>
        {
            var expected = DomainConfig.Parse(PublishedCases.Without(xml, s_rows));
            var actual = DomainConfig.Parse(PublishedCases.Without(LxcDomain.Complete(DomainConfig.Parse(xml), TestHost.Published).ToXml(), s_rows));
            return expected == actual ? null : PublishedCases.Lines(expected.ToXml(), actual.ToXml());
        }).ShouldBeEmpty();
    }

    private static void SkipWithoutCorpus() => Assert.SkipWhen(Repository.Corpus is null, "the document corpus (../shared/corpus beside the repository) is not here");

    private static string? Refusal(string config)
    {
        try
        {
            LxcDomain.FromNative(config, TestHost.Published);
            return "libvirt refuses it";
        }
        catch (VireoException refused)
        {
            return refused.Code == ErrorCode.ArgumentUnsupported ? null : refused.Message;
        }
    }
}
