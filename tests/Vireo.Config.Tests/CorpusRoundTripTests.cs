using System.Text;

namespace Vireo.Config.Tests;

/// <summary>Every document of the corpus, read, written, read again: nothing is lost, nothing is unknown, and the second writing equals the first.</summary>
public sealed class CorpusRoundTripTests
{
    // Documents whose point is that the parser refuses them.
    private static readonly HashSet<string> s_refused = new(StringComparer.Ordinal) { "qemuxml2argvdata/vhost_queues-invalid.xml" };

    [Fact]
    public void Domains() => RoundTrip("domain", DomainConfig.Parse, DomainConfig.ParseValidated, d => d.ToXml(), 500);

    [Fact]
    public void Snapshots() => RoundTrip("domainsnapshot", DomainSnapshotConfig.Parse, DomainSnapshotConfig.ParseValidated, d => d.ToXml(), 10);

    [Fact]
    public void Host_capabilities() => RoundTrip("capabilities", CapabilitiesConfig.Parse, CapabilitiesConfig.ParseValidated, d => d.ToXml(), 5);

    [Fact]
    public void Domain_capabilities() =>
        RoundTrip("domainCapabilities", DomainCapabilitiesConfig.Parse, DomainCapabilitiesConfig.ParseValidated, d => d.ToXml(), 5);

    [Fact]
    public void Cpus() => RoundTrip("cpu", CpuConfig.Parse, CpuConfig.ParseValidated, d => d.ToXml(), 50);

    [Fact]
    public void Disks() => RoundTrip("disk", DiskConfig.Parse, DiskConfig.ParseValidated, d => d.ToXml(), 3);

    private static void RoundTrip<T>(string root, Func<string, T> parse, Func<string, T> parseValidated, Func<T, string> format, int least)
    {
        Corpus.Require();
        var wrong = new StringBuilder();
        var count = 0;
        foreach (var (name, xml) in Corpus.Documents(root))
        {
            count++;
            try
            {
                var first = parse(xml);
                var written = format(first);
                var second = parseValidated(written);
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

        count.ShouldBeGreaterThan(least);
        wrong.ToString().ShouldBeEmpty();
    }
}
