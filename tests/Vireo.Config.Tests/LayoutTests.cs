namespace Vireo.Config.Tests;

/// <summary>Order and layout of what is written; checked against libvirt 9.0 with the same input.</summary>
public sealed class LayoutTests
{
    [Fact]
    public void A_domain_written_anyhow_comes_out_in_libvirts_order()
    {
        const string xml = """
            <domain id="7" type="qemu"><devices><memballoon model="virtio"><address slot="5" type="pci" function="0" bus="0" domain="0"/></memballoon>
            <interface type="network"><model type="virtio"/><target dev="vnet0"/><source network="default"/><mac address="52:54:00:00:00:01"/></interface>
            <disk device="disk" type="file"><address type="drive" unit="1" target="0" bus="0" controller="0"/><readonly/><target bus="scsi" dev="sda"/><backingStore/><source file="/a&amp;b"/><driver type="qcow2" name="qemu"/></disk>
            <emulator>/usr/bin/qemu</emulator></devices><on_crash>destroy</on_crash><os><boot dev="hd"/><type machine="q35" arch="x86_64">hvm</type></os>
            <vcpu>2</vcpu><memory unit="MiB">512</memory><maxMemory unit="GiB" slots="2">1</maxMemory><features><pae/><acpi/></features><name>a</name></domain>
            """;
        DomainConfig.Parse(xml).ToXml().ShouldBe("""
            <domain type='qemu' id='7'>
              <name>a</name>
              <maxMemory slots='2' unit='KiB'>1048576</maxMemory>
              <memory unit='KiB'>524288</memory>
              <vcpu>2</vcpu>
              <os>
                <type arch='x86_64' machine='q35'>hvm</type>
                <boot dev='hd'/>
              </os>
              <features>
                <acpi/>
                <pae/>
              </features>
              <on_crash>destroy</on_crash>
              <devices>
                <emulator>/usr/bin/qemu</emulator>
                <disk type='file' device='disk'>
                  <driver name='qemu' type='qcow2'/>
                  <source file='/a&amp;b'/>
                  <backingStore/>
                  <target dev='sda' bus='scsi'/>
                  <readonly/>
                  <address type='drive' controller='0' bus='0' target='0' unit='1'/>
                </disk>
                <interface type='network'>
                  <mac address='52:54:00:00:00:01'/>
                  <source network='default'/>
                  <target dev='vnet0'/>
                  <model type='virtio'/>
                </interface>
                <memballoon model='virtio'>
                  <address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0'/>
                </memballoon>
              </devices>
            </domain>

            """);
    }

    // Drawn from the grammar, every part that libvirt 9.0 accepts beside the others, in the words its test driver gave back.
    [Fact]
    public void What_libvirt_wrote_is_written_the_same()
    {
        var xml = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "domain.xml"));
        DomainConfig.ParseValidated(xml).ToXml().ShouldBe(xml);
    }

    [Fact]
    public void A_domain_made_in_code_reads_back_equal()
    {
        var domain = new DomainConfig
        {
            Type = DomainType.Kvm,
            Name = "guest",
            Uuid = Guid.Parse("c7a5fdbd-edaf-9455-926a-d65c16db1809"),
            Memory = DataSize.FromMiB(256),
            Vcpu = 2,
            Os = new() { Type = new() { Arch = "x86_64", Machine = "q35", Kind = "hvm" }, Boots = [BootDevice.Hd, BootDevice.Network] },
            Devices = new()
            {
                Disks =
                [
                    new()
                    {
                        Device = DiskDevice.Disk,
                        Driver = new() { Name = "qemu", Type = "qcow2", Discard = DiskDiscard.Unmap },
                        Source = new() { File = "/top" },
                        BackingStore = new() { Type = DiskType.File, Index = 1, Format = new() { Type = "raw" }, Source = new() { File = "/base" }, Backing = new() },
                        Target = new() { Dev = "vda", Bus = DiskBus.Virtio },
                        Address = new PciAddress { Domain = 0, Bus = 0, Slot = 4, Function = 0 },
                    },
                ],
                Interfaces = [new() { Type = InterfaceType.User, Mac = "52:54:00:12:34:56", Model = "virtio" }],
            },
        };
        var read = DomainConfig.Parse(domain.ToXml());
        read.ShouldBe(domain);
        read.GetHashCode().ShouldBe(domain.GetHashCode());
        read.Devices.Disks[0].Address.ShouldBeOfType<PciAddress>().Slot.ShouldBe(4u);
        (read with { Name = "other" }).ShouldNotBe(domain);
    }

    [Theory]
    [InlineData("<memory>1025</memory>", 1025)]
    [InlineData("<memory unit='b'>1025</memory>", 2)]
    [InlineData("<memory unit='KB'>1024</memory>", 1000)]
    [InlineData("<memory unit='M'>3</memory>", 3072)]
    [InlineData("<memory unit='gib'>1</memory>", 1048576)]
    public void Sizes_are_counted_in_KiB(string memory, int kib) =>
        DomainConfig.Parse($"<domain>{memory}</domain>").ToXml().ShouldContain($"<memory unit='KiB'>{kib}</memory>");

    [Fact]
    public void Capabilities_have_libvirts_empty_lines() => new CapabilitiesConfig
    {
        Host = new() { Cpu = new() { Arch = "x86_64" } },
        Guests = [new() { OsType = "hvm", Arch = new() { Name = "x86_64", Wordsize = 64, Machines = [new() { MaxCpus = 255, Name = "pc" }] } }],
    }.ToXml().ShouldBe("""
        <capabilities>

          <host>
            <cpu>
              <arch>x86_64</arch>
            </cpu>
          </host>

          <guest>
            <os_type>hvm</os_type>
            <arch name='x86_64'>
              <wordsize>64</wordsize>
              <machine maxCpus='255'>pc</machine>
            </arch>
          </guest>

        </capabilities>

        """);
}
