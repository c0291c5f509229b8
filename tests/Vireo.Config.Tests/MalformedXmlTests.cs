namespace Vireo.Config.Tests;

/// <summary>What is said of texts that are no XML; the expected messages were read from libvirt 9.0.</summary>
public sealed class MalformedXmlTests
{
    [Theory]
    [InlineData("", "(domain_definition):1: Document is empty\n(null)\n^")]
    [InlineData("<", "(domain_definition):1: StartTag: invalid element name\n<\n-^")]
    [InlineData("<domain", "(domain_definition):1: Couldn't find end of Start Tag domain line 1\n<domain\n-------^")]
    [InlineData("<domain>", "(domain_definition):1: Premature end of data in tag domain line 1\n<domain>\n--------^")]
    [InlineData("<domain type='test'></dom>", "(domain_definition):1: Opening and ending tag mismatch: domain line 1 and dom\n<domain type='test'></dom>\n--------------------------^")]
    [InlineData("<domain type='test'>\n  <name>x</nam>\n</domain>", "(domain_definition):2: Opening and ending tag mismatch: name line 2 and nam\n  <name>x</nam>\n---------------^")]
    [InlineData("<domain type=test/>", "(domain_definition):1: AttValue: \" or ' expected\n<domain type=test/>\n-------------^")]
    [InlineData("<domain type='test' type='x'/>", "(domain_definition):1: Attribute type redefined\n<domain type='test' type='x'/>\n----------------------------^")]
    [InlineData("<domain type='test'>&foo;</domain>", "(domain_definition):1: Entity 'foo' not defined\n<domain type='test'>&foo;</domain>\n-------------------------^")]
    [InlineData("<domain type='test'>& </domain>", "(domain_definition):1: xmlParseEntityRef: no name\n<domain type='test'>& </domain>\n---------------------^")]
    [InlineData("<domain/><x/>", "(domain_definition):1: Extra content at the end of the document\n<domain/><x/>\n---------^")]
    [InlineData("<domain type='a<b'/>", "(domain_definition):1: Unescaped '<' not allowed in attributes values\n<domain type='a<b'/>\n---------------^")]
    [InlineData("</domain>", "(domain_definition):1: StartTag: invalid element name\n</domain>\n-^")]
    [InlineData("text", "(domain_definition):1: Start tag expected, '<' not found\ntext\n^")]
    public void Domains_say_where_and_why(string xml, string expected)
    {
        var error = Should.Throw<VireoException>(() => DomainConfig.Parse(xml));
        error.Code.ShouldBe(ErrorCode.XmlDetail);
        error.Domain.ShouldBe(ErrorDomain.Domain);
        error.Message.ShouldBe(expected);
    }

    [Fact]
    public void Snapshots_are_named_by_their_own_kind()
    {
        var error = Should.Throw<VireoException>(() => DomainSnapshotConfig.Parse("<domainsnapshot"));
        error.Message.ShouldBe("(domain_snapshot):1: Couldn't find end of Start Tag domainsnapshot line 1\n<domainsnapshot\n---------------^");
        ((int)error.Domain).ShouldBe(35);
    }

    [Fact]
    public void Line_and_column_are_the_errors_numbers()
    {
        var error = Should.Throw<VireoException>(() => DomainConfig.Parse("<domain>\n  <name x=1/>\n</domain>"));
        error.Number1.ShouldBe(2);
        error.Number2.ShouldBe(11);
    }
}
