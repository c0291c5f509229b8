using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults;

namespace Vireo.Drivers.Qemu.Tests.Defaults;

/// <summary>Documents libvirtd 9.0 refuses, with its codes and messages.</summary>
public sealed class DomainChecksTests
{
    private const string Disk = "<disk type='file'><source file='/tmp/{0}'/><target dev='{1}'/>{2}</disk>";
    private const string Slot4 = "<address type='pci' domain='0' bus='0' slot='4' function='0'/>";

    [Theory]
    [InlineData("pc", "<memory>0</memory>", "", ErrorCode.XmlError, "XML error: Memory size must be specified via <memory> or in the <numa> configuration")]
    [InlineData("pc", "", "", ErrorCode.XmlError, "XML error: Memory size must be specified via <memory> or in the <numa> configuration")]
    [InlineData("pc", "<memory>65536</memory><vcpu current='3'>2</vcpu>", "", ErrorCode.ConfigUnsupported, "unsupported configuration: maximum vCPU count must not be less than current vCPU count")]
    [InlineData("q35", "<memory>65536</memory>", "<disk type='file'><source file='/tmp/a'/><target dev='hda' bus='ide'/></disk>", ErrorCode.ConfigUnsupported, "unsupported configuration: IDE controllers are unsupported for this QEMU binary or machine type")]
    [InlineData("pc", "<memory>65536</memory>", "<disk type='file'><source file='/tmp/a'/></disk>", ErrorCode.NoTarget, "missing target information for device /tmp/a")]
    [InlineData("q35", "<memory>65536</memory>", "<tpm model='tpm-tis'/>", ErrorCode.XmlError, "XML error: missing TPM device backend")]
    [InlineData("q35", "<memory>65536</memory>", "<tpm model='tpm-tis'><backend/></tpm>", ErrorCode.XmlError, "XML error: Missing required attribute 'type' in element 'backend'")]
    [InlineData("q35", "<memory>65536</memory>", "<tpm model='tpm-bogus'><backend type='emulator'/></tpm>", ErrorCode.XmlError, "XML error: Invalid value for attribute 'model' in element 'tpm': 'tpm-bogus'.")]
    [InlineData("q35", "<memory>65536</memory>", "<tpm><backend type='bogus'/></tpm>", ErrorCode.XmlError, "XML error: Invalid value for attribute 'type' in element 'backend': 'bogus'.")]
    [InlineData("q35", "<memory>65536</memory>", "<tpm><backend type='emulator' version='3'/></tpm>", ErrorCode.XmlError, "XML error: Invalid value for attribute 'version' in element 'backend': '3'.")]
    [InlineData("q35", "<memory>65536</memory>", "<tpm><backend type='emulator' persistent_state='maybe'/></tpm>", ErrorCode.InternalError, "internal error: Invalid persistent_state value, either 'yes' or 'no'")]
    [InlineData("q35", "<memory>65536</memory>", "<tpm model='tpm-crb'><backend type='emulator' version='1.2'/></tpm>", ErrorCode.ConfigUnsupported, "unsupported configuration: Unsupported interface 'tpm-crb' for TPM 1.2")]
    [InlineData("q35", "<memory>65536</memory>", "<tpm model='tpm-spapr'><backend type='emulator'/></tpm>", ErrorCode.ConfigUnsupported, "unsupported configuration: The QEMU executable /usr/bin/qemu-system-x86_64 does not support TPM model tpm-spapr")]
    [InlineData("q35", "<memory>65536</memory>", "<tpm><backend type='emulator' version='1.2'><active_pcr_banks><sha256/></active_pcr_banks></backend></tpm>", ErrorCode.XmlError, "XML error: <active_pcr_banks/> requires TPM version '2.0'")]
    [InlineData("q35", "<memory>65536</memory>", "<tpm><backend type='emulator'/></tpm><tpm model='tpm-crb'><backend type='emulator'/></tpm>", ErrorCode.ConfigUnsupported, "unsupported configuration: only a single TPM non-proxy device is supported")]
    public void It_is_refused(string machine, string general, string devices, ErrorCode code, string message)
    {
        var refused = Should.Throw<VireoException>(() => Complete(machine, general, devices));
        refused.Code.ShouldBe(code);
        refused.Message.ShouldBe(message);
    }

    [Fact]
    public void A_target_used_twice_is_refused() =>
        Should.Throw<VireoException>(() => Complete("pc", "<memory>65536</memory>", string.Format(null, Disk, "a", "vda", "") + string.Format(null, Disk, "b", "vda", "")))
            .Message.ShouldBe("XML error: target 'vda' duplicated for disk sources '/tmp/a' and '/tmp/b'");

    [Fact]
    public void A_PCI_address_used_twice_is_refused() =>
        Should.Throw<VireoException>(() => Complete("pc", "<memory>65536</memory>", string.Format(null, Disk, "a", "vda", Slot4) + string.Format(null, Disk, "b", "vdb", Slot4)))
            .Message.ShouldBe("XML error: Attempted double use of PCI Address 0000:00:04.0");

    [Fact]
    public void A_name_that_is_a_path_is_refused() =>
        Should.Throw<VireoException>(() => DomainDefaults.Apply(DomainConfig.Parse("<domain type='qemu'><name>../x</name><memory>65536</memory><os><type>hvm</type></os></domain>"), DomainDefaultsTests.Context))
            .Code.ShouldBe(ErrorCode.XmlError);

    [Fact]
    public void An_address_on_a_bus_that_is_not_there_brings_the_bridges_up_to_it()
    {
        var config = Complete("pc", "<memory>65536</memory>", string.Format(null, Disk, "a", "vda", Slot4.Replace("bus='0'", "bus='2'", StringComparison.Ordinal)));
        config.Devices.Controllers.Where(c => c.Model == "pci-bridge").Select(c => (c.Index, ((PciAddress)c.Address!).Slot)).ShouldBe([(1, 2u), (2, 3u)]);
    }

    [Fact]
    public void More_devices_than_slots_bring_a_bridge()
    {
        var disks = string.Concat(Enumerable.Range(0, 40).Select(i => string.Format(null, Disk, i, i < 26 ? $"vd{(char)('a' + i)}" : $"vda{(char)('a' + i - 26)}", "")));
        var config = Complete("pc", "<memory>65536</memory>", disks);
        config.Devices.Controllers.Count(c => c.Model == "pci-bridge").ShouldBe(1);
        config.Devices.Disks.Select(d => d.Address).Distinct().Count().ShouldBe(40);
    }

    [Fact]
    public void A_missing_uuid_and_mac_are_made_up()
    {
        var config = Complete("pc", "<memory>65536</memory>", "<interface type='user'/>");
        config.Uuid.ShouldNotBeNull();
        config.Devices.Interfaces[0].Mac!.Address.ShouldStartWith("52:54:00:");
    }

    private static DomainConfig Complete(string machine, string general, string devices) => DomainDefaults.Apply(
        DomainConfig.Parse($"<domain type='qemu'><name>x</name>{general}<os><type machine='{machine}'>hvm</type></os><devices>{devices}</devices></domain>"),
        DomainDefaultsTests.Context);
}
