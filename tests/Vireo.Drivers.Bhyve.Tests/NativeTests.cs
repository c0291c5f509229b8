namespace Vireo.Drivers.Bhyve.Tests;

/// <summary>Commands as text, both ways.</summary>
public sealed class NativeTests
{
    [Fact]
    public void What_is_written_is_read_again()
    {
        var devices = """
            <disk type='file'><source file='/with space&apos;s.img'/><target dev='vda' bus='virtio'/></disk>
            <interface type='bridge'><mac address='02:00:00:00:00:01'/><source bridge='virbr0'/><model type='virtio'/></interface>
            <graphics type='vnc' port='5904'><listen type='address' address='127.0.0.1'/></graphics>
            <serial type='nmdm'><source master='/dev/nmdm0A' slave='/dev/nmdm0B'/></serial>
            """;
        var domain = Guests.Make(devices, "<loader readonly='yes' type='pflash'>/f.fd</loader>", "<vcpu>2</vcpu><features><acpi/></features>", disk: "");
        var written = BhyveDomain.ToNative(domain, new PreviewHost(BhyveFeatures.All));
        var read = BhyveDomain.FromNative(written);

        read.Devices.Disks[0].Source!.File.ShouldBe("/with space's.img");
        BhyveDomain.ToNative(read, new PreviewHost(BhyveFeatures.All)).ShouldBe(written);
    }

    [Fact]
    public void Loader_and_guest_are_two_lines() => Guests.Native(Guests.Make()).ShouldBe(
        "/usr/sbin/bhyveload -m 64 -d /d.img n\n/usr/sbin/bhyve -c 1 -m 64 -u -H -P -s 0:0,hostbridge -s 2:0,ahci,hd:/d.img n");

    [Theory]
    [InlineData("512", 512)]
    [InlineData("1048575", 1048575)]
    [InlineData("1048576", 1)]
    [InlineData("1G", 1024)]
    [InlineData("2048k", 2)]
    public void Memory_is_in_mebibytes_unless_it_is_much(string told, int mebibytes) => Read($"-m {told} n").Memory!.Size.MiB.ShouldBe((ulong)mebibytes);

    [Theory]
    [InlineData("-m 0 n")]
    [InlineData("-m 1x n")]
    [InlineData("-m 18446744073709551615T n")]
    [InlineData("-m 64 -m 65 n")]
    [InlineData("-c 0 n")]
    [InlineData("-c -1 n")]
    [InlineData("-m 64")]
    [InlineData("-m 64 a b")]
    [InlineData("-s 2:0 n")]
    [InlineData("-s x,virtio-blk,/d n")]
    [InlineData("-s 32,virtio-blk,/d n")]
    [InlineData("-s 1:2:3:4,virtio-blk,/d n")]
    [InlineData("-l com1 n")]
    public void Options_that_say_nothing_are_refused(string options) => Should.Throw<VireoException>(() => Read(options)).Code.ShouldBe(ErrorCode.OperationFailed);

    [Theory]
    [InlineData("-U x n", ErrorCode.InternalError, "internal error: Cannot parse UUID 'x'")]
    [InlineData("-m", ErrorCode.InvalidArg, "invalid argument: Missing argument for '-m'")]
    public void Other_refusals(string options, ErrorCode code, string message)
    {
        var refused = Should.Throw<VireoException>(() => Read(options));
        (refused.Code, refused.Message).ShouldBe((code, message));
    }

    [Fact]
    public void A_27th_disk_has_no_name() => Should.Throw<VireoException>(() => Read(string.Concat(Enumerable.Repeat("-s 2,virtio-blk,/d ", 27)) + "n")).Message.ShouldBe("unsupported configuration: too many disks");

    [Fact]
    public void Letters_may_stand_together_and_words_between_quotes()
    {
        var domain = Read("""-AHPm64 -s "2,virtio-blk,/a b" -- n""");
        (domain.Features!.Acpi, domain.Memory!.Size.MiB, domain.Devices.Disks[0].Source!.File, domain.BhyveCommandline).ShouldBe((true, 64UL, "/a b", null));
    }

    [Theory]
    [InlineData("ahci-cd,/c.iso", DiskDevice.Cdrom, "sda")]
    [InlineData("virtio-blk,/dev/ada0", DiskDevice.Disk, "vda")]
    public void Drives(string device, DiskDevice kind, string name)
    {
        var disk = Read($"-m 64 -s 2:1,{device} n").Devices.Disks[0];
        (disk.Device, disk.Target!.Dev, disk.Type).ShouldBe((kind, name, device.Contains("/dev/", StringComparison.Ordinal) ? DiskType.Block : DiskType.File));
    }

    private static DomainConfig Read(string options) => BhyveDomain.FromNative("/usr/sbin/bhyve " + options);
}
