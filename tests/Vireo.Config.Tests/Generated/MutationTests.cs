using System.Text;

namespace Vireo.Config.Tests.Generated;

/// <summary>Documents that have been spoiled are read, or refused with an error of ours; nothing else comes of them.</summary>
public sealed class MutationTests
{
    private const int Count = 10_000;

    private static readonly string[] s_pieces =
    [
        "<", ">", "/>", "</", "&", "&amp;", "&#0;", "&#x1F600;", "]]>", "<![CDATA[", "<!--", "-->", "<?x ?>", "<!DOCTYPE a>", "'", "\"", "=", " ", "\0", "\ud800", "￿",
        "<a/>", "</domain>", " xmlns='u'", " xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'", "q:", "<q:arg/>", " type='pci'", " unit='EiB'",
        "-1", "0x", "18446744073709551616", "99999999999999999999999", "1e9", "yes", "on", "none", "default",
    ];

    [Fact]
    public void Spoiled_documents_are_refused_or_read()
    {
        var sources = Sources().ToArray();
        Parallel.For(0, Count * LongRun.Factor, seed =>
        {
            var random = new Random(seed);
            var (source, reads) = sources[random.Next(sources.Length)];
            var spoiled = Spoil(source, random);
            try
            {
                reads(spoiled);
            }
            catch (VireoException)
            {
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}: {e}\n{spoiled}");
            }
        });
    }

    private static IEnumerable<(string Xml, Action<string> Read)> Sources()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            yield return (new RandomRecord(new Random(seed)).Next<DomainConfig>().ToXml(), Again(DomainConfig.Parse, d => d.ToXml()));
            yield return (new RandomRecord(new Random(seed)).Next<DomainBackupConfig>().ToXml(), Again(DomainBackupConfig.Parse, d => d.ToXml()));
            yield return (new RandomRecord(new Random(seed)).Next<CapabilitiesConfig>().ToXml(), Again(CapabilitiesConfig.Parse, d => d.ToXml()));
            yield return (new RandomRecord(new Random(seed)).Next<DomainCapabilitiesConfig>().ToXml(), Again(DomainCapabilitiesConfig.Parse, d => d.ToXml()));
        }
    }

    // What is read is also written, and what is written can be read again.
    private static Action<string> Again<T>(Func<string, T> parse, Func<T, string> format) => xml =>
    {
        var written = format(parse(xml));
        try
        {
            parse(written);
        }
        catch (VireoException e)
        {
            throw new InvalidOperationException($"what was written cannot be read: {written}", e);
        }
    };

    private static string Spoil(string xml, Random random)
    {
        // A part of a large document, whose element is closed again by chance at most, is as good a start as the whole.
        var text = new StringBuilder(xml);
        for (var left = random.Next(1, 6); left > 0 && text.Length > 0; left--)
        {
            var at = random.Next(text.Length);
            var length = Math.Min(random.Next(1, 40), text.Length - at);
            switch (random.Next(5))
            {
                case 0:
                    text.Remove(at, length);
                    break;
                case 1:
                    text.Insert(random.Next(text.Length), text.ToString(at, length));
                    break;
                case 2:
                    text[at] = (char)random.Next(1, 0x250);
                    break;
                case 3:
                    text.Insert(at, s_pieces[random.Next(s_pieces.Length)]);
                    break;
                default:
                    ReplaceValue(text, at, random);
                    break;
            }
        }

        return text.ToString();
    }

    // A wrong value in an otherwise good document gets past the XML reader, to our own code.
    private static void ReplaceValue(StringBuilder text, int at, Random random)
    {
        var whole = text.ToString();
        var start = whole.IndexOf("='", at, StringComparison.Ordinal);
        var end = start < 0 ? -1 : whole.IndexOf('\'', start + 2);
        if (end > 0)
        {
            text.Remove(start + 2, end - start - 2).Insert(start + 2, s_pieces[random.Next(s_pieces.Length)].Replace("'", "", StringComparison.Ordinal));
        }
    }
}
