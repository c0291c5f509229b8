namespace Vireo.Drivers.Vmware.Tests;

/// <summary>The tables of docs/compatibility.md.</summary>
internal static class CompatibilityTable
{
    /// <summary>What the rows of a section's table are about.</summary>
    /// <param name="section">The section's heading.</param>
    public static IReadOnlyList<string> Read(string section) =>
        [.. File.ReadLines(Repository.Path("docs", "compatibility.md")).SkipWhile(line => line != "### " + section).Skip(1)
            .TakeWhile(line => !line.StartsWith('#')).Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1])];
}
