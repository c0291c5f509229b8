namespace Vireo.Architecture.Tests;

/// <summary>A file holds one idea: no hand-written file is over 500 lines without a reason told here.</summary>
public sealed class FileSizeTests
{
    private const int Limit = 500;

    private static readonly Dictionary<string, string> Reasons = new()
    {
    };

    [Fact]
    public void Files_are_short()
    {
        var long_ = SourceTree.Code("src", "tests").Select(path => (Name: Path.GetRelativePath(Repository.Root, path), Lines: File.ReadLines(path).Count()))
            .Where(file => file.Lines > Limit).ToList();

        long_.Where(file => !Reasons.ContainsKey(file.Name)).Select(file => $"{file.Name}: {file.Lines} lines").ShouldBeEmpty();
        Reasons.Keys.Except(long_.Select(file => file.Name)).ShouldBeEmpty("a reason that is needed no more");
    }
}
