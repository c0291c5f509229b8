using System.Text.Json;
using Vireo.TestKit.Qemu;

namespace Vireo.Interop.Tests;

/// <summary>The command lines that libvirtd and vireod show for the same domains, and in what they differ.</summary>
internal sealed class CommandLineOutcome
{
    private const string Feed = """
        import json
        said = {}
        for name, xml in json.load(open(sys.argv[2])):
            try: said[name] = {'Line': c.domainXMLToNative('qemu-argv', xml, 0)}
            except libvirt.libvirtError as e: said[name] = {'Code': e.get_error_code(), 'Message': e.get_error_message()}
        json.dump(said, open(sys.argv[3], 'w'))
        """;

    private readonly SortedDictionary<string, string> _different = new(StringComparer.Ordinal);

    private CommandLineOutcome(Dictionary<string, Answer> theirs, Dictionary<string, Answer> ours)
    {
        var accepted = theirs.Where(t => t.Value.Line is not null).Select(t => t.Key).ToList();
        foreach (var name in accepted)
        {
            var differences = ours[name] is { Line: { } line } ? Differences(theirs[name].Line!, line) : [$"vireod refuses ({ours[name].Code}): {ours[name].Message}"];
            if (differences.Count > 0)
            {
                _different.Add(name, string.Join("; ", differences));
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"of {accepted.Count} command lines of libvirtd {accepted.Count - _different.Count} are vireod's");
    }

    /// <summary>Asks both for the command lines of domains.</summary>
    /// <param name="libvirtd">libvirtd.</param>
    /// <param name="vireod">vireod.</param>
    /// <param name="fed">The documents by their names.</param>
    public static async Task<CommandLineOutcome> CompareAsync(ScratchDaemon libvirtd, ScratchDaemon vireod, Dictionary<string, string> fed) => new(await AskAsync(libvirtd, fed), await AskAsync(vireod, fed));

    /// <summary>Those that differ, and no others, are told of in docs/compatibility.md.</summary>
    /// <param name="section">The section of the page.</param>
    public void ShouldBeAsTold(string section)
    {
        string.Join('\n', _different.Where(d => !CompatibilityPage.Tells(section, d.Key)).Select(d => $"{d.Key}: {d.Value}")).ShouldBeEmpty();
        CompatibilityPage.Of(section).Where(name => !_different.ContainsKey(name)).ShouldBeEmpty("docs/compatibility.md tells of command lines that agree");
    }

    private static List<string> Differences(string theirs, string ours)
    {
        var (one, other) = (OneOpening.Of(ArgumentMeaning.Split(theirs).Arguments), OneOpening.Of(ArgumentMeaning.Split(ours).Arguments));
        var differences = new List<string>();
        foreach (var option in one)
        {
            var same = other.Find(o => o.Option == option.Option && o.Subject == option.Subject && o.Of("type") == option.Of("type")) ?? other.Find(o => o.Option == option.Option && o.Subject == option.Subject);
            if (same is null)
            {
                differences.Add($"lacks {option}");
                continue;
            }

            other.Remove(same);
            differences.AddRange(option.Properties.Keys.Union(same.Properties.Keys).Where(name => option.Of(name) != same.Of(name))
                .Select(name => $"{option.Option} {option.Subject} {name}: libvirtd {option.Of(name)}, vireod {same.Of(name)}"));
        }

        differences.AddRange(other.Select(o => $"has {o}"));
        return differences;
    }

    private static async Task<Dictionary<string, Answer>> AskAsync(ScratchDaemon daemon, Dictionary<string, string> fed)
    {
        using var scratch = new ScratchDirectory("nc");
        await File.WriteAllTextAsync(scratch["fed.json"], JsonSerializer.Serialize(fed.Select(d => new[] { d.Key, d.Value })));
        var result = await Client.PythonAsync(daemon, Feed, scratch["fed.json"], scratch["said.json"]);
        result.ExitCode.ShouldBe(0, result.ToString());
        return JsonSerializer.Deserialize<Dictionary<string, Answer>>(await File.ReadAllTextAsync(scratch["said.json"]))!;
    }

    private sealed record Answer(string? Line, int? Code, string? Message);
}
