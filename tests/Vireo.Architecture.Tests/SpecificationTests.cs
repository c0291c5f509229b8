using System.Text.RegularExpressions;

namespace Vireo.Architecture.Tests;

/// <summary>Every promise of docs/SPECIFICATION.md names a test or a benchmark, and what it names exists.</summary>
public sealed partial class SpecificationTests
{
    [Fact]
    public void Every_promise_names_what_holds_it()
    {
        var promises = Promises();
        promises.Count.ShouldBeGreaterThan(10);
        promises.Where(promise => !Reference().IsMatch(promise)).ShouldBeEmpty("promises without a test or benchmark");
    }

    [Fact]
    public void Every_named_test_and_benchmark_exists()
    {
        var tests = Tests();
        string bench = File.ReadAllText(Repository.Path("bench", "compare.py"));
        var missing = Promises().SelectMany(promise => Reference().Matches(promise)).Select(match => match.Groups[1].Value)
            .Where(name => name.StartsWith("bench:", StringComparison.Ordinal) ? !bench.Contains($"\"{name[6..]}\"", StringComparison.Ordinal) : !tests.Contains(name));
        missing.ShouldBeEmpty();
    }

    private static List<string> Promises()
    {
        // A list item may go on over several lines.
        string text = File.ReadAllText(Repository.Path("docs", "SPECIFICATION.md"));
        return [.. Regex.Split(text, @"\n(?=- |\n|#)").Select(part => part.Trim()).Where(part => part.StartsWith("- ", StringComparison.Ordinal))];
    }

    private static HashSet<string> Tests()
    {
        var tests = new HashSet<string>();
        foreach (string path in SourceTree.Code("tests"))
        {
            string project = Path.GetRelativePath(Repository.Path("tests"), path).Split('/')[0], type = "";
            foreach (string line in File.ReadLines(path))
            {
                if (Class().Match(line) is { Success: true } named)
                    type = named.Groups[1].Value;
                else if (Method().Match(line) is { Success: true } method)
                    tests.Add($"{project}.{type}.{method.Groups[1].Value}");
            }
        }

        return tests;
    }

    [GeneratedRegex(@"`((?:bench:[^`]+)|(?:Vireo[A-Za-z.]*\.Tests\.\w+\.\w+))`")]
    private static partial Regex Reference();

    [GeneratedRegex(@"^\s*(?:public |internal |sealed |abstract |partial |static )*class (\w+)")]
    private static partial Regex Class();

    [GeneratedRegex(@"^\s*public (?:async )?(?:void|Task|ValueTask)(?:<[^>]+>)? (\w+)\(")]
    private static partial Regex Method();
}
