using System.Text;

namespace Vireo.Config.Tests;

/// <summary>Documents of the corpus, read, written, read again: nothing is lost, and the second writing equals the first.</summary>
public sealed class CorpusRoundTripTests
{
    // Documents whose point is that the parser refuses them.
    private static readonly HashSet<string> s_refused = new(StringComparer.Ordinal) { "qemuxml2argvdata/vhost_queues-invalid.xml" };

    [Theory]
    [InlineData("genericxml2xmlindata")]
    [InlineData("qemuxml2argvdata")]
    [InlineData("qemuxml2xmloutdata")]
    public void Domains_round_trip(string folder) => RoundTrip(folder, "domain", DomainConfig.Parse, d => d.ToXml());

    [Theory]
    [InlineData("domainsnapshotxml2xmlin")]
    [InlineData("domainsnapshotxml2xmlout")]
    public void Snapshots_round_trip(string folder) => RoundTrip(folder, "domainsnapshot", DomainSnapshotConfig.Parse, d => d.ToXml());

    [Fact]
    public void Host_capabilities_round_trip() => RoundTrip("capabilityschemadata", "capabilities", CapabilitiesConfig.Parse, d => d.ToXml());

    [Fact]
    public void Domain_capabilities_round_trip() => RoundTrip("domaincapsschemadata", "domainCapabilities", DomainCapabilitiesConfig.Parse, d => d.ToXml());

    private static void RoundTrip<T>(string folder, string root, Func<string, T> parse, Func<T, string> format)
    {
        Corpus.Require();
        var wrong = new StringBuilder();
        foreach (var (name, xml) in Corpus.Documents(folder, root))
        {
            try
            {
                var first = parse(xml);
                var written = format(first);
                var second = parse(written);
                if (!Equals(first, second))
                {
                    wrong.AppendLine($"{name}: differs after a round trip");
                }

                if (format(second) != written)
                {
                    wrong.AppendLine($"{name}: written differently the second time");
                }

                if (XmlParts.Missing(xml, written) is { } missing)
                {
                    wrong.AppendLine($"{name}: lost {missing}");
                }
            }
            catch (VireoException e) when (s_refused.Contains(name))
            {
                e.Code.ShouldBeOneOf(ErrorCode.XmlError, ErrorCode.XmlDetail);
            }
            catch (VireoException e)
            {
                wrong.AppendLine($"{name}: {e.Message}");
            }
        }

        wrong.ToString().ShouldBeEmpty();
    }
}
