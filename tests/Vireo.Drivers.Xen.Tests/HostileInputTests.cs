using Vireo.Config.Conf;

namespace Vireo.Drivers.Xen.Tests;

/// <summary>Spoiled files and documents: whatever they are, they are understood or refused, and nothing else.</summary>
public sealed class HostileInputTests
{
    private const int Rounds = 5000;

    private static readonly string[] s_pieces =
    [
        "\"", "'", "\"\"\"", "\0", "\n", "\r\n", "=", ";", "#", ",", ":", "@", ".", "\\", "[", "]", "[[[[[[[[[", "ä", "\ud800", "-1", "0", "99999999999999999999",
        "9223372036854775807", "none", "target=", "rbd:", "vdev=", "sdzzzzzz", "vif = [", "pnode=", "vcpus=0-16383", "telnet:", "udp:@", "tap:", "type = \"hvm\"\n",
    ];

    private static readonly XenHost s_host = new();

    private static readonly List<string> s_files = [.. Files("from-xl.txt"), .. Files("from-xm.txt")];

    [Fact]
    public void Spoiled_files_of_xl_are_read_or_refused() => Spoil(file => KeptOrRefused(file, XenDomain.ParseXl, XenDomain.FormatXl), s_files);

    [Fact]
    public void Spoiled_files_of_xm_are_read_or_refused() => Spoil(file => KeptOrRefused(file, XenDomain.ParseXm, XenDomain.FormatXm), s_files);

    [Fact]
    public void Spoiled_documents_are_written_or_refused() => Spoil(xml => WriteAndRead(DomainConfig.Parse(xml)), [.. Documents("to-xl.txt"), .. s_files.Select(Xml).OfType<string>()]);

    [Fact]
    public void A_file_of_more_than_a_mebibyte_is_refused()
    {
        var largest = "name = \"n\"\n#" + new string('x', ConfReader.MostCharacters - 12);
        XenDomain.ParseXl(largest, s_host).Name.ShouldBe("n");
        Should.Throw<VireoException>(() => XenDomain.ParseXl(largest + "x", s_host)).Code.ShouldBe(ErrorCode.ConfSyntax);
    }

    [Fact]
    public void Lists_lie_eight_deep_in_one_another_at_most()
    {
        static string File(int depth) => $"name = \"n\"\nx = {new string('[', depth)}{new string(']', depth)}\n";
        XenDomain.ParseXl(File(ConfReader.MostDepth), s_host).Name.ShouldBe("n");
        Should.Throw<VireoException>(() => XenDomain.ParseXl(File(ConfReader.MostDepth + 1), s_host)).Code.ShouldBe(ErrorCode.ConfSyntax);
        Should.Throw<VireoException>(() => XenDomain.ParseXl("x = " + new string('[', 1 << 19), s_host)).Code.ShouldBe(ErrorCode.ConfSyntax);
    }

    [Fact]
    public void Entries_without_end_cost_nothing()
    {
        static void Refused(string entry) => Should.Throw<VireoException>(() => XenDomain.ParseXl($"name = \"n\"\nvcpus = 9999\n{entry}\n", s_host));
        Refused($"disk = [ \"{string.Concat(Enumerable.Repeat("cdrom,", 100_000))}\" ]");
        Refused($"disk = [ \"{string.Concat(Enumerable.Repeat("aio:", 200_000))}\" ]");
        Refused($"vnuma = [ {string.Concat(Enumerable.Repeat("[ \"pnode=0\", \"size=1\", \"vcpus=0\" ], ", 9999))} ]");
    }

    /// <summary>What is read from a file can be written, and read again; what was written once is then always written the same.</summary>
    private static void KeptOrRefused(string file, Func<string, XenHost, DomainConfig> parse, Func<DomainConfig, XenHost, string> format)
    {
        var read = parse(file, s_host);
        _ = read.ToXml();
        var written = format(read, s_host);
        var again = format(parse(written, s_host), s_host);
        if (written != again)
            throw new InvalidOperationException($"{written}\n{again}");
    }

    /// <summary>What is read makes a document, and what is written can be read.</summary>
    private static void WriteAndRead(DomainConfig domain)
    {
        _ = domain.ToXml();
        Read(domain, XenDomain.FormatXl, XenDomain.ParseXl);
        Read(domain, XenDomain.FormatXm, XenDomain.ParseXm);
    }

    private static void Read(DomainConfig domain, Func<DomainConfig, XenHost, string> format, Func<string, XenHost, DomainConfig> parse)
    {
        string written;
        try
        {
            written = format(domain, s_host);
        }
        catch (VireoException)
        {
            // Refused.
            return;
        }

        try
        {
            parse(written, s_host);
        }
        catch (VireoException refused)
        {
            throw new InvalidOperationException(written, refused);
        }
    }

    private static void Spoil(Action<string> use, IReadOnlyList<string> seeds) => SpoiledText.FindHarm(use, seeds, s_pieces, Rounds).ShouldBeNull();

    private static IEnumerable<string> Files(string golden) => GoldenCases.Questions(golden).Select(one => GoldenTests.File(one, "builder = \"hvm\"\nkernel = \"/k\"\n"));

    private static IEnumerable<string> Documents(string golden) => GoldenCases.Questions(golden).Select(GoldenTests.Document);

    private static string? Xml(string file)
    {
        try
        {
            return XenDomain.ParseXl(file, s_host).ToXml();
        }
        catch (VireoException)
        {
            return null;
        }
    }
}
