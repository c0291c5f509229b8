using System.Globalization;
using System.Text;

namespace Vireo.Record.Tests;

/// <summary>
/// Comes last in ./test: docs/commands.md tells of every command on domains and their hosts whether stock virsh and the project's tool carried it out in a test of this run, against the
/// project's daemon. Why one was not stands in docs/commands-unshown.txt. VIREO_ACCEPT=1 writes the page anew.
/// </summary>
public sealed class CommandsShownTests
{
    private static readonly string[] s_groups = ["domain", "monitor", "events", "host", "checkpoint", "snapshot", "backup"];

    [Fact]
    public void The_page_tells_what_this_run_has_shown()
    {
        string? record = Environment.GetEnvironmentVariable("VIREO_COMMAND_RECORD");
        Assert.SkipUnless(File.Exists(record), "needs the record of a whole run: ./test");
        var shown = File.ReadLines(record!).ToHashSet();
        var reasons = Reasons.Read("commands-unshown.txt");
        var commands = Commands();

        commands.Where(command => !reasons.ContainsKey(command.Name) && !IsShown(command.Name)).Select(command => command.Name).ShouldBeEmpty("no test of this run carried these out");
        reasons.Keys.Where(name => IsShown(name) || commands.All(command => command.Name != name)).ShouldBeEmpty("these were shown, or are no commands: docs/commands-unshown.txt is behind");
        string path = Repository.Path("docs", "commands.md");
        string page = Page(commands, reasons);
        if (Environment.GetEnvironmentVariable("VIREO_ACCEPT") == "1")
            File.WriteAllText(path, page);
        File.ReadAllText(path).ShouldBe(page, "VIREO_ACCEPT=1 writes it anew");

        bool IsShown(string command) => shown.Contains("virsh " + command) || shown.Contains("vireo " + command);
    }

    private static string Page(IReadOnlyList<(string Group, string Name)> commands, IReadOnlyDictionary<string, string> reasons)
    {
        var page = new StringBuilder("# Commands\n\nWritten by a test at the end of `./test`, from what its tests did: a command is shown when virsh or `vireo` carried it out against vireod.\n");
        page.Append(CultureInfo.InvariantCulture, $"\n{commands.Count(command => !reasons.ContainsKey(command.Name))} of {commands.Count} are shown.\n\n| command | |\n| --- | --- |\n");
        foreach (var (_, name) in commands)
            page.Append(CultureInfo.InvariantCulture, $"| `{name}` | {(reasons.TryGetValue(name, out var reason) ? reason : "shown")} |\n");
        return page.ToString();
    }

    private static List<(string Group, string Name)> Commands()
    {
        var (group, commands) = ("", new List<(string, string)>());
        foreach (string[] words in File.ReadLines(Repository.Path("spec", "cli", "virsh.spec")).Select(line => line.Split(' ')))
        {
            if (words[0] == "group")
                group = words[1];
            else if (words[0] == "command" && s_groups.Contains(group) && !words.Contains("hidden"))
                commands.Add((group, words[1]));
        }

        return commands;
    }
}
