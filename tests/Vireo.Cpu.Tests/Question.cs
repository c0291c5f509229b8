using System.Text.RegularExpressions;

namespace Vireo.Cpu.Tests;

/// <summary>A question of Golden/answers.txt, put to Vireo; scripts/record-cpu puts the same to libvirt.</summary>
internal static partial class Question
{
    /// <summary>The answer: a document on one line, a word, or "error CODE MESSAGE".</summary>
    public static string Ask(string question, IReadOnlyList<string> documents)
    {
        var words = question.Split(' ');
        try
        {
            return words[0] switch
            {
                "compare" => Compare(Architecture(words), documents),
                "update" => Text(Architecture(words).Update(CpuConfig.ParseDefinition(documents[0], CpuKind.Guest), documents.Count > 1 ? Parse(documents[1]) : null)),
                "translate" => Text(Architecture([]).Translate(CpuConfig.ParseDefinition(documents[0], CpuKind.Guest), [.. words.Skip(1).Select(Model)])),
                "baseline" => Baseline(words, documents),
                "expand" => Text(Architecture([]).Expand(Parse(documents[0]))),
                "decode" => Text(X86Cpu.Decode(Corpus.Registers(words[2]), words[1] == "host" ? CpuKind.Host : CpuKind.Guest)),
                "qemu" when Corpus.Qemu(words[1]) is var (cpu, models) => Text(X86Cpu.Decode(cpu, CpuKind.Guest, models)),
                _ => throw new ArgumentException(question),
            };
        }
        catch (VireoException failure)
        {
            return $"error {(int)failure.Code} {failure.Message}";
        }
    }

    private static CpuArchitecture Architecture(string[] words) => CpuArchitecture.Of(words.Length > 1 ? words[1] : "x86_64");

    private static CpuConfig Parse(string xml) => CpuConfig.ParseDefinition(xml, CpuKind.Either);

    private static HypervisorCpuModel Model(string word) => word.Split(':') is [var name, var blockers] ? new(name, blockers.Split(',')) : new(word, []);

    private static string Compare(CpuArchitecture architecture, IReadOnlyList<string> documents)
    {
        var result = architecture.Compare(Parse(documents[0]), Parse(documents[1]));
        return result.Fit == CpuFit.Incompatible ? throw result.Incompatible() : result.Fit.ToString().ToLowerInvariant();
    }

    private static string Baseline(string[] words, IReadOnlyList<string> documents)
    {
        List<CpuConfig> cpus = [.. documents.Select(document => CpuConfig.ParseDefinition(document, CpuKind.Host))];
        string[]? Option(string key) => words.FirstOrDefault(word => word.StartsWith(key + ":", StringComparison.Ordinal))?[(key.Length + 1)..].Split(',');
        var baseline = CpuArchitecture.Of(cpus[0].Arch!).Baseline(cpus, Option("models")?.Select(Model).ToList(), Option("features"), words.Contains("migratable"));
        return Text(words.Contains("expand") ? Architecture([]).Expand(baseline) : baseline);
    }

    private static string Text(CpuConfig cpu) => LineBreaks().Replace(cpu.ToXml(), "");

    [GeneratedRegex(@"\n\s*")]
    private static partial Regex LineBreaks();
}
