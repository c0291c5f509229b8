using System.Text;

namespace Vireo.Config.Tests;

/// <summary>Documents meant to do harm are refused with an error, at once.</summary>
public sealed class HostileInputTests
{
    [Fact]
    public void Document_types_are_refused()
    {
        var error = Refused("<!DOCTYPE d [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]><domain><name>&b;</name></domain>");
        error.Code.ShouldBe(ErrorCode.XmlDetail);
        error.Message.ShouldContain("document type declaration");
    }

    [Theory]
    [InlineData("<unknown>")]
    [InlineData("<devices><disk><backingStore>")]
    public void Endless_nesting_is_refused(string element)
    {
        var name = element[(element.LastIndexOf('<') + 1)..^1];
        var xml = new StringBuilder("<domain>").Append(element).Insert(8 + element.Length, $"<{name}>", 5000);
        Refused(xml.ToString()).Code.ShouldBe(ErrorCode.XmlDetail);
    }

    [Fact]
    public void A_text_that_is_too_long_is_refused() => Refused("<domain><name>" + new string('x', 17 << 20) + "</name></domain>").Message.ShouldContain("16777216");

    [Fact]
    public void Too_many_attributes_are_refused()
    {
        var xml = new StringBuilder("<domain");
        for (var i = 0; i < 1000; i++)
        {
            xml.Append($" a{i}='1'");
        }

        Refused(xml.Append("/>").ToString()).Message.ShouldContain("1000 attributes");
        Refused("<domain><odd" + xml.ToString()["<domain".Length..^2] + "/></domain>").Message.ShouldContain("1000 attributes");
    }

    [Fact]
    public void Many_unknown_elements_take_time_in_proportion()
    {
        var xml = new StringBuilder("<domain>").Insert(8, "<u/>", 200_000).Append("</domain>").ToString();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        DomainConfig.Parse(xml).ToXml().Length.ShouldBeGreaterThan(xml.Length);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Every_cut_of_a_document_is_an_error_and_nothing_else()
    {
        const string xml = "<domain type='qemu'><name>a&amp;b</name><!-- c --><devices><disk type='file'><source file='x'/></disk></devices><metadata><a><![CDATA[<]]></a></metadata></domain>";
        for (var length = 0; length < xml.Length; length++)
        {
            Refused(xml[..length]).Code.ShouldBe(ErrorCode.XmlDetail, $"cut at {length}");
        }
    }

    [Fact]
    public void Characters_that_need_it_are_escaped()
    {
        var domain = new DomainConfig { Name = "<a & 'b' \"c\">\u0001", Os = new() { Cmdline = "x\ty" } };
        domain.ToXml().ShouldContain("<name>&lt;a &amp; &apos;b&apos; &quot;c&quot;&gt;</name>");
        DomainConfig.Parse(domain.ToXml()).Name.ShouldBe("<a & 'b' \"c\">");
        var disk = new DiskConfig { Source = new() { File = "a\nb\tc" } };
        DiskConfig.Parse(disk.ToXml()).ShouldBe(disk);
    }

    private static VireoException Refused(string xml) => Should.Throw<VireoException>(() => DomainConfig.Parse(xml));
}
