using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Vireo.Drivers.Qemu.Tests.Connection;

/// <summary>
/// docs/functions.md tells of every function of the C API that concerns domains and their host whether this driver has it. It is written from the driver
/// itself (VIREO_ACCEPT=1 writes it anew); only why one is missing is told by hand, in docs/functions-missing.txt, and what becomes of those that are no call of their own, in docs/functions-local.txt. That what is there was shown is held by Vireo.Record.Tests.
/// </summary>
public sealed class FunctionTableTests
{
    private static readonly string s_page = Repository.Path("docs", "functions.md");

    [Fact]
    public void The_page_tells_what_the_driver_has()
    {
        var actual = Page();
        if (Environment.GetEnvironmentVariable("VIREO_ACCEPT") == "1")
            File.WriteAllText(s_page, actual);
        File.ReadAllText(s_page).ShouldBe(actual, "VIREO_ACCEPT=1 writes it anew; the difference is part of the change under review");
    }

    [Fact]
    public void Each_reason_is_for_a_function_that_is_missing_and_each_missing_one_has_a_reason()
    {
        var missing = Functions().Where(function => !Has(function.Method)).Select(function => function.Api).ToHashSet();
        var reasons = Reasons("functions-missing.txt");
        reasons.Keys.Where(api => !missing.Contains(api)).ShouldBeEmpty("these are there, or no functions of ours");
        missing.Where(api => !reasons.ContainsKey(api)).ShouldBeEmpty("nobody says why these are missing");
    }

    [Fact]
    public void Every_function_around_domains_is_on_the_page()
    {
        Assert.SkipWhen(Repository.Facts is null, "needs the table of libvirt's functions beside the working tree");
        using var facts = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Facts!, "api.json")));
        var told = Functions().Select(function => function.Api).Concat(Reasons("functions-local.txt").Keys).ToList();
        told.ShouldBeUnique();
        facts.RootElement.GetProperty("functions").EnumerateArray().Select(function => function.GetProperty("name").GetString()!)
            .Where(name => name.StartsWith("virDomain", StringComparison.Ordinal)).Except(told).ShouldBeEmpty();
    }

    private static string Page()
    {
        var page = new StringBuilder();
        page.Append("# Functions of the QEMU driver\n\nWritten by a test from the driver itself. What is missing answers VIR_ERR_NO_SUPPORT to every client. What is there has succeeded on QEMU in a test of every run, where nothing else is said.\n\n");
        var (all, reasons, unshown) = (Functions(), Reasons("functions-missing.txt"), Reasons("functions-unshown.txt"));
        page.Append(System.Globalization.CultureInfo.InvariantCulture, $"{all.Count(function => Has(function.Method))} of {all.Count} are there.\n\n| function | state |\n| --- | --- |\n");
        foreach (var (api, method) in all)
            page.Append(System.Globalization.CultureInfo.InvariantCulture, $"| `{api}` | {(!Has(method) ? "missing: " + reasons.GetValueOrDefault(api, "?") : unshown.TryGetValue(api, out var why) ? "there, not shown: " + why : "there")} |\n");
        page.Append("\n## No calls of their own\n\n| function | what becomes of it |\n| --- | --- |\n");
        foreach (var (api, what) in Reasons("functions-local.txt"))
            page.Append(System.Globalization.CultureInfo.InvariantCulture, $"| `{api}` | {what} |\n");
        return page.ToString();
    }

    // Two procedures may answer to one function: the older one counts then only when the newer is missing as well.
    private static IReadOnlyList<(string Api, string Method)> Functions() =>
    [
        .. from name in (string[])["remote", "qemu"]
           from line in File.ReadLines(Repository.Path("spec", "protocol", name + ".spec"))
           where line.StartsWith("call ", StringComparison.Ordinal) && line.Contains(" driver=hypervisor", StringComparison.Ordinal) && line.Contains(" api=", StringComparison.Ordinal)
           let words = line.Split(' ')
           select (Api: words.First(word => word.StartsWith("api=", StringComparison.Ordinal))[4..], Method: Method(name, words[2])) into function
           group function by function.Api into functions
           orderby functions.Key
           select functions.OrderByDescending(function => Has(function.Method)).First(),
    ];

    private static string Method(string program, string procedure)
    {
        var words = procedure.Split('_').Select(word => word[..1] + word[1..].ToLowerInvariant());
        return (program == "qemu" ? "Qemu" : "") + string.Concat(words) + "Async";
    }

    private static bool Has(string method) =>
        typeof(QemuConnection).GetMethod(method, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase)?.DeclaringType == typeof(QemuConnection);

    private static Dictionary<string, string> Reasons(string file) => File.ReadLines(Repository.Path("docs", file))
        .Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' ', 2)).ToDictionary(words => words[0], words => words[1], StringComparer.Ordinal);
}
