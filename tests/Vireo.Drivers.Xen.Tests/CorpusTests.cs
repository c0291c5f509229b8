using System.Text.Json;

namespace Vireo.Drivers.Xen.Tests;

/// <summary>libvirt's published files and documents, in the directions that its own tests go. What docs/compatibility.md tells of may differ, and has to.</summary>
public sealed class CorpusTests
{
    private const string Section = "Xen: published outputs";

    private static readonly IReadOnlyList<string> s_rows = CompatibilityPage.Of(Section);

    [Theory]
    [InlineData("xl", 16)]
    [InlineData("xm", 15)]
    public void Every_published_file_is_read_as_libvirt_reads_it(string format, int least) => Compare(format, "DO_TEST_PARSE", least, (file, xml) =>
    {
        var read = format == "xl" ? XenDomain.ParseXl(file, Host(format)) : XenDomain.ParseXm(file, Host(format));
        return LineDifference.Between(DomainConfig.Parse(PublishedCases.Without(xml, s_rows)).ToXml(), DomainConfig.Parse(PublishedCases.Without(read.ToXml(), s_rows)).ToXml());
    });

    [Theory]
    [InlineData("xl", 13)]
    [InlineData("xm", 14)]
    public void Every_published_document_is_written_as_libvirt_writes_it(string format, int least) => Compare(format, "DO_TEST_FORMAT", least, (file, xml) =>
    {
        var domain = DomainConfig.ParseDefinition(xml);
        var written = format == "xl" ? XenDomain.FormatXl(domain, Host(format)) : XenDomain.FormatXm(domain, Host(format));
        var expected = s_rows.Contains("device_model") ? file.Replace("\ndevice_model = ", "\ndevice_model_override = ", StringComparison.Ordinal) : file;
        // The order counts, too.
        return expected == written ? [] : [.. LineDifference.Between(expected, written), "in this order:", written];
    });

    [Theory]
    [InlineData("xl")]
    [InlineData("xm")]
    public void What_is_read_from_a_published_file_is_written_and_read_again_the_same(string format) => Compare(format, "DO_TEST_PARSE", 15, (file, _) =>
    {
        var first = format == "xl" ? XenDomain.ParseXl(file, Host(format)) : XenDomain.ParseXm(file, Host(format));
        var again = format == "xl"
            ? XenDomain.ParseXl(XenDomain.FormatXl(first, Host(format)), Host(format))
            : XenDomain.ParseXm(XenDomain.FormatXm(first, Host(format)), Host(format));
        return first == again ? [] : LineDifference.Between(first.ToXml(), again.ToXml());
    });

    /// <summary>A host as libvirt's own tests have it.</summary>
    private static XenHost Host(string format) =>
        new() { Architecture = format == "xl" ? "x86_64" : "i686", UefiLoader = "/LIBXL_FIRMWARE_DIR/ovmf.bin" };

    /// <summary>Compares all pairs but those of the tests that go the other way alone.</summary>
    private static void Compare(string format, string other, int least, Func<string, string, IReadOnlyList<string>> differ)
    {
        Assert.SkipWhen(Repository.Corpus is null, "the document corpus (../shared/corpus beside the repository) is not here");
        var (wrong, count) = (new List<string>(), 0);
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Corpus!, "manifest.json")));
        foreach (var row in manifest.RootElement.GetProperty(format + "configtest").EnumerateArray().Where(row => row[0].GetString() != other))
        {
            var name = Path.Combine(Repository.Corpus!, format + "configdata", "test-" + row[1].GetString());
            var differences = differ(File.ReadAllText(name + ".cfg"), File.ReadAllText(name + ".xml"));
            count++;
            if (differences.Count > 0)
                wrong.Add($"{row[1]}:\n{string.Join('\n', differences)}");
        }

        count.ShouldBeGreaterThanOrEqualTo(least);
        wrong.ShouldBeEmpty();
    }
}
