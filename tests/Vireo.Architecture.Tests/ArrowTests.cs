using System.Xml.Linq;

namespace Vireo.Architecture.Tests;

/// <summary>Projects refer to each other only as the table of docs/architecture.md says.</summary>
public sealed class ArrowTests
{
    [Fact]
    public void References_follow_the_table()
    {
        var allowed = Table();
        var wrong = from project in SourceTree.Projects()
                    let name = Path.GetFileNameWithoutExtension(project)
                    from reference in References(project)
                    where !allowed.TryGetValue(name, out var targets) || !targets.Contains(reference)
                    select $"{name} refers to {reference}; docs/architecture.md does not allow it";

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Table_lists_every_project_and_no_other() =>
        Table().Keys.Order().ShouldBe(SourceTree.Projects().Select(path => Path.GetFileNameWithoutExtension(path)).Order());

    [Fact]
    public void Nobody_refers_to_the_programs() =>
        SourceTree.Projects().SelectMany(References).Intersect(["Vireo.Cli", "Vireo.Daemon"]).ShouldBeEmpty();

    private static IEnumerable<string> References(string project) =>
        XDocument.Load(project).Descendants("ProjectReference").Where(element => element.Attribute("OutputItemType")?.Value != "Analyzer")
            .Select(element => Path.GetFileNameWithoutExtension(element.Attribute("Include")!.Value));

    private static Dictionary<string, HashSet<string>> Table()
    {
        var table = new Dictionary<string, HashSet<string>>();
        foreach (string[] cells in File.ReadLines(Repository.Path("docs", "architecture.md")).Where(line => line.StartsWith("| `src/", StringComparison.Ordinal)).Select(line => line.Split('|')))
        {
            string name = cells[1].Trim().Trim('`')["src/".Length..];
            string targets = cells[3].Trim();
            table[name] = targets.StartsWith("all of the above", StringComparison.Ordinal)
                ? [.. table.Keys]
                : [.. targets.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(word => word == "Vireo" ? word : "Vireo." + word)];
        }

        return table;
    }
}
