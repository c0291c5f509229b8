using System.Text;

namespace Vireo.Drivers.Vmware.Tests;

/// <summary>Cases that a real libvirt 9.0 has answered (scripts/record-vmx): ours are the same, errors with their codes and messages included.</summary>
public sealed class GoldenTests
{
    private const string Head = "config.version = \"8\"\nvirtualHW.version = \"4\"\n";

    [Fact]
    public void Vmx_files_are_read_as_libvirt_reads_them() => Compare("from-vmx.txt", 450, FromVmx);

    [Fact]
    public void Domains_are_written_as_libvirt_writes_them() => Compare("to-vmx.txt", 350, ToVmx);

    private static void Compare(string golden, int least, Func<string[], string> ask)
    {
        var blocks = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", golden)).Split("\n\n");
        var empty = ask([]);
        var wrong = new StringBuilder();
        foreach (var lines in blocks.Select(block => block.Split('\n', StringSplitOptions.RemoveEmptyEntries)))
        {
            var question = lines.Where(line => !line.StartsWith("> ", StringComparison.Ordinal)).ToArray();
            var expected = lines.Where(line => line.StartsWith("> ", StringComparison.Ordinal)).Select(line => line[2..]).ToArray();
            var answer = ask(question);
            IReadOnlyList<string> actual = answer.StartsWith("ERROR ", StringComparison.Ordinal) ? [answer] : LineDifference.Between(empty, answer);
            if (!expected.SequenceEqual(actual))
                wrong.Append($"\n# {string.Join("\n# ", question)}\n  libvirt:\n    {string.Join("\n    ", expected)}\n  ours:\n    {string.Join("\n    ", actual)}\n");
        }

        blocks.Length.ShouldBeGreaterThanOrEqualTo(least);
        wrong.ToString().ShouldBeEmpty();
    }

    private static string FromVmx(string[] lines) => Answer(() =>
    {
        var vmx = lines is ["!", ..] ? string.Join('\n', lines[1..]) + "\n" : Head + string.Concat(lines.Select(line => line + "\n"));
        return VmxDomain.Parse(vmx, TestHost.Instance).ToXml();
    });

    private static string ToVmx(string[] lines) => Answer(() =>
    {
        var parts = lines.Select(line => line.Split(": ", 2)).ToLookup(part => part[0], part => part[1]);
        string Part(string name, string otherwise) => parts.Contains(name) ? string.Concat(parts[name]) : otherwise;
        var xml = $"""
            <domain type='{Part("type", "vmware")}'><name>{Part("name", "n")}</name><uuid>{Part("uuid", "564d9bef-acd9-b4e0-c8f0-aea8b9103515")}</uuid>
            {Part("head", "")}{Part("memory", "<memory unit='KiB'>4096</memory>")}{Part("os", "<os><type>hvm</type></os>")}{Part("cpu", "")}
            <devices>{Part("devices", "")}</devices></domain>
            """;
        return VmxDomain.Format(DomainConfig.Parse(xml), TestHost.Instance, int.Parse(Part("hardware", "4"), System.Globalization.CultureInfo.InvariantCulture));
    });

    private static string Answer(Func<string> ask)
    {
        try
        {
            return ask();
        }
        catch (VireoException error)
        {
            return $"ERROR {(int)error.Code} {(int)error.Domain} {error.Message}";
        }
    }
}
