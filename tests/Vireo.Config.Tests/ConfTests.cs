using Vireo.Config.Conf;

namespace Vireo.Config.Tests;

/// <summary>Configuration files of libvirt's grammar.</summary>
public sealed class ConfTests
{
    [Fact]
    public void The_published_file_is_read_and_written_as_libvirt_writes_it()
    {
        Assert.SkipWhen(Repository.Corpus is null, "the document corpus (../shared/corpus beside the repository) is not here");
        var folder = Path.Combine(Repository.Corpus!, "virconfdata");
        var writer = new ConfWriter();
        foreach (var (key, value) in ConfReader.Read(File.ReadAllText(Path.Combine(folder, "libvirtd.conf")), ConfDialect.Plain))
            writer.Add(key, value);

        // Comments are not kept.
        var entries = File.ReadLines(Path.Combine(folder, "libvirtd.out")).Where(line => line.Length > 0 && !line.StartsWith('#'));
        writer.ToString().ShouldBe(string.Concat(entries.Select(line => line + "\n")));
    }

    [Fact]
    public void What_is_written_is_read_the_same()
    {
        List<ConfValue> values = ["", "a b", "it's", "\"so\" it is", "\"so\" it's told", -5, long.MaxValue, new ConfItems([]), new ConfItems(["a", 7, new ConfItems(["b"])])];
        var writer = new ConfWriter();
        foreach (var value in values)
            writer.Add("key", value);
        ConfReader.Read(writer.ToString(), ConfDialect.Plain).Select(entry => entry.Value).ShouldBe(values);
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("it's \"so\"")]
    [InlineData("it's \"\"\"so")]
    public void What_no_quotes_can_hold_is_refused(string text) => Should.Throw<VireoException>(() => new ConfWriter().Add("key", text)).Code.ShouldBe(ErrorCode.ConfigUnsupported);

    [Theory]
    [InlineData("a = 1\n\n# c\nb == 2", "memory conf:4: expecting a value")]
    [InlineData("a = \"\"\"x\ny\"\"\"\nb", "memory conf:3: expecting an assignment")]
    [InlineData("a = [ 1,\n2\n3 ]", "memory conf:3: expecting a separator in list")]
    [InlineData("a = [[1]\n", "memory conf:2: list is not closed with ]")]
    [InlineData("a = 1 b = 2", "memory conf:1: expecting a separator")]
    [InlineData("a.b = 1", "memory conf:1: expecting an assignment")]
    [InlineData("a = 9223372036854775808", "memory conf:1: number is too large")]
    public void Errors_tell_the_line(string text, string message)
    {
        var error = Should.Throw<VireoException>(() => ConfReader.Read(text, ConfDialect.Plain));
        (error.Code, error.Domain, error.Text2).ShouldBe((ErrorCode.ConfSyntax, ErrorDomain.Conf, message));
    }
}
