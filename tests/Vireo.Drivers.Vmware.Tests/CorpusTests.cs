namespace Vireo.Drivers.Vmware.Tests;

/// <summary>libvirt's published VMX files and documents, both ways. What docs/compatibility.md tells of may differ, and has to.</summary>
public sealed class CorpusTests
{
    // Several VMX files of one document, and the versions of virtual hardware that the published tests ask for.
    private static readonly Dictionary<string, string> s_documents = new(StringComparer.Ordinal)
    {
        ["vmx2xml-serial-pipe-client-app"] = "vmx2xml-serial-pipe",
        ["vmx2xml-serial-pipe-client-vm"] = "vmx2xml-serial-pipe",
        ["vmx2xml-serial-pipe-server-app"] = "vmx2xml-serial-pipe",
    };

    private static readonly Dictionary<string, int> s_hardware = new(StringComparer.Ordinal)
    {
        ["xml2vmx-serial-network-server"] = 7,
        ["xml2vmx-ws-in-the-wild-1"] = 8,
    };

    [Fact]
    public void Every_published_vmx_file_is_read_as_libvirt_reads_it()
    {
        var rows = CompatibilityPage.Of("VMX: published outputs");
        Compare("vmx2xmldata", "vmx", 25, rows, (name, vmx, folder) =>
        {
            var expected = File.ReadAllText(Path.Combine(folder, s_documents.GetValueOrDefault(name, name) + ".xml"));
            var host = name == "vmx2xml-datacenterpath" ? new TestHost("folder1/folder2/datacenter1") : TestHost.Instance;
            var (then, now) = (Without(expected, rows), Without(VmxDomain.Parse(vmx, host).ToXml(), rows));
            return then == now ? null : PublishedCases.Lines(then.ToXml(), now.ToXml());
        });
    }

    [Fact]
    public void Every_published_document_is_written_as_libvirt_writes_it()
    {
        var rows = CompatibilityPage.Of("VMX: published outputs");
        Compare("xml2vmxdata", "xml", 20, rows, (name, xml, folder) =>
        {
            var expected = File.ReadAllText(Path.Combine(folder, name + ".vmx"));
            var written = VmxDomain.Format(DomainConfig.ParseDefinition(xml), TestHost.Instance, s_hardware.GetValueOrDefault(name, 4));
            return PublishedCases.Lines(expected, written);
        });
    }

    [Fact]
    public void What_is_read_from_a_published_vmx_file_is_written_and_read_again_the_same()
    {
        Compare("vmx2xmldata", "vmx", 25, [], (name, vmx, _) =>
        {
            var first = VmxDomain.Parse(vmx, TestHost.Instance);
            var again = VmxDomain.Parse(VmxDomain.Format(first, TestHost.Instance, 8), TestHost.Instance);
            // A file always has a name.
            return first with { Name = first.Name ?? "" } == again ? null : PublishedCases.Lines(first.ToXml(), again.ToXml());
        });
    }

    private static void Compare(string folder, string suffix, int least, IReadOnlyList<string> rows, Func<string, string, string, string?> differ)
    {
        Assert.SkipWhen(Repository.Corpus is null, "the document corpus (../shared/corpus beside the repository) is not here");
        PublishedCases.Compare(folder, suffix, least, rows, differ).ShouldBeEmpty();
    }

    private static DomainConfig Without(string xml, IEnumerable<string> places) => DomainConfig.Parse(PublishedCases.Without(xml, places));
}
