using System.Text.Json;
using System.Text.RegularExpressions;
using Vireo.Config;
using Vireo.Config.Tests;

namespace Vireo.Interop.Tests;

/// <summary>What a real libvirtd makes of documents when they are defined, and what our pure functions make of them, are the same.</summary>
public sealed class DocumentDefinitionTests(DaemonPair daemons)
{
    private const string Section = "Against libvirtd";
    private const string Stricter = "Stricter than libvirtd";

    // One variation in so many is fed; with 1, all of them are.
    private static readonly int s_sampling = int.TryParse(Environment.GetEnvironmentVariable("VIREO_SAMPLING"), out var said) ? said : 7;

    private static readonly Dictionary<string, Func<string, string?, string>> s_kinds = new(StringComparer.Ordinal)
    {
        ["network"] = Network,
        ["pool"] = Pool,
        ["secret"] = Secret,
        ["filter"] = Filter,
        ["filterbinding"] = (xml, _) => FilterBindingConfig.ParseDefinition(xml).ToXml(),
        ["networkport"] = (xml, _) => NetworkPortConfig.ParseDefinition(xml).ToXml(),
    };

    private const string Feed = """
        import json
        def network(x): return c.networkDefineXML(x), libvirt.VIR_NETWORK_XML_INACTIVE
        def pool(x): return c.storagePoolDefineXML(x, 0), libvirt.VIR_STORAGE_XML_INACTIVE
        def secret(x): return c.secretDefineXML(x, 0), 0
        def filter(x): return c.nwfilterDefineXML(x), 0
        def filterbinding(x): return c.nwfilterBindingCreateXML(x, 0), 0
        def networkport(x): return ports.portCreateXML(x, 0), 0
        kinds = {'network': network, 'pool': pool, 'secret': secret, 'filter': filter, 'filterbinding': filterbinding, 'networkport': networkport}
        ports = c.networkDefineXML('<network><name>ports</name><forward mode="bridge"/><bridge name="none"/></network>')
        said = {}
        for name, kind, xml in json.load(open(sys.argv[2])):
            try:
                made, flags = kinds[kind](xml)
                try: said[name] = {'Xml': made.XMLDesc(flags)}
                finally: (getattr(made, 'undefine', None) or made.delete)()
            except libvirt.libvirtError as e:
                # A port of a network that does not run is refused when all else is good.
                taken = kind == 'networkport' and e.get_error_code() == libvirt.VIR_ERR_OPERATION_INVALID
                said[name] = {'Xml': ''} if taken else {'Code': e.get_error_code(), 'Message': e.get_error_message()}
        ports.undefine()
        json.dump(said, open(sys.argv[3], 'w'))
        """;

    [Fact]
    public async Task Documents_of_the_corpus_become_what_libvirtd_makes_of_them()
    {
        Corpus.Require();
        var result = await CompareAsync(Documents().ToList(), KnownDocumentDifferences.Of(Section).ToHashSet(StringComparer.Ordinal));
        result.Wrong.ShouldBeEmpty();
        result.Accepted.ShouldBeGreaterThan(100);
        ((double)result.Agreed / result.Accepted).ShouldBeGreaterThan(0.98);
    }

    [Fact]
    public async Task Variations_of_the_corpus_become_what_libvirtd_makes_of_them()
    {
        Corpus.Require();
        var stricter = KnownDocumentDifferences.Of(Stricter).ToList();
        var fed = Variations().Where((_, i) => i % s_sampling == 0).Where(v => !stricter.Exists(s => v.Name.Contains(s, StringComparison.Ordinal))).ToList();
        var result = await CompareAsync(fed, []);
        TestContext.Current.TestOutputHelper?.WriteLine(result.ToString());
        string.Join('\n', result.Wrong.Where(wrong => !wrong.Contains(Outcome.OtherRefusal, StringComparison.Ordinal))).ShouldBeEmpty();
        ((double)result.SameRefusals / result.Refused).ShouldBeGreaterThan(0.98);
    }

    [Fact]
    public async Task Values_we_are_stricter_with_are_refused_and_no_more()
    {
        Corpus.Require();
        var stricter = KnownDocumentDifferences.Of(Stricter).ToList();
        var fed = Variations().Where(v => stricter.Exists(s => v.Name.Contains(s, StringComparison.Ordinal))).Where((_, i) => i % s_sampling == 0).ToList();
        var result = await CompareAsync(fed, []);
        string.Join('\n', result.Wrong.Where(wrong => !wrong.Contains(Outcome.OtherRefusal, StringComparison.Ordinal) && !wrong.Contains(Outcome.OursAlone, StringComparison.Ordinal)))
            .ShouldBeEmpty();
    }

    [Fact]
    public async Task Documents_of_the_corpus_are_written_letter_by_letter_as_libvirtd_writes_them()
    {
        Corpus.Require();
        var fed = Documents().ToList();
        var said = await AskAsync(fed);

        var wrong = fed.Where(d => said[d.Name].Xml is { Length: > 0 }).Select(d => (d.Name, Line: FirstDifferentLine(Ours(d.Kind, d.Xml, said[d.Name].Xml).Xml!, said[d.Name].Xml!)))
            .Where(d => d.Line is not null).Select(d => $"{d.Name}: {d.Line}");
        string.Join('\n', wrong).ShouldBeEmpty();
    }

    // Where among the root's attributes a namespace is declared is all the same.
    private static string? FirstDifferentLine(string ours, string theirs) => Compare(Regex.Replace(ours, " xmlns:dnsmasq='[^']*'", ""), Regex.Replace(theirs, " xmlns:dnsmasq='[^']*'", ""));

    private static string? Compare(string ours, string theirs) =>
        ours.Split('\n').Zip(theirs.Split('\n')).Where(pair => pair.First != pair.Second).Select(pair => $"'{pair.First}', libvirtd writes '{pair.Second}'").FirstOrDefault()
        ?? (ours.Length == theirs.Length ? null : "one goes on");

    private static IEnumerable<Fed> Documents()
    {
        foreach (var (name, xml) in s_kinds.Keys.SelectMany(WholeDocuments.Of))
            yield return new(name, name["whole/".Length..].Split('-', '.')[0], xml);

        foreach (var (folder, kind) in new[]
        {
            ("networkxml2xmlin", "network"), ("networkxml2xmlout", "network"), ("networkxml2confdata", "network"), ("networkxml2firewalldata", "network"),
            ("networkxml2xmlupdateout", "network"), ("storagepoolxml2xmlin", "pool"), ("storagepoolxml2xmlout", "pool"), ("secretxml2xmlin", "secret"),
            ("nwfilterxml2xmlin", "filter"), ("nwfilterxml2xmlout", "filter"), ("nwfilterxml2firewalldata", "filter"),
        })
        {
            foreach (var (name, xml) in Corpus.Documents(folder, kind))
                yield return new(name, kind, xml);
        }
    }

    private static IEnumerable<Fed> Variations() =>
        Documents().SelectMany(document => DocumentVariations.Of(document.Xml).Select((v, i) => new Fed($"{document.Name} ({i} {v.What})", document.Kind, v.Xml)));

    private async Task<Outcome> CompareAsync(List<Fed> documents, HashSet<string> known)
    {
        var said = await AskAsync(documents);
        var outcome = new Outcome();
        foreach (var (name, kind, xml) in documents)
        {
            if (said[name].Message is { } m && (m.Contains("missing backend for pool type", StringComparison.Ordinal) || m.Contains("SR-IOV", StringComparison.Ordinal)))
                continue; // the host cannot; the document is good

            var difference = outcome.Count(said[name], Ours(kind, xml, said[name].Xml));
            if (difference is not null != known.Contains(name))
                outcome.Wrong.Add($"{name}: {difference ?? "agrees, though docs/compatibility.md says it does not"}");
        }

        return outcome;
    }

    private async Task<Dictionary<string, Said>> AskAsync(List<Fed> documents)
    {
        using var scratch = new ScratchDirectory("vd");
        await File.WriteAllTextAsync(scratch["fed"], JsonSerializer.Serialize(documents.Select(d => new[] { d.Name, d.Kind, d.Xml })));
        var result = await Client.PythonAsync(await daemons.GetAsync(DaemonKind.Libvirtd), Feed, scratch["fed"], scratch["said"]);
        result.ExitCode.ShouldBe(0, result.ToString());
        return JsonSerializer.Deserialize<Dictionary<string, Said>>(await File.ReadAllTextAsync(scratch["said"]))!;
    }

    private static Said Ours(string kind, string xml, string? theirs)
    {
        try
        {
            return new(s_kinds[kind](xml, theirs), 0, null);
        }
        catch (VireoException e)
        {
            return new(null, (int)e.Code, e.Message);
        }
    }

    // What only the daemon can give, a name of a bridge for instance, is taken from what it gave.
    private static string Network(string xml, string? theirs)
    {
        var ours = NetworkConfig.ParseDefinition(xml);
        if (theirs is null)
            return ours.ToXml();

        var given = NetworkConfig.Parse(theirs);
        var bridge = ours.Bridge is { } b && (b.Name is null || b.Name.Contains('%', StringComparison.Ordinal)) ? b with { Name = given.Bridge?.Name } : ours.Bridge;
        return (ours with { Uuid = ours.Uuid ?? given.Uuid, Mac = ours.Mac ?? given.Mac, Bridge = bridge }).ToXml();
    }

    private static string Pool(string xml, string? theirs)
    {
        var ours = StoragePoolConfig.ParseDefinition(xml);
        return (theirs is null ? ours : ours with { Uuid = ours.Uuid ?? StoragePoolConfig.Parse(theirs).Uuid }).ToXml();
    }

    private static string Secret(string xml, string? theirs)
    {
        var ours = SecretConfig.ParseDefinition(xml);
        return (theirs is null ? ours : ours with { Uuid = ours.Uuid ?? SecretConfig.Parse(theirs).Uuid }).ToXml();
    }

    private static string Filter(string xml, string? theirs)
    {
        var ours = FilterConfig.ParseDefinition(xml);
        return (theirs is null ? ours : ours with { Uuid = ours.Uuid ?? FilterConfig.Parse(theirs).Uuid }).ToXml();
    }

    private sealed record Fed(string Name, string Kind, string Xml);

    private sealed record Said(string? Xml, int Code, string? Message);

    private sealed class Outcome
    {
        public const string OursAlone = "refused by us alone";
        public const string OtherRefusal = "refused otherwise";

        public int Accepted { get; private set; }

        public int Agreed { get; private set; }

        public int Refused { get; private set; }

        public int SameRefusals { get; private set; }

        public List<string> Wrong { get; } = [];

        /// <summary>Takes note of what both made of a document.</summary>
        /// <returns>How they differ; null when they do not.</returns>
        public string? Count(Said theirs, Said ours)
        {
            if (theirs.Xml is not null)
            {
                Accepted++;
                var difference = ours.Xml is null ? $"{OursAlone} ({ours.Code}: {ours.Message})" : theirs.Xml.Length == 0 ? null : DocumentDifference.Find(ours.Xml, theirs.Xml);
                Agreed += difference is null ? 1 : 0;
                return difference;
            }

            Refused++;
            var same = ours.Code == theirs.Code;
            SameRefusals += same ? 1 : 0;
            return same ? null : $"{(ours.Xml is null ? $"{OtherRefusal} {ours.Code}: {ours.Message}" : "taken")}, libvirtd refuses it ({theirs.Code}: {theirs.Message})";
        }

        public override string ToString() => $"{Agreed} of {Accepted} taken agree, {SameRefusals} of {Refused} refusals\n";
    }
}
