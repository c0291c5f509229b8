using System.Text.Json;
using System.Xml.Linq;

namespace Vireo.Cpu.Tests;

/// <summary>libvirt's published CPUs: what libvirt 4.1 made of them. What docs/compatibility.md tells of may differ, and has to.</summary>
public sealed class CorpusTests
{
    // The models that the published tests let a hypervisor have.
    private static readonly Dictionary<string, string[]> s_models = new()
    {
        ["NULL"] = [],
        ["model486"] = ["486"],
        ["models"] = ["qemu64", "core2duo", "Nehalem"],
        ["nomodel"] = ["nothing"],
        ["ppc_models"] = ["POWER6", "POWER7", "POWER8"],
    };

    private readonly IReadOnlyList<string> _rows = CompatibilityPage.Of("CPUs: published outputs");
    private readonly FeatureSet _learned = X86Table.Known(CompatibilityPage.Of("CPUs: features learned since"));

    [Fact]
    public void Registers_and_answers_of_QEMU_are_read_as_libvirt_reads_them()
    {
        Assert.SkipUnless(Corpus.IsHere, "the document corpus (../shared/corpus beside the repository) is not here");
        var verdict = new Verdict(_rows);
        foreach (var result in Files("x86_64-cpuid-*-*.xml"))
        {
            var cut = result.LastIndexOf('-');
            var (name, kind) = (result[..cut], result[(cut + 1)..]);
            if (kind is "host.xml" or "guest.xml" or "json.xml" && Exists(name + ".xml"))
            {
                var (qemu, models) = kind == "json.xml" ? Corpus.Qemu(name + ".json") : default;
                var actual = kind switch
                {
                    "host.xml" => X86Cpu.Decode(Corpus.Registers(name + ".xml"), CpuKind.Host) with { Arch = "x86_64" },
                    "guest.xml" => X86Cpu.Decode(Corpus.Registers(name + ".xml"), CpuKind.Guest),
                    _ => X86Cpu.Decode(qemu, CpuKind.Guest, models),
                };
                verdict.Add(result, Difference(Read(result), actual));
            }
        }

        verdict.Check(60);
    }

    [Fact]
    public void What_QEMU_made_of_a_CPU_is_shown_as_libvirt_shows_it()
    {
        Assert.SkipUnless(Corpus.IsHere, "the document corpus (../shared/corpus beside the repository) is not here");
        var verdict = new Verdict(_rows);
        foreach (var enabled in Files("x86_64-cpuid-*-enabled.xml"))
        {
            var name = enabled[..^"-enabled.xml".Length];
            var live = X86Cpu.Live(Read(name + "-guest.xml"), Corpus.Registers(enabled), Corpus.Registers(name + "-disabled.xml").FeatureNames);
            var difference = Apart(X86Architecture.Has(live), X86Architecture.Has(Read(name + "-json.xml"))) - _learned;
            verdict.Add(enabled, difference.IsEmpty ? null : Names(difference));
        }

        verdict.Check(15);
    }

    [Fact]
    public void Comparisons_updates_and_baselines_are_those_of_libvirt()
    {
        Assert.SkipUnless(Corpus.IsHere, "the document corpus (../shared/corpus beside the repository) is not here");
        var verdict = new Verdict(_rows);
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Corpus!, "manifest.json")));
        foreach (var row in manifest.RootElement.GetProperty("cputest").EnumerateArray())
        {
            string[] words = [.. row.EnumerateArray().Select(word => word.ValueKind == JsonValueKind.Object ? word.GetProperty("id").GetString()! : word.GetString()!)];
            if (words[0] != "DO_TEST_CPUID" && Ask(words) is var (agrees, told))
                verdict.Add(string.Join(" ", words), agrees ? null : told);
        }

        foreach (var result in Files("x86_64-baseline-*-*.xml"))
            verdict.Add("baseline: " + result, BaselineDifference(result));
        verdict.Check(60);
    }

    // Null where the selection of files has not all that the row needs.
    private static (bool Agrees, string Told)? Ask(string[] words)
    {
        var architecture = words[1] == "VIR_ARCH_PPC64" ? "ppc64" : "x86_64";
        string File(string name) => $"{architecture}-{name}.xml";
        var known = CpuArchitecture.Of(architecture);
        if (words[0] == "DO_TEST_BASELINE" || !Exists(File(words[2])) || (words[0] != "DO_TEST_HASFEATURE" && !Exists(File(words[3]))))
            return null;
        var host = Read(File(words[2]));
        var updated = $"{words[2]}+{words[3]}";
        switch (words[0])
        {
            case "DO_TEST_HASFEATURE":
                var has = Told(() => known.HasFeature(host, words[3]) ? "YES" : "NO");
                return (has == words[4].Replace("FAIL", "ERROR", StringComparison.Ordinal), has);
            case "DO_TEST_COMPARE":
                var fit = Told(() => Fit(known.Compare(host, known.ConvertLegacy(Read(File(words[3]))))));
                return (fit == Expected(words[4]), fit);
            case "DO_TEST_UPDATE" or "DO_TEST_UPDATE_ONLY" when Exists(File(updated)):
                var cpu = known.Update(Read(File(words[3])), known.Migratable(host));
                var difference = Changed(Read(File(updated)), cpu);
                var then = words.Length > 4 ? Told(() => Fit(known.Compare(host, known.ConvertLegacy(cpu)))) : "";
                return (difference is null && (words.Length < 5 || then == Expected(words[4])), $"{difference} {then}");
            case "DO_TEST_GUESTCPU":
                return GuestCpu(known, host, words, File);
            default:
                return null;
        }
    }

    private static (bool Agrees, string Told)? GuestCpu(CpuArchitecture known, CpuConfig host, string[] words, Func<string, string> file)
    {
        IReadOnlyList<HypervisorCpuModel>? models = words[4] == "NULL" ? null : [.. s_models[words[4]].Select(name => new HypervisorCpuModel(name, []))];
        CpuConfig? cpu = null;
        var told = Told(() =>
        {
            cpu = known.ConvertLegacy(Read(file(words[3])));
            if (known.Compare(host, cpu) is { Fit: CpuFit.Incompatible } failed)
                throw failed.Incompatible();
            cpu = known.Translate(known.Update(cpu, host), models);
            return "0";
        });
        var result = file($"{words[2]}+{words[3]}{(models is null ? "" : "," + words[4])}-result");
        if (words[5] != "0")
            return (told != "0", told);
        return !Exists(result) ? null : (told == "0" && Changed(Read(result), cpu!) is null, told == "0" ? Changed(Read(result), cpu!) ?? "" : told);
    }

    private static string? BaselineDifference(string result)
    {
        var kind = result[(result.LastIndexOf('-') + 1)..];
        List<CpuConfig> cpus = [.. XElement.Load(Corpus.File(result[..result.LastIndexOf('-')] + ".xml")).Elements("cpu").Select(cpu => CpuConfig.ParseDefinition(cpu.ToString(), CpuKind.Host))];
        var known = CpuArchitecture.Of("x86_64");
        var baseline = known.Baseline(cpus, migratable: kind == "migratable.xml");
        return Changed(Read(result), kind == "expanded.xml" ? known.Expand(baseline) : baseline);
    }

    private static string Told(Func<string> ask)
    {
        try
        {
            return ask();
        }
        catch (VireoException)
        {
            return "ERROR";
        }
    }

    private static string Fit(CpuComparison comparison) => comparison.Fit.ToString().ToUpperInvariant();

    private static string Expected(string constant) => constant["VIR_CPU_COMPARE_".Length..];

    private static bool Exists(string file) => File.Exists(Corpus.File(file));

    private static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Path.GetDirectoryName(Corpus.File("x"))!, pattern).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    private static CpuConfig Read(string file) => CpuConfig.ParseDefinition(File.ReadAllText(Corpus.File(file)), CpuKind.Either);

    private string? Difference(CpuConfig expected, CpuConfig actual)
    {
        var features = Apart(X86Architecture.Has(expected), X86Architecture.Has(actual)) - _learned;
        return expected.Model?.Name != actual.Model?.Name ? $"model {actual.Model?.Name}, not {expected.Model?.Name}"
            : expected.Vendor != actual.Vendor ? $"vendor {actual.Vendor}"
            : features.IsEmpty ? null : Names(features);
    }

    // Documents are the same but for the order of their features.
    private static string? Changed(CpuConfig expected, CpuConfig actual)
    {
        static string Text(CpuConfig cpu) => (cpu with { Topology = null, Features = [.. cpu.Features.OrderBy(feature => feature.Name, StringComparer.Ordinal)] }).ToXml();
        return Text(expected) == Text(actual) ? null : Text(actual);
    }

    private static FeatureSet Apart(FeatureSet left, FeatureSet right) => (left - right) | (right - left);

    private static string Names(FeatureSet features) => string.Join(' ', features.Features().Select(feature => feature.Name));

    /// <summary>Gathers what differs, and holds it against the page.</summary>
    private sealed class Verdict(IReadOnlyList<string> rows)
    {
        private readonly List<string> _wrong = [];
        private int _count;
        private int _listed;

        public void Add(string subject, string? difference)
        {
            var listed = rows.Contains(subject);
            _count++;
            _listed += listed ? 1 : 0;
            if (difference is null == listed)
                _wrong.Add($"{subject}: {difference ?? "agrees, though docs/compatibility.md says it does not"}");
        }

        public void Check(int least)
        {
            string.Join("\n", _wrong).ShouldBeEmpty();
            _count.ShouldBeGreaterThanOrEqualTo(least);
            TestContext.Current.TestOutputHelper?.WriteLine($"{_count - _listed} of {_count} agree");
        }
    }
}
