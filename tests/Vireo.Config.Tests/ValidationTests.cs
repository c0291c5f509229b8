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

    [Theory]
    [InlineData("<cpu mode='host-model' deprecated_features='off'><topology sockets='1' dies='1' clusters='1' cores='1' threads='1'/><maxphysaddr mode='passthrough' limit='40'/></cpu>")]
    [InlineData("<features><hyperv><emsr_bitmap state='on'/><xmm_input state='on'/></hyperv><ras state='on'/><ps2 state='off'/></features>")]
    [InlineData("<launchSecurity type='sev-snp' authorKey='yes' vcek='no'><policy>0x30000</policy><idBlock>a</idBlock><hostData>b</hostData></launchSecurity>")]
    [InlineData("<devices><disk><driver discard_no_unref='on'><iothreads><iothread id='1'><queue id='0'/></iothread></iothreads></driver><blockio discard_granularity='4096'/></disk></devices>")]
    [InlineData("<throttlegroups><throttlegroup><group_name>a</group_name></throttlegroup></throttlegroups><devices><disk><throttlefilters><throttlefilter group='a'/></throttlefilters></disk></devices>")]
    [InlineData("<devices><disk type='file'><source file='/a'><dataStore type='file'><format type='raw'/><source file='/b'/></dataStore></source></disk></devices>")]
    [InlineData("<devices><tpm model='tpm-crb'><backend type='emulator'><profile source='local:restricted' removeDisabled='check'/></backend></tpm><pstore backend='acpi-erst'><path>/p</path><size unit='KiB'>8</size></pstore></devices>")]
    [InlineData("<devices><audio id='1' type='pipewire' runtimeDir='/r'/><sound model='virtio'/><iommu model='intel'><driver dma_translation='off'/></iommu></devices>")]
    public void PartsOfLaterVersionsAreKnown(string body) =>
        DomainConfig.ParseValidated($"<domain type='qemu'><name>v</name>{body}</domain>").ToXml().ShouldContain("<name>v</name>");

    [Fact]
    public void MetadataMayHoldAnything() =>
        DomainConfig.ParseValidated("<domain type='qemu'><name>v</name><metadata><a xmlns='urn:x' b='c'>d</a></metadata></domain>").Name.ShouldBe("v");

    [Fact]
    public void TextThatIsNoXmlIsNoMatterOfValidation() =>
        Should.Throw<VireoException>(() => DomainConfig.ParseValidated("<domain type='qemu'><name>v</nam></domain>")).Code.ShouldBe(ErrorCode.XmlDetail);
}
