using Vireo.Drivers.Qemu.CommandLine.Reading;

namespace Vireo.Drivers.Qemu.Tests.CommandLine.Reading;

/// <summary>Command lines that are cut short or spoilt are read or refused, and nothing else.</summary>
public sealed class HostileCommandLineTests
{
    private const string Today = """
        qemu-system-x86_64 -machine q35,accel=kvm,memory-backend=m,pflash0=f -object memory-backend-memfd,id=m,size=1G,share=on -cpu host,+vmx,hv-spinlocks=0x1fff -smp 4,sockets=1,cores=2,threads=2 -m 1G
        -blockdev '{"driver":"qcow2","node-name":"d","file":{"driver":"file","filename":"/a.qcow2"},"backing":"b"}' -blockdev driver=raw,node-name=b,file.driver=nbd,file.server.type=inet,file.server.host=h,file.server.port=1
        -device pcie-root-port,id=r,bus=pcie.0,addr=2.0,chassis=1 -device virtio-blk-pci,drive=d,bus=r,addr=0 -drive file=rbd:p/i:mon_host=a\:1\;b,if=none,id=x -device virtio-scsi-pci,id=s -device scsi-hd,bus=s.0,drive=x
        -netdev user,id=n,net=10.0.0.0/24 -device e1000,netdev=n,mac=52:54:00:00:00:01 -nic tap,ifname=t0 -net nic,vlan=3 -net socket,mcast=230.0.0.1:1234,vlan=3 -chardev socket,id=c,path=/c,server=on,wait=off -device isa-serial,chardev=c
        -serial udp:h:1@:2 -vnc [::1]:1,share=ignore -spice port=5,disable-ticketing=on -device usb-host,hostbus=1,hostaddr=2 -usbdevice host:1.2 -rtc base=2020-01-01 -boot order=cd,reboot-timeout=5 -global PIIX4_PM.disable_s3=1
        """;

    private static readonly string[] s_pieces = ["", ",", "=", "'", "\"", "\\", "{", "}", ":", "-", "\0", "9999999999999999999999", "0x", "é", "\n", "..", "-device", "&", "#"];

    [Fact]
    public void No_line_is_more_than_refused()
    {
        IReadOnlyList<string> seeds = Repository.Corpus is { } corpus
            ? [Today, .. Directory.GetFiles(Path.Combine(corpus, "qemuargv2xmldata"), "*.args").Order(StringComparer.Ordinal).Select(File.ReadAllText)]
            : [Today];
        SpoiledText.FindHarm(line => CommandLineReader.Read(line).ToXml(), [Today], s_pieces, 4000).ShouldBeNull();
        SpoiledText.FindHarm(line => CommandLineReader.Read(line).ToXml(), seeds, s_pieces, 4000).ShouldBeNull();
    }

    [Fact]
    public void A_line_that_is_cut_short_is_read_as_far_as_it_goes_or_refused()
    {
        for (var cut = 0; cut < Today.Length; cut++)
        {
            try
            {
                CommandLineReader.Read(Today[..cut]).ToXml();
            }
            catch (VireoException error)
            {
                error.Code.ShouldBe(ErrorCode.InternalError);
            }
        }
    }

    [Fact]
    public void What_is_too_long_is_refused()
    {
        Should.Throw<VireoException>(() => CommandLineReader.Read("qemu -append " + new string('x', 1 << 21))).Code.ShouldBe(ErrorCode.InternalError);
        Should.Throw<VireoException>(() => CommandLineReader.Read("qemu " + string.Concat(Enumerable.Repeat("-S ", 1 << 15)))).Code.ShouldBe(ErrorCode.InternalError);
        CommandLineReader.Read("qemu -blockdev " + new string('{', 5000)).QemuCommandline!.Args.Count.ShouldBe(2);
    }

    [Fact]
    public void A_chain_that_leads_back_to_itself_is_passed_on() =>
        CommandLineReader.Read("qemu -blockdev driver=qcow2,node-name=a,backing=b,file.driver=file,file.filename=/a -blockdev driver=qcow2,node-name=b,backing=a,file.driver=file,file.filename=/b -device virtio-blk,drive=a")
            .QemuCommandline!.Args.Count.ShouldBe(6);
}
