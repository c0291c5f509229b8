namespace Vireo.Config.Tests;

/// <summary>The documents that docs/compatibility.md tells of: what is written about them there is all that tests let pass.</summary>
internal static class KnownDocumentDifferences
{
    private static readonly string[] s_rows = Read();

    /// <summary>Whether the page's section tells of the document.</summary>
    /// <param name="section">The section's heading.</param>
    /// <param name="document">The document's folder and name.</param>
    public static bool Tells(string section, string document) => Of(section).Contains(document);

    /// <summary>The documents a section tells of.</summary>
    public static IEnumerable<string> Of(string section) =>
        s_rows.SkipWhile(row => row != "### " + section).Skip(1).TakeWhile(row => !row.StartsWith('#'))
            .Where(row => row.StartsWith("| `", StringComparison.Ordinal)).Select(row => row.Split('`')[1]);

    private static string[] Read()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var page = Path.Combine(folder.FullName, "docs", "compatibility.md");
            if (File.Exists(page))
            {
                return File.ReadAllLines(page);
            }
        }

        throw new FileNotFoundException("docs/compatibility.md");
    }
}
