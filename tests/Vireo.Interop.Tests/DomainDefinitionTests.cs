using System.Text.Json;
using System.Text.RegularExpressions;
using Vireo.Config.Tests;

namespace Vireo.Interop.Tests;

/// <summary>A domain that is defined with vireod is the one that libvirtd defines, letter by letter, or is refused for the same reason.</summary>
public sealed partial class DomainDefinitionTests(DaemonPair daemons)
{
    private const string Section = "Domain definitions";

    private static readonly string[] s_folders =
        ["genericxml2xmlindata", "genericxml2xmloutdata", "domainschemadata", "qemuargv2xmldata", "qemuhotplugtestdomains", "qemumemlockdata", "qemuxml2argvdata", "qemuxml2xmloutdata"];

    private const string Feed = """
        import json
        INACTIVE, SECURE, MIGRATABLE = libvirt.VIR_DOMAIN_XML_INACTIVE, libvirt.VIR_DOMAIN_XML_SECURE, libvirt.VIR_DOMAIN_XML_MIGRATABLE
        def dump(d, flags):
            try: return d.XMLDesc(flags)
            except libvirt.libvirtError as e: return e.get_error_message()
        said = {}
        for name, xml in json.load(open(sys.argv[2])):
            try: d = c.defineXML(xml)
            except libvirt.libvirtError as e:
                said[name] = {'Code': e.get_error_code(), 'Message': e.get_error_message()}
                continue
            said[name] = {'Inactive': dump(d, INACTIVE), 'Migratable': dump(d, MIGRATABLE), 'Secure': dump(d, INACTIVE | SECURE)}
            d.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_KEEP_NVRAM)
        json.dump(said, open(sys.argv[3], 'w'))
        """;

    [Fact]
    public async Task Domains_of_the_corpus_become_what_libvirtd_makes_of_them()
    {
        Corpus.Require();
        var fed = s_folders.SelectMany(folder => Corpus.Documents(folder, "domain")).ToDictionary(d => d.Name, d => OfThisHost(d.Xml), StringComparer.Ordinal);
        var theirs = await AskAsync(DaemonKind.Libvirtd, fed);
        var ours = await AskAsync(DaemonKind.Vireod, fed);

        var different = fed.Select(d => (d.Key, What: Different(theirs[d.Key], ours[d.Key], d.Value))).Where(d => d.What is not null).ToDictionary(d => d.Key, d => d.What!, StringComparer.Ordinal);
        var accepted = theirs.Where(t => t.Value.Code is null).Select(t => t.Key).ToList();
        var same = accepted.Count(name => !different.ContainsKey(name));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"of {accepted.Count} documents that libvirtd accepts {same} agree ({(double)same / accepted.Count:P1}); of {fed.Count - accepted.Count} that it refuses {fed.Count - accepted.Count - (different.Count - (accepted.Count - same))}");
        var told = CompatibilityPage.Of(Section).ToHashSet(StringComparer.Ordinal);
        string.Join('\n', different.Where(d => !told.Contains(d.Key)).Select(d => $"{d.Key}: {d.Value}")).ShouldBeEmpty();
        told.Where(name => !different.ContainsKey(name)).ShouldBeEmpty("docs/compatibility.md tells of documents that agree");
        ((double)same / accepted.Count).ShouldBeGreaterThan(0.98);
    }

    // Names of QEMU that hosts of old had.
    private static string OfThisHost(string xml) => Regex.Replace(xml, "/usr/bin/qemu-system-i686|/usr/bin/qemu-kvm|/usr/bin/kvm|/usr/bin/qemu<", match => "/usr/bin/qemu-system-x86_64" + (match.Value[^1] == '<' ? "<" : ""));

    private async Task<Dictionary<string, Answer>> AskAsync(DaemonKind kind, Dictionary<string, string> fed)
    {
        using var scratch = new ScratchDirectory("dd");
        await File.WriteAllTextAsync(scratch["fed.json"], JsonSerializer.Serialize(fed.Select(d => new[] { d.Key, d.Value })));
        var result = await Client.PythonAsync(await daemons.GetAsync(kind), Feed, scratch["fed.json"], scratch["said.json"]);
        result.ExitCode.ShouldBe(0, result.ToString());
        return JsonSerializer.Deserialize<Dictionary<string, Answer>>(await File.ReadAllTextAsync(scratch["said.json"]))!;
    }

    private static string? Different(Answer theirs, Answer ours, string fed) => (theirs.Code, ours.Code) switch
    {
        (null, null) => Different("inactive", theirs.Inactive!, ours.Inactive!, fed) ?? Different("migratable", theirs.Migratable!, ours.Migratable!, fed)
            ?? Different("security info", theirs.Secure!, ours.Secure!, fed),
        (null, _) => $"vireod refuses ({ours.Code}): {ours.Message}",
        (_, null) => $"libvirtd refuses ({theirs.Code}): {theirs.Message}",
        _ => theirs.Code == ours.Code ? null : $"libvirtd refuses ({theirs.Code}): {theirs.Message}; vireod ({ours.Code}): {ours.Message}",
    };

    private static string? Different(string form, string theirs, string ours, string fed)
    {
        string[] one = Lines(theirs, fed), other = Lines(ours, fed);
        return one.Zip(other).Where(pair => pair.First != pair.Second).Select(pair => $"{form}: libvirtd '{pair.First.Trim()}', vireod '{pair.Second.Trim()}'").FirstOrDefault()
            ?? (one.Length == other.Length ? null : $"{form}: one goes on");
    }

    // What the document does not say is made up by each daemon, which keeps its files where its own root is.
    private static string[] Lines(string text, string fed) =>
        MadeUp().Replace(Empty().Replace(text, "<$1$2/>"), match => fed.Contains(match.Value, StringComparison.OrdinalIgnoreCase) ? match.Value : "{made up}").Split('\n');

    // An element with nothing in it may be closed at once.
    [GeneratedRegex(@"<(\w+)((?: [^<>]*[^/])?)>\s*</\1>")]
    private static partial Regex Empty();

    [GeneratedRegex("(?<=>)/[^<>]*/qemu/nvram/|52:54:00(:[0-9a-f]{2}){3}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex MadeUp();

    private sealed record Answer(string? Inactive, string? Migratable, string? Secure, int? Code, string? Message);
}
