namespace Vireo.TestKit;

/// <summary>docs/compatibility.md, which tells where Vireo does not do as libvirt does: what is written there is all that tests let pass.</summary>
public static class CompatibilityPage
{
    /// <summary>Whether a section's table tells of something.</summary>
    /// <param name="section">The section's heading.</param>
    /// <param name="subject">A document's folder and name, or a place in documents.</param>
    public static bool Tells(string section, string subject) => Of(section).Contains(subject);

    /// <summary>What the rows of a section's table tell of.</summary>
    /// <param name="section">The section's heading.</param>
    public static IReadOnlyList<string> Of(string section) =>
        [.. File.ReadLines(Repository.Path("docs", "compatibility.md")).SkipWhile(row => row != "### " + section).Skip(1).TakeWhile(row => !row.StartsWith('#'))
            .Where(row => row.StartsWith("| `", StringComparison.Ordinal)).Select(row => row.Split('`')[1])];
}
