using System.Text;

namespace Vireo.Config.Tests;

/// <summary>The corpus's documents that are no domains: they survive reading and writing, and every part of them has a member that stands for it.</summary>
public sealed class CorpusOtherDocumentTests
{
    [Theory]
    [InlineData("networkxml2xmlin")]
    [InlineData("networkxml2xmlout")]
    [InlineData("networkxml2confdata")]
    [InlineData("networkxml2firewalldata")]
    [InlineData("networkxml2xmlupdateout")]
    public void Networks_round_trip(string folder) => RoundTrip(folder, "network", NetworkConfig.Parse, NetworkConfig.ParseValidated, d => d.ToXml());

    [Fact]
    public void Parts_of_networks_round_trip()
    {
        RoundTrip("networkxml2xmlupdatein", "host", DnsHost.Parse, DnsHost.ParseValidated, d => d.ToXml(), name => name.Contains("/dns-", StringComparison.Ordinal));
        RoundTrip("networkxml2xmlupdatein", "host", DhcpHost.Parse, DhcpHost.ParseValidated, d => d.ToXml(), name => !name.Contains("/dns-", StringComparison.Ordinal));
        RoundTrip("networkxml2xmlupdatein", "range", DhcpRange.Parse, DhcpRange.ParseValidated, d => d.ToXml());
        RoundTrip("networkxml2xmlupdatein", "interface", NetworkForwardInterface.Parse, NetworkForwardInterface.ParseValidated, d => d.ToXml());
        RoundTrip("networkxml2xmlupdatein", "txt", DnsText.Parse, DnsText.ParseValidated, d => d.ToXml());
        RoundTrip("networkxml2xmlupdatein", "srv", DnsService.Parse, DnsService.ParseValidated, d => d.ToXml());
    }

    [Theory]
    [InlineData("storagepoolxml2xmlin")]
    [InlineData("storagepoolxml2xmlout")]
    public void Pools_round_trip(string folder) => RoundTrip(folder, "pool", StoragePoolConfig.Parse, StoragePoolConfig.ParseValidated, d => d.ToXml());

    [Theory]
    [InlineData("storagevolxml2xmlin")]
    [InlineData("storagevolxml2xmlout")]
    public void Volumes_round_trip(string folder) => RoundTrip(folder, "volume", StorageVolumeConfig.Parse, StorageVolumeConfig.ParseValidated, d => d.ToXml());

    [Fact]
    public void Cpus_round_trip() => RoundTrip("cputestdata", "cpu", CpuConfig.Parse, CpuConfig.ParseValidated, d => d.ToXml(), name => !name.Contains("-baseline-", StringComparison.Ordinal));

    [Fact]
    public void Secrets_round_trip() => RoundTrip("secretxml2xmlin", "secret", SecretConfig.Parse, SecretConfig.ParseValidated, d => d.ToXml());

    [Fact]
    public void Host_interfaces_round_trip() =>
        RoundTrip("interfaceschemadata", "interface", HostInterfaceConfig.Parse, HostInterfaceConfig.ParseValidated, d => d.ToXml());

    [Fact]
    public void Node_devices_round_trip() => RoundTrip("nodedevschemadata", "device", NodeDeviceConfig.Parse, NodeDeviceConfig.ParseValidated, d => d.ToXml());

    [Theory]
    [InlineData("nwfilterxml2xmlin")]
    [InlineData("nwfilterxml2xmlout")]
    [InlineData("nwfilterxml2firewalldata")]
    public void Filters_round_trip(string folder) => RoundTrip(folder, "filter", FilterConfig.Parse, FilterConfig.ParseValidated, d => d.ToXml());

    private static void RoundTrip<T>(string folder, string root, Func<string, T> parse, Func<string, T> parseValidated, Func<T, string> format, Func<string, bool>? which = null)
    {
        Corpus.Require();
        var wrong = new StringBuilder();
        var read = 0;
        foreach (var (name, xml) in Corpus.Documents(folder, root).Where(d => which is null || which(d.Name)))
        {
            try
            {
                var first = parse(xml);
                var written = format(first);
                var second = parse(written);
                if (!Equals(first, second) || format(second) != written)
                {
                    wrong.AppendLine($"{name}: differs after a round trip");
                }

                if (XmlParts.Missing(xml, written) is { } missing)
                {
                    wrong.AppendLine($"{name}: lost {missing}");
                }

                parseValidated(xml);
                read++;
            }
            catch (VireoException e)
            {
                wrong.AppendLine($"{name}: {e.Message}");
            }
        }

        wrong.ToString().ShouldBeEmpty();
        read.ShouldBeGreaterThan(0);
    }
}
