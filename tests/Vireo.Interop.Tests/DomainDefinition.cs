using System.Text.Json;
using System.Text.RegularExpressions;

namespace Vireo.Interop.Tests;

/// <summary>What a daemon made of a domain document: what it shows of it, or why it refused.</summary>
internal sealed partial record DomainDefinition(string? Inactive, string? Migratable, string? Secure, int? Code, string? Message)
{
    private const int AtOnce = 1000;

    private const string Define = """
        INACTIVE, SECURE, MIGRATABLE = libvirt.VIR_DOMAIN_XML_INACTIVE, libvirt.VIR_DOMAIN_XML_SECURE, libvirt.VIR_DOMAIN_XML_MIGRATABLE
        def dump(d, flags):
            try: return d.XMLDesc(flags)
            except libvirt.libvirtError as e: return e.get_error_message()
        def ask(xml):
            d = c.defineXML(xml)
            answer = {'Inactive': dump(d, INACTIVE), 'Migratable': dump(d, MIGRATABLE), 'Secure': dump(d, INACTIVE | SECURE)}
            d.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_KEEP_NVRAM)
            return answer

        """;

    private const string Feed = """
        import json
        said = {}
        for name, xml in json.load(open(sys.argv[2])):
            try: said[name] = ask(xml)
            except libvirt.libvirtError as e:
                said[name] = {'Code': e.get_error_code(), 'Message': e.get_error_message()}
                if not c.isAlive(): break
        json.dump(said, open(sys.argv[3], 'w'))
        """;

    /// <summary>Defines documents, one after the other, and looks at what has become of them. A daemon that dies of one is started anew and asked for the others.</summary>
    /// <param name="daemon">Who is asked.</param>
    /// <param name="fed">The documents by their names.</param>
    /// <param name="script">What asks about one document: a function <c>ask(xml)</c> in Python; null defines it.</param>
    /// <returns>The answers; none for a document that the daemon died of.</returns>
    public static async Task<Dictionary<string, DomainDefinition>> AskAsync(ScratchDaemon daemon, IReadOnlyDictionary<string, string> fed, string? script = null)
    {
        using var scratch = new ScratchDirectory("dd");
        var answers = new Dictionary<string, DomainDefinition>(StringComparer.Ordinal);
        for (var left = fed.ToList(); left.Count > 0;)
        {
            var now = left.Take(AtOnce).ToList();
            await File.WriteAllTextAsync(scratch["fed.json"], JsonSerializer.Serialize(now.Select(d => new[] { d.Key, d.Value })));
            var result = await Client.PythonAsync(daemon, (script ?? Define) + Feed, scratch["fed.json"], scratch["said.json"]);
            result.ExitCode.ShouldBe(0, result.ToString());
            var said = JsonSerializer.Deserialize<Dictionary<string, DomainDefinition>>(await File.ReadAllTextAsync(scratch["said.json"]))!;
            foreach (var (name, answer) in said)
                answers[name] = answer;

            left.RemoveRange(0, said.Count);
            if (said.Count < now.Count)
            {
                answers.Remove(said.Last().Key);
                await daemon.WaitForExitAsync(TimeSpan.FromSeconds(10));
                await daemon.StartAsync();
            }
        }

        return answers;
    }

    /// <summary>A document of the corpus with the names of QEMU that this host has.</summary>
    public static string OfThisHost(string xml) =>
        Regex.Replace(xml, "/usr/bin/qemu-system-i686|/usr/bin/qemu-kvm|/usr/bin/kvm|/usr/bin/qemu<", match => "/usr/bin/qemu-system-x86_64" + (match.Value[^1] == '<' ? "<" : ""));

    /// <summary>How libvirtd's answer and ours differ; null when they do not.</summary>
    /// <param name="theirs">libvirtd's.</param>
    /// <param name="ours">Ours.</param>
    /// <param name="fed">The document that both were given.</param>
    public static string? Difference(DomainDefinition theirs, DomainDefinition ours, string fed) => (theirs.Code, ours.Code) switch
    {
        (null, null) => Difference("inactive", theirs.Inactive!, ours.Inactive!, fed) ?? Difference("migratable", theirs.Migratable!, ours.Migratable!, fed)
            ?? Difference("security info", theirs.Secure!, ours.Secure!, fed),
        (null, _) => $"vireod refuses ({ours.Code}): {ours.Message}",
        (_, null) => $"libvirtd refuses ({theirs.Code}): {theirs.Message}",
        _ => theirs.Code == ours.Code ? null : $"libvirtd refuses ({theirs.Code}): {theirs.Message}; vireod ({ours.Code}): {ours.Message}",
    };

    private static string? Difference(string form, string theirs, string ours, string fed)
    {
        string[] one = Lines(theirs, fed), other = Lines(ours, fed);
        return one.Zip(other).Where(pair => pair.First != pair.Second).Select(pair => $"{form}: libvirtd '{pair.First.Trim()}', vireod '{pair.Second.Trim()}'").FirstOrDefault()
            ?? (one.Length == other.Length ? null : $"{form}: one goes on");
    }

    // What the document does not say is made up by each daemon, which keeps its files where its own root is. libvirt writes tabs as they are, and so they become spaces when it reads them.
    private static string[] Lines(string text, string fed) =>
        MadeUp().Replace(Closed(text).Replace("&#9;", " ", StringComparison.Ordinal).Replace('\t', ' '), match => fed.Contains(match.Value, StringComparison.OrdinalIgnoreCase) ? match.Value : "{made up}").Split('\n');

    /// <summary>The text with elements that have nothing in them closed at once, which is all the same.</summary>
    public static string Closed(string text) => Empty().Replace(text, "<$1$2/>");

    [GeneratedRegex(@"<(\w+)((?: [^<>]*[^/])?)>\s*</\1>")]
    private static partial Regex Empty();

    [GeneratedRegex("(?<=>)/[^<>]*/qemu/nvram/|52:54:00(:[0-9a-f]{2}){3}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex MadeUp();
}
