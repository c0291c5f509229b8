using System.Xml.Linq;

namespace Vireo.Config.Tests.Grammar;

/// <summary>Every element, attribute and listed value of libvirt's own grammars is one that our declarations know.</summary>
public sealed class GrammarTests
{
    // The grammar allows these, libvirt's parser does not.
    private static readonly string[] s_refused =
    [
        "Missing required attribute 'managed' in element 'reservations'",
        "Invalid value for attribute 'port' in element 'target': 'text'",
        "unknown driver format value 'luks'",
        "Invalid value for attribute 'id' in element 'audio': '0x1'",
        "Missing required attribute 'state' in element 'stimer'",
        "Exactly one 'cell' element per guest NUMA cell allowed",
        "Missing source host attribute for char device",
        "Missing source service attribute for char device",
        "msi option is only supported with a server",
        "Invalid value for attribute 'aw_bits' in element 'driver': '0x1'",
        "Cannot parse USB device version 1a1",
        "Invalid value for attribute 'mode' in element 'source': 'text'",
        "Invalid value 'text' for element or attribute './creationTime[1]'",
    ];

    [Fact]
    public void Domains() => Known("domain.rng", DomainConfig.ParseValidated, d => d.ToXml());

    [Fact]
    public void Snapshots() => Known("domainsnapshot.rng", DomainSnapshotConfig.ParseValidated, d => d.ToXml());

    [Fact]
    public void Checkpoints() => Known("domaincheckpoint.rng", DomainCheckpointConfig.ParseValidated, d => d.ToXml());

    [Fact]
    public void Backups() => Known("domainbackup.rng", DomainBackupConfig.ParseValidated, d => d.ToXml());

    [Fact]
    public void Domain_capabilities() => Known("domaincaps.rng", DomainCapabilitiesConfig.ParseValidated, d => d.ToXml());

    [Fact]
    public void Host_capabilities() => Known("capability.rng", CapabilitiesConfig.ParseValidated, d => d.ToXml());

    [Fact]
    public void Cpus() => Known("cpu.rng", CpuConfig.ParseValidated, d => d.ToXml());

    private static void Known<T>(string file, Func<string, T> parse, Func<T, string> format)
    {
        Assert.SkipUnless(Directory.Exists(Grammar.Folder), $"libvirt's grammars are not here ({Grammar.Folder})");
        var wrong = new Dictionary<string, string>(StringComparer.Ordinal);
        var count = 0;
        foreach (var document in new GrammarDocuments(Grammar.Load(file)).All().Select(d => d.ToString(SaveOptions.DisableFormatting)))
        {
            count++;
            try
            {
                var read = parse(document);
                var written = format(read);
                if (XmlParts.Missing(document, written) is { } missing)
                {
                    wrong.TryAdd($"lost {missing}", document);
                }
                else if (!Equals(parse(written), read))
                {
                    wrong.TryAdd($"differs after a round trip: {written}", document);
                }
            }
            catch (VireoException e)
            {
                wrong.TryAdd(e.Message, document);
            }
        }

        count.ShouldBeGreaterThan(5);
        string.Join('\n', wrong.Where(w => !s_refused.Any(r => w.Key.Contains(r, StringComparison.Ordinal))).Select(w => $"{w.Key}\n    {w.Value}")).ShouldBeEmpty();
    }
}
