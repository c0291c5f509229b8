using System.Text;
using System.Text.Json;

namespace Vireo.Config.Tests;

/// <summary>The corpus's pairs of a document and what libvirt makes of it: our definition of the one is the other.</summary>
public sealed class CorpusDefinitionTests
{
    private const string Section = "Published outputs";

    [Fact]
    public void Networks_become_what_is_expected() => Compare("networkxml2xml", "network", xml => NetworkConfig.ParseDefinition(xml).ToXml());

    [Fact]
    public void Pools_become_what_is_expected() => Compare("storagepoolxml2xml", "pool", xml => StoragePoolConfig.ParseDefinition(xml).ToXml());

    [Fact]
    public void Volumes_become_what_is_expected() => Compare("storagevolxml2xml", "volume", xml =>
        StorageVolumeConfig.ParseDefinition(xml, PoolOf(xml)).ToXml());

    [Fact]
    public void Secrets_become_what_is_expected() => Compare("secretxml2xml", "secret", xml => SecretConfig.ParseDefinition(xml).ToXml());

    [Fact]
    public void Filters_become_what_is_expected() => Compare("nwfilterxml2xml", "filter", xml => FilterConfig.ParseDefinition(xml).ToXml());

    // Where there is no expected document the given one is it.
    private static void Compare(string folder, string root, Func<string, string> define)
    {
        Corpus.Require();
        var wrong = new StringBuilder();
        var compared = 0;
        var refused = Refused(folder + "test");
        foreach (var (name, xml) in Corpus.Documents(folder + "in", root))
        {
            var expected = Path.Combine(Corpus.Root, folder + "out", Path.GetFileName(name));
            if (root == "volume" && !File.Exists(expected))
            {
                continue; // such a one is for other tests
            }

            string? difference;
            try
            {
                var defined = define(xml);
                difference = refused.Contains(Path.GetFileNameWithoutExtension(name)) ? "is not refused"
                    : DocumentDifference.Find(defined, File.Exists(expected) ? File.ReadAllText(expected) : xml);
            }
            catch (VireoException) when (refused.Contains(Path.GetFileNameWithoutExtension(name)))
            {
                difference = null;
            }
            catch (VireoException e)
            {
                difference = $"{e.Code}: {e.Message}";
            }

            compared++;
            if (difference is not null != KnownDocumentDifferences.Tells(Section, name))
            {
                wrong.AppendLine($"{name}: {difference ?? "agrees, though docs/compatibility.md says it does not"}");
            }
        }

        wrong.ToString().ShouldBeEmpty();
        compared.ShouldBeGreaterThan(0);
    }

    // The documents whose point is that they are refused.
    private static HashSet<string> Refused(string test)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(Corpus.Root, "manifest.json")));
        return manifest.RootElement.GetProperty(test).EnumerateArray()
            .Where(row => row[0].GetString() == "DO_TEST_PARSE_ERROR"
                || (test == "nwfilterxml2xmltest" && row[2].GetProperty("id").GetString() == "true"))
            .Select(row => row[1].GetString()!).ToHashSet(StringComparer.Ordinal);
    }

    private static StoragePoolType PoolOf(string volume) =>
        volume.Contains("/dev/HostVG", StringComparison.Ordinal) ? StoragePoolType.Logical
        : volume.Contains("sheepdog:", StringComparison.Ordinal) ? StoragePoolType.Sheepdog : StoragePoolType.Dir;
}
