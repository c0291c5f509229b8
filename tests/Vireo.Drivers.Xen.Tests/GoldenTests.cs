namespace Vireo.Drivers.Xen.Tests;

/// <summary>Cases that a real libvirt 9.0 has answered (scripts/record-xen): ours are the same, errors with their codes and messages included.</summary>
public sealed class GoldenTests
{
    private const string Head = "name = \"n\"\nuuid = \"c7a5fdb0-cdaf-9455-926a-d65c16db1809\"\nmemory = 64\n";

    [Fact]
    public void Files_of_xl_are_read_as_libvirt_reads_them() => Compare("from-xl.txt", 600, lines => XenDomain.ParseXl(File(lines, "type = \"hvm\"\n"), new XenHost()).ToXml());

    [Fact]
    public void Files_of_xm_are_read_as_libvirt_reads_them() =>
        Compare("from-xm.txt", 400, lines => XenDomain.ParseXm(File(lines, "builder = \"hvm\"\nkernel = \"/usr/lib/xen/boot/hvmloader\"\n"), new XenHost()).ToXml());

    [Fact]
    public void Domains_are_written_for_xl_as_libvirt_writes_them() => Compare("to-xl.txt", 250, lines => XenDomain.FormatXl(DomainConfig.Parse(Document(lines)), new XenHost()));

    [Fact]
    public void Domains_are_written_for_xm_as_libvirt_writes_them() => Compare("to-xm.txt", 200, lines => XenDomain.FormatXm(DomainConfig.Parse(Document(lines)), new XenHost()));

    /// <summary>The file that a case asks about.</summary>
    internal static string File(string[] lines, string hvm)
    {
        var (kind, rest) = Kind(lines);
        if (rest is ["!", .. var whole])
            return string.Join('\n', whole) + "\n";
        return string.Concat(rest.Select(line => line + "\n")) + (kind switch { "@hvm" => hvm, "@pvh" => "type = \"pvh\"\n", _ => "" }) + Head;
    }

    /// <summary>The document that a case asks about.</summary>
    internal static string Document(string[] lines)
    {
        var (kind, rest) = Kind(lines);
        var parts = rest.Select(line => line.Split(": ", 2)).ToLookup(part => part[0], part => part[1]);
        string Part(string name, string otherwise) => parts.Contains(name) ? string.Concat(parts[name]) : otherwise;
        var type = kind switch { "@hvm" => "hvm", "@pvh" => "xenpvh", _ => "xen" };
        return $"""
            <domain type='{Part("type", "xen")}'><name>{Part("name", "n")}</name><uuid>{Part("uuid", "c7a5fdb0-cdaf-9455-926a-d65c16db1809")}</uuid>
            {Part("head", "")}{Part("memory", "<memory>65536</memory>")}{Part("os", $"<os><type>{type}</type></os>")}<devices>{Part("devices", "")}</devices>{Part("foot", "")}</domain>
            """;
    }

    private static (string? Name, string[] Lines) Kind(string[] lines) => lines is [['@', ..] kind, .. var rest] ? (kind, rest) : (null, lines);

    private static void Compare(string golden, int least, Func<string[], string> ask) =>
        GoldenCases.Compare(golden, least, ask, question => Kind(question).Name is { } kind ? [kind] : []).ShouldBeEmpty();
}
