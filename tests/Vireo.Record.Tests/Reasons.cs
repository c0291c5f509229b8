namespace Vireo.Record.Tests;

/// <summary>A file of names and reasons in docs/, a line each.</summary>
internal static class Reasons
{
    public static IReadOnlyDictionary<string, string> Read(string file) => File.ReadLines(Repository.Path("docs", file))
        .Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' ', 2)).ToDictionary(words => words[0], words => words[1], StringComparer.Ordinal);
}
