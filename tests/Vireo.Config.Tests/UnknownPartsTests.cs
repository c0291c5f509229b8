namespace Vireo.Config.Tests;

/// <summary>What no record knows is kept where it stood.</summary>
public sealed class UnknownPartsTests
{
    [Fact]
    public void Elements_and_attributes_stay_in_place()
    {
        const string xml = """
            <domain type='qemu' future='1' id='3' later='&apos;x&apos;'>
              <first/>
              <name>a</name>
              <between x='1'>
                <inner>text</inner>
              </between>
              <uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>
              <vcpu odd='yes'>2</vcpu>
              <os>
                <type arch='x86_64' flavour='mild'>hvm</type>
                <boot dev='hd' why='not'/>
                <boot dev='network'/>
                <tail/>
              </os>
              <devices>
                <disk type='file' device='disk' speed='high'>
                  <driver name='qemu' type='qcow2' turbo='on'/>
                  <source file='/a'/>
                  <spin rate='7200'/>
                  <target dev='vda' bus='virtio'/>
                  <readonly since='monday'/>
                </disk>
                <gadget>
                  <part n='1'/>
                </gadget>
                <disk type='file' device='disk'>
                  <target dev='vdb' bus='virtio'/>
                </disk>
              </devices>
              <last>word</last>
            </domain>

            """;
        var domain = DomainConfig.Parse(xml);
        domain.ToXml().ShouldBe(xml);
        domain.Extras!.Elements.ShouldContain("<last>word</last>");
        domain.Extras.Attributes.ShouldContain("future='1'");
    }

    [Fact]
    public void They_follow_their_neighbours_through_changes()
    {
        var domain = DomainConfig.Parse("<domain type='qemu'><devices><disk><target dev='vda'/></disk><gadget/><disk><target dev='vdb'/></disk></devices></domain>");
        var devices = domain.Devices with { Emulator = "/usr/bin/qemu", Disks = domain.Devices.Disks.RemoveAt(1) };
        (domain with { Devices = devices }).ToXml().ShouldBe("""
            <domain type='qemu'>
              <os/>
              <devices>
                <emulator>/usr/bin/qemu</emulator>
                <disk type='file'>
                  <target dev='vda'/>
                </disk>
                <gadget/>
              </devices>
            </domain>

            """);
    }

    [Fact]
    public void A_second_element_where_one_is_known_is_kept() =>
        DomainConfig.Parse("<domain><name>a</name><name>b</name></domain>").ToXml().ShouldContain("  <name>a</name>\n  <name>b</name>\n");

    [Fact]
    public void A_second_element_never_comes_before_the_first() =>
        DomainConfig.Parse("<domain><uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid><name>a</name><uuid>later</uuid></domain>").ToXml()
            .ShouldContain("  <name>a</name>\n  <uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>\n  <uuid>later</uuid>\n");

    [Fact]
    public void Wrappers_keep_what_stands_between_their_items()
    {
        const string xml = """
            <domainsnapshot>
              <name>s</name>
              <disks kind='all'>
                <note/>
                <disk name='vda' snapshot='external' type='file'>
                  <source file='/a'/>
                </disk>
                <remark x='1'/>
                <disk name='vdb'/>
                <end/>
              </disks>
            </domainsnapshot>

            """;
        DomainSnapshotConfig.Parse(xml).ToXml().ShouldBe(xml);
    }

    [Fact]
    public void Prefixes_declared_further_up_go_with_the_part()
    {
        var domain = DomainConfig.Parse("<domain xmlns:x='http://x/1'><metadata><x:a y='1'/></metadata><x:odd/></domain>");
        domain.Metadata!.Xml.ShouldBe("<metadata xmlns:x=\"http://x/1\"><x:a y=\"1\"/></metadata>");
        DomainConfig.Parse(domain.ToXml()).ToXml().ShouldBe(domain.ToXml());
        domain.ToXml().ShouldContain("<x:odd xmlns:x='http://x/1'/>");
    }

    [Fact]
    public void Qemu_arguments_declare_their_namespace_at_the_root()
    {
        var domain = new DomainConfig { Type = DomainType.Qemu, QemuCommandline = new() { Args = ["-snapshot"] } };
        domain.ToXml().ShouldBe("""
            <domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
              <os/>
              <devices>
              </devices>
              <qemu:commandline>
                <qemu:arg value='-snapshot'/>
              </qemu:commandline>
            </domain>

            """);
        DomainConfig.Parse(domain.ToXml()).ShouldBe(domain);
        DomainConfig.Parse(domain.ToXml().Replace("qemu:", "q:", StringComparison.Ordinal).Replace("xmlns:qemu", "xmlns:q", StringComparison.Ordinal)).ShouldBe(domain);
    }

    [Fact]
    public void Metadata_is_laid_out_as_libvirt_does()
    {
        var domain = DomainConfig.Parse("<domain><metadata>\n<a:b xmlns:a=\"u\"><a:c n='1'>x</a:c>\n\n <a:d>mixed <a:e/> </a:d><a:f> </a:f></a:b></metadata></domain>");
        domain.ToXml().ShouldContain("""
              <metadata>
                <a:b xmlns:a="u">
                  <a:c n="1">x</a:c>
                  <a:d>mixed <a:e/> </a:d>
                  <a:f> </a:f>
                </a:b>
              </metadata>
            """.ReplaceLineEndings("\n"));
    }
}
