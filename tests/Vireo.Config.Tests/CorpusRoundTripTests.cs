using System.Text;

namespace Vireo.Config.Tests;

/// <summary>Every document of the corpus, read, written, read again: nothing is lost, nothing is unknown, and the second writing equals the first.</summary>
public sealed class CorpusRoundTripTests
{
    // Documents whose point is that the parser refuses them, with libvirt's codes.
    private static readonly Dictionary<string, ErrorCode> s_refused = new(StringComparer.Ordinal)
    {
        ["genericxml2xmlindata/chardev-tcp-multiple-source.xml"] = ErrorCode.XmlError,
        ["genericxml2xmlindata/chardev-udp-missing-connect-service.xml"] = ErrorCode.InternalError,
        ["genericxml2xmlindata/graphics-listen-back-compat-mismatch.xml"] = ErrorCode.ConfigUnsupported,
        ["qemuxml2argvdata/cpu-numa3.xml"] = ErrorCode.XmlError,
        ["qemuxml2argvdata/machine-loadparm-s390-char-invalid.xml"] = ErrorCode.InternalError,
        ["qemuxml2argvdata/machine-loadparm-s390-len-invalid.xml"] = ErrorCode.InternalError,
        ["qemuxml2argvdata/pci-bridge-negative-index-invalid.xml"] = ErrorCode.XmlError,
        ["qemuxml2argvdata/shmem-msi-only.xml"] = ErrorCode.XmlError,
        ["qemuxml2argvdata/tpm-no-backend-invalid.xml"] = ErrorCode.XmlError,
        ["qemuxml2argvdata/usb-too-long-port-path-invalid.xml"] = ErrorCode.InternalError,
        ["qemuxml2argvdata/vhost_queues-invalid.xml"] = ErrorCode.XmlError,
    };

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
                if (s_refused.TryGetValue(name, out var code))
                {
                    Should.Throw<VireoException>(() => parse(xml), name).Code.ShouldBe(code, name);
                    continue;
                }

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
            catch (VireoException e)
            {
                wrong.AppendLine($"{name}: {e.Message}");
            }
        }

        count.ShouldBeGreaterThan(least);
        wrong.ToString().ShouldBeEmpty();
    }
}
