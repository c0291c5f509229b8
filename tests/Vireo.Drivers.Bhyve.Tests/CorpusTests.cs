using System.Text.RegularExpressions;

namespace Vireo.Drivers.Bhyve.Tests;

/// <summary>libvirt's published documents and commands. What docs/compatibility.md tells of may differ, and has to.</summary>
public sealed partial class CorpusTests
{
    // The published documents were made where addresses and identities are not random.
    private const string MadeUpMac = "52:54:00:00:00:00";
    private const string MadeUpUuid = "c7a5fdbd-edaf-9455-926a-d65c16db1809";

    private static readonly Dictionary<string, ErrorCode> s_refusals = new(StringComparer.Ordinal)
    {
        ["bhyveload-bootorder4"] = ErrorCode.ConfigUnsupported,
        ["bhyveload-bootorder5"] = ErrorCode.XmlError,
        ["addr-no32devs-more-than-32-sata-disks"] = ErrorCode.InternalError,
        ["xhci-multiple-controllers"] = ErrorCode.ConfigUnsupported,
        ["console3"] = ErrorCode.OperationFailed,
        ["console4"] = ErrorCode.OperationFailed,
        ["memsize-fail"] = ErrorCode.OperationFailed,
        ["bhyveload-name-mismatch"] = ErrorCode.OperationFailed,
        ["bhyverun-name-mismatch"] = ErrorCode.OperationFailed,
        ["bhyverun-mem-mismatch"] = ErrorCode.OperationFailed,
    };

    private static readonly IReadOnlyList<string> s_rows = [.. CompatibilityPage.Of("bhyve: published outputs")];

    [Fact]
    public void Every_published_document_becomes_libvirts_commands()
    {
        SkipWithoutCorpus();
        var macros = PublishedTest.Of("bhyvexml2argvtest").ToLookup(test => test.Name, test => test.Macro);
        PublishedCases.Compare("bhyvexml2argvdata", "xml", 17, s_rows, (file, xml, folder) =>
        {
            var name = file["bhyvexml2argv-".Length..];
            return macros[name].First() == "DO_TEST" ? Commands(name, file, xml, folder) : Refusal(name, () => Build(name, xml));
        }).ShouldBeEmpty();
    }

    [Fact]
    public void Firmware_needs_a_program_that_can_use_it()
    {
        SkipWithoutCorpus();
        PublishedTest.Of("bhyvexml2argvtest").Last().ShouldBe(("uefi", "DO_TEST_FAILURE"));
        var xml = File.ReadAllText(Path.Combine(Repository.Corpus!, "bhyvexml2argvdata", "bhyvexml2argv-uefi.xml"));
        Should.Throw<VireoException>(() => BhyveDomain.Commands(DomainConfig.Parse(xml), new TestHost(BhyveFeatures.All & ~BhyveFeatures.BootRom))).Code.ShouldBe(ErrorCode.ConfigUnsupported);
    }

    [Fact]
    public void Every_published_document_is_completed_as_by_libvirt()
    {
        SkipWithoutCorpus();
        var tests = PublishedTest.Of("bhyvexml2xmltest").ToList();
        tests.Count.ShouldBe(14);
        PublishedCases.Compare("bhyvexml2xmloutdata", "xml", 13, s_rows, (file, expected, _) =>
        {
            var name = file["bhyvexml2xmlout-".Length..];
            tests.ShouldContain((name, "DO_TEST_DIFFERENT"));
            return Difference(expected, BhyveDomain.Complete(Input(name), PublishedTest.Features(name)));
        }).ShouldBeEmpty();
        var refused = tests.Single(test => test.Macro == "DO_TEST_FAILURE").Name;
        Refusal(refused, () => BhyveDomain.Complete(Input(refused), PublishedTest.Features(refused))).ShouldBeNull();
    }

    [Fact]
    public void What_is_complete_is_left_as_it_is()
    {
        SkipWithoutCorpus();
        PublishedCases.Compare("bhyvexml2xmloutdata", "xml", 13, [], (file, _, _) =>
        {
            var (name, once) = (file["bhyvexml2xmlout-".Length..], BhyveDomain.Complete(Input(file["bhyvexml2xmlout-".Length..]), PublishedTest.Features(file)));
            return PublishedCases.Lines(once.ToXml(), BhyveDomain.Complete(DomainConfig.Parse(once.ToXml()), PublishedTest.Features(name)).ToXml());
        }).ShouldBeEmpty();
    }

    [Fact]
    public void Every_published_command_becomes_libvirts_document()
    {
        SkipWithoutCorpus();
        var macros = PublishedTest.Of("bhyveargv2xmltest").ToDictionary(test => test.Name, test => test.Macro);
        PublishedCases.Compare("bhyveargv2xmldata", "args", 19, s_rows, (file, text, folder) => macros[file["bhyveargv2xml-".Length..]] == "DO_TEST_FAIL"
            ? Refusal(file["bhyveargv2xml-".Length..], () => BhyveDomain.FromNative(text))
            : Difference(File.ReadAllText(Path.Combine(folder, file + ".xml")), BhyveDomain.FromNative(text))).ShouldBeEmpty();
    }

    private static void SkipWithoutCorpus() => Assert.SkipWhen(Repository.Corpus is null, "the document corpus (../shared/corpus beside the repository) is not here");

    private static DomainConfig Input(string name) => DomainConfig.Parse(File.ReadAllText(Path.Combine(Repository.Corpus!, "bhyvexml2argvdata", $"bhyvexml2argv-{name}.xml")));

    private static BhyveCommands Build(string name, string xml) => BhyveDomain.Commands(DomainConfig.Parse(xml), new TestHost(PublishedTest.Features(name)));

    private static string? Refusal(string name, Func<object> use)
    {
        try
        {
            use();
            return "libvirt refuses it";
        }
        catch (VireoException refused)
        {
            return refused.Code == s_refusals[name] ? null : refused.Message;
        }
    }

    private static string? Commands(string name, string file, string xml, string folder)
    {
        var commands = Build(name, xml);
        string Published(string suffix) => Path.Combine(folder, file + suffix) is var path && File.Exists(path) ? File.ReadAllText(path) : "";
        var difference = PublishedCases.Lines(Meaning(Published(".args")), Meaning(Line(commands.Bhyve, xml)));
        var loader = Published(".ldargs") is var text && text.Trim() == "dummy" ? "" : text;
        return difference ?? PublishedCases.Lines(Meaning(loader), Meaning(commands.Loader is { } words ? Line(words, xml) : "")) ?? PublishedCases.Lines(Published(".devmap"), commands.DeviceMap ?? "");
    }

    private static string Line(IReadOnlyList<string> words, string xml) => WithoutRandom(string.Join(' ', words.Select(word => word == "<device.map>" ? $"'{word}'" : word)), !xml.Contains("<mac", StringComparison.Ordinal));

    /// <summary>Option by option, a line each: their order matters to nobody, and a slot's first function need not be told.</summary>
    private static string Meaning(string command)
    {
        var text = OtherFunction().Replace(command.Replace("\\\n", "", StringComparison.Ordinal).TrimEnd('\n'), "$1:0,");
        return string.Join('\n', text.Split(" -").Order(StringComparer.Ordinal).SelectMany(option => option.EndsWith(" bhyve", StringComparison.Ordinal) ? [option[..^6], "the guest's name"] : (string[])[option]));
    }

    private static string? Difference(string expected, DomainConfig actual)
    {
        var isMadeUp = expected.Contains($"'{MadeUpMac}'", StringComparison.Ordinal);
        var (then, now) = (PublishedCases.Without(expected, s_rows), PublishedCases.Without(WithoutRandom(actual.ToXml(), isMadeUp), s_rows));
        var uuid = then.Contains(MadeUpUuid, StringComparison.Ordinal) ? actual.Uuid!.Value.ToString("D") : MadeUpUuid;
        return DomainConfig.Parse(then) == DomainConfig.Parse(now.Replace(uuid, MadeUpUuid, StringComparison.Ordinal)) ? null : PublishedCases.Lines(then, now);
    }

    private static string WithoutRandom(string text, bool isMadeUp) => isMadeUp ? Mac().Replace(text, MadeUpMac) : text;

    [GeneratedRegex("52:54:00(:[0-9a-f]{2}){3}")]
    private static partial Regex Mac();

    [GeneratedRegex(@"(-s \d+),")]
    private static partial Regex OtherFunction();
}
