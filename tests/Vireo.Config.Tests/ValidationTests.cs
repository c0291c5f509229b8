namespace Vireo.Config.Tests;

/// <summary>What is refused where validation is asked for; without it, the same is kept.</summary>
public sealed class ValidationTests
{
    [Theory]
    [InlineData("<bogus/>", "line 1: Element domain has extra content: bogus")]
    [InlineData("<devices><disk type='file' bogus='1'/></devices>", "line 1: Invalid attribute bogus for element disk")]
    [InlineData("<devices><serial type='pty'><foo/></serial></devices>", "line 1: Element serial has extra content: foo")]
    [InlineData("<memory>1</memory><memory>1</memory>", "line 1: Element domain has extra content: memory")]
    [InlineData("<title x='1'>t</title>", "line 1: Invalid attribute x for element title")]
    [InlineData("<title>t<b/></title>", "line 1: Element title has extra content: b")]
    [InlineData("<devices>\nwords</devices>", "line 1: Element devices has extra content: text")]
    [InlineData("<on_poweroff>foo</on_poweroff>", "unsupported configuration: unknown on_poweroff action: foo")]
    public void UnknownPartsAndImpossibleValuesAreNamed(string body, string what)
    {
        var refused = Should.Throw<VireoException>(() => DomainConfig.ParseValidated($"<domain type='qemu'><name>v</name>{body}</domain>"));
        refused.Code.ShouldBe(ErrorCode.XmlInvalidSchema);
        refused.Domain.ShouldBe(ErrorDomain.Xml);
        refused.Message.ShouldContain(what);
    }

    [Fact]
    public void MetadataMayHoldAnything() =>
        DomainConfig.ParseValidated("<domain type='qemu'><name>v</name><metadata><a xmlns='urn:x' b='c'>d</a></metadata></domain>").Name.ShouldBe("v");

    [Fact]
    public void TextThatIsNoXmlIsNoMatterOfValidation() =>
        Should.Throw<VireoException>(() => DomainConfig.ParseValidated("<domain type='qemu'><name>v</nam></domain>")).Code.ShouldBe(ErrorCode.XmlDetail);
}
