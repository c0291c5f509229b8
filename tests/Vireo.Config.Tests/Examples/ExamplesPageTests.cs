using System.Reflection;
using System.Text.RegularExpressions;

namespace Vireo.Config.Tests.Examples;

/// <summary>docs/examples.md: what it shows is compiled, and prints what it says.</summary>
public sealed partial class ExamplesPageTests
{
    [Fact]
    public void Ten_examples_are_the_code_that_runs_and_print_what_the_page_says()
    {
        string page = Resource("examples.md"), source = Resource("DocumentExamples.cs");
        var xml = Block().Matches(page).First(b => b.Groups[1].Value == "xml").Groups[2].Value;
        var blocks = Block().Matches(page).Where(b => b.Groups[1].Value != "xml").Select(b => b.Groups[2].Value.TrimEnd()).ToList();
        var methods = typeof(DocumentExamples).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly);
        methods.Length.ShouldBe(10);
        blocks.Count.ShouldBe(20);
        foreach (var (method, pair) in methods.Zip(blocks.Chunk(2)))
        {
            pair[0].ShouldBe(Body(source, method.Name), method.Name);
            using var console = new StringWriter { NewLine = "\n" };
            method.Invoke(null, method.GetParameters().Length == 1 ? [console] : [xml, console]);
            console.ToString().TrimEnd().ShouldBe(pair[1], method.Name);
        }
    }

    private static string Body(string source, string method)
    {
        var start = source.IndexOf("    {\n", source.IndexOf($" {method}(", StringComparison.Ordinal), StringComparison.Ordinal) + 6;
        var lines = source[start..source.IndexOf("\n    }\n", start, StringComparison.Ordinal)].Split('\n');
        return string.Join('\n', lines.Select(line => line.Length > 8 ? line[8..] : ""));
    }

    private static string Resource(string name)
    {
        using var stream = typeof(ExamplesPageTests).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex("^```(\\w+)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
