using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults;

namespace Vireo.Drivers.Qemu.Tests.Defaults;

/// <summary>What libvirtd 9.0 refuses of disks whose image another process has.</summary>
public sealed class VhostUserDisksTests
{
    private const string Source = "<source type='unix' path='/s'/>";

    [Theory]
    [InlineData("<source path='/s'/>", "missing 'type' attribute for vhostuser disk source", ErrorCode.XmlError)]
    [InlineData("<source type='unix'/>", "missing 'path' attribute for vhostuser disk source", ErrorCode.XmlError)]
    [InlineData("<source type='unix' path='/s' startupPolicy='optional'/>", "disk startupPolicy 'optional' is not allowed for disk of 'vhostuser' type", ErrorCode.XmlError)]
    [InlineData(Source + "<serial>a</serial>", "serial is not supported with vhostuser disk")]
    [InlineData(Source + "<wwn>5000c50015ea71ad</wwn>", "wwn is not supported with vhostuser disk")]
    [InlineData(Source + "<readonly/>", "readonly is not supported with vhostuser disk")]
    [InlineData(Source + "<shareable/>", "shareable is not supported with vhostuser disk")]
    [InlineData(Source + "<transient/>", "transient is not supported with vhostuser disk")]
    [InlineData(Source + "<iotune><total_bytes_sec>1</total_bytes_sec></iotune>", "iotune is not supported with vhostuser disk")]
    [InlineData(Source + "<driver name='qemu' cache='none'/>", "cache is not supported with vhostuser disk")]
    [InlineData(Source + "<driver name='qemu' io='native'/>", "io is not supported with vhostuser disk")]
    [InlineData(Source + "<driver name='qemu' discard='unmap'/>", "discard is not supported with vhostuser disk")]
    [InlineData(Source + "<driver name='qemu' error_policy='stop'/>", "error_policy is not supported with vhostuser disk")]
    [InlineData(Source + "<driver name='qemu' copy_on_read='on'/>", "copy_on_read is not supported with vhostuser disk")]
    [InlineData(Source + "<driver name='qemu' iothread='1'/>", "iothread is not supported with vhostuser disk")]
    [InlineData(Source + "<backingStore type='file'><format type='raw'/><source file='/x'/></backingStore>", "backingStore is not supported with vhostuser disk")]
    public void What_only_QEMU_could_do_is_refused(string inner, string message, ErrorCode code = ErrorCode.ConfigUnsupported) => Refused(Domain(inner), message, code);

    [Fact]
    public void The_guests_memory_has_to_be_shared()
    {
        Refused(Domain(Source, memory: ""), "'vhostuser' requires shared memory");
        VhostUserDisks.Check(Domain(Source));
        VhostUserDisks.Check(Domain(Source + "<driver name='qemu' queues='2' queue_size='64' event_idx='on'/><boot order='1'/>"));
    }

    [Fact]
    public void They_are_at_the_bus_of_virtio_and_in_no_snapshot()
    {
        Refused(Domain(Source, target: "dev='sda' bus='scsi'"), "vhostuser disk supports only virtio bus");
        Refused(Domain(Source, attributes: "device='lun'"), "disk device='lun' is only valid for block type disk source");
        Refused(Domain(Source, attributes: "snapshot='external'"), "only snapshot=no is supported with vhostuser disk");
    }

    private static void Refused(DomainConfig domain, string message, ErrorCode code = ErrorCode.ConfigUnsupported)
    {
        var failure = Should.Throw<VireoException>(() => VhostUserDisks.Check(domain));
        (failure.Code, failure.Message.Contains(message, StringComparison.Ordinal)).ShouldBe((code, true), failure.Message);
    }

    private static DomainConfig Domain(string inner, string memory = "<memoryBacking><access mode='shared'/></memoryBacking>", string attributes = "device='disk'", string target = "dev='vda' bus='virtio'") => DomainConfig.Parse(
        $"<domain type='qemu'><name>d</name>{memory}<os><type>hvm</type></os><devices><disk type='vhostuser' {attributes}>{inner}<target {target}/></disk></devices></domain>");
}
