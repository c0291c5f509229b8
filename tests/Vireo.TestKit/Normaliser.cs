using System.Text.RegularExpressions;

namespace Vireo.TestKit;

/// <summary>Masks what may differ between two runs of the same session: paths, uuids, times, process ids, numbers of runs, addresses made by chance.</summary>
public static partial class Normaliser
{
    /// <summary>Masks a text. <paramref name="roots"/> are directories whose names differ from run to run.</summary>
    public static string Mask(string text, params string[] roots)
    {
        foreach (string root in roots.OrderByDescending(root => root.Length))
            text = text.Replace(root, "{dir}", StringComparison.Ordinal);
        text = Uuid().Replace(text, "{uuid}");
        text = Mac().Replace(text, "{mac}");
        text = Time().Replace(text, "{time}");
        text = CreationTime().Replace(text, "<creationTime>{time}</creationTime>");
        text = Pty().Replace(text, "/dev/pts/{n}");
        text = CpuTime().Replace(text, "$1{time}");
        text = RunNumber().Replace(text, "$1{id}");
        text = FreePort().Replace(text, "port='{port}'$1");
        text = Progress().Replace(text, "");
        return string.Join('\n', text.Split('\n').Select(line => line.TrimEnd()));
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uuid();

    [GeneratedRegex("52:54:00(:[0-9a-f]{2}){3}")]
    private static partial Regex Mac();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?( ?[+-]\d{4}|Z)?")]
    private static partial Regex Time();

    [GeneratedRegex(@"<creationTime>\d+</creationTime>")]
    private static partial Regex CreationTime();

    [GeneratedRegex(@"/dev/pts/\d+")]
    private static partial Regex Pty();

    [GeneratedRegex(@"(CPU time: +)[\d.]+s")]
    private static partial Regex CpuTime();

    // How often a job is seen on its way depends on the moment.
    [GeneratedRegex(@"(\r?Block \w+: \[ *\d+ %\])+(?=\r?Block \w+: \[)")]
    private static partial Regex Progress();

    // Guests of other tests may have the first ports.
    [GeneratedRegex(@"port='59\d\d'( autoport='yes')")]
    private static partial Regex FreePort();

    // Each daemon numbers the runs of its domains.
    [GeneratedRegex(@"(<domain type='\w+' id='|/domain-)\d+")]
    private static partial Regex RunNumber();
}
