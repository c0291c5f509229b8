namespace Vireo.Record.Tests;

/// <summary>
/// Comes last in ./test: each function that docs/functions.md calls there has been called by one of its tests, through the wire, on the QEMU driver, and has succeeded. The exceptions
/// stand in docs/functions-unshown.txt, with why.
/// </summary>
public sealed class FunctionsShownTests
{
    [Fact]
    public void What_is_there_was_shown_in_this_run()
    {
        string? record = Environment.GetEnvironmentVariable("VIREO_CALL_RECORD");
        Assert.SkipUnless(File.Exists(record), "needs the record of a whole run: ./test");
        var shown = File.ReadLines(record!).ToHashSet();
        var unshown = Reasons.Read("functions-unshown.txt");
        var there = There();

        there.Where(function => !unshown.ContainsKey(function.Key) && !function.Value.Any(shown.Contains)).Select(function => function.Key)
            .ShouldBeEmpty("no test of this run called these with success");
        unshown.Keys.Where(function => !there.TryGetValue(function, out var calls) || calls.Any(shown.Contains))
            .ShouldBeEmpty("these were shown, or are not there at all: docs/functions-unshown.txt is behind");
    }

    // The functions that are there, and the lines of the record that show one: several procedures may answer to one function.
    private static Dictionary<string, IReadOnlyList<string>> There()
    {
        var names = File.ReadLines(Repository.Path("docs", "functions.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal) && line.Contains("| there", StringComparison.Ordinal))
            .Select(line => line.Split('`')[1]).ToHashSet();
        return (from program in (string[])["remote", "qemu"]
                let lines = File.ReadAllLines(Repository.Path("spec", "protocol", program + ".spec"))
                let id = program == "remote" ? "20008086" : "20008087"
                from line in lines
                where line.StartsWith("call ", StringComparison.Ordinal) && line.Contains(" api=", StringComparison.Ordinal)
                let words = line.Split(' ')
                let api = words.First(word => word.StartsWith("api=", StringComparison.Ordinal))[4..]
                where names.Contains(api)
                group $"qemu {id} {words[1]}" by api)
            .ToDictionary(group => group.Key, IReadOnlyList<string> (group) => [.. group]);
    }
}
