using Vireo.Config;
using Vireo.Drivers.Qemu.CommandLine.Reading;

namespace Vireo.Drivers.Qemu.Tests.CommandLine.Reading;

/// <summary>What scripts of today have, and what becomes of what no document can say.</summary>
public sealed class CommandLineReaderTests
{
    [Fact]
    public void A_script_is_read_as_the_shell_reads_it()
    {
        var line = ShellLine.Parse("#!/bin/sh\n# a guest\nA='b c' D=\"e \\\" f\" exec qemu -name 'it'\\''s' \\\n  -append \"a $b\" # the end\n -S &\n");
        line.Environment.ShouldBe([new("A", "b c"), new("D", "e \" f")]);
        line.Program.ShouldBe("qemu");
        line.Arguments.ShouldBe(["-name", "it's", "-append", "a $b", "-S"]);
    }

    [Theory]
    [InlineData("", "no emulator path found")]
    [InlineData("A=b", "no emulator path found")]
    [InlineData("qemu -name 'x", "quote that is not closed")]
    [InlineData("qemu -name \"x", "quote that is not closed")]
    [InlineData("qemu -S ; rm x", "second command")]
    [InlineData("qemu -name", "missing value for -name argument")]
    [InlineData("qemu -m lots", "cannot parse memory level 'lots'")]
    [InlineData("qemu -smp 0", "cannot parse CPU topology '0'")]
    [InlineData("qemu -uuid x", "malformed uuid 'x'")]
    public void What_is_no_command_line_is_refused(string text, string reason)
    {
        var refused = Should.Throw<VireoException>(() => CommandLineReader.Read(text));
        refused.Code.ShouldBe(ErrorCode.InternalError);
        refused.Message.ShouldContain(reason);
    }

    [Fact]
    public void A_disk_has_its_node_its_chain_and_its_place()
    {
        var config = CommandLineReader.Read("""
            qemu-system-x86_64 -machine q35 -object iothread,id=iothread1 -device pcie-root-port,id=root,chassis=1,bus=pcie.0,addr=0x3
              -blockdev driver=file,node-name=base-file,filename=/base.raw -blockdev driver=raw,node-name=base,file=base-file
              -blockdev '{"driver":"qcow2","node-name":"top","file":{"driver":"file","filename":"/top.qcow2","aio":"native"},"backing":"base","cache":{"direct":true,"no-flush":false}}'
              -device virtio-blk-pci,drive=top,bus=root,iothread=iothread1,bootindex=2,serial=abc
            """.Replace("bus=root,", "bus=root,addr=0x0,", StringComparison.Ordinal));
        config.QemuCommandline.ShouldBeNull();
        var disk = config.Devices.Disks.ShouldHaveSingleItem();
        disk.Source!.File.ShouldBe("/top.qcow2");
        disk.Driver.ShouldBe(new DiskDriver { Name = "qemu", Type = "qcow2", Cache = DiskCache.None, Io = DiskIo.Native, Iothread = 1 });
        disk.BackingStore!.Source!.File.ShouldBe("/base.raw");
        disk.BackingStore.Format!.Type.ShouldBe("raw");
        disk.Boot!.Order.ShouldBe(2u);
        disk.Serial.ShouldBe("abc");
        disk.Address.ShouldBe(new PciAddress { Domain = 0, Bus = 1, Slot = 0, Function = 0 });
    }

    [Fact]
    public void What_is_not_understood_is_passed_on_whole()
    {
        var config = CommandLineReader.Read("""
            FOO=bar qemu-system-x86_64 -m size=1G,slots=2,maxmem=4G -machine pc,usb=off,suppress-vmdesc=on -netdev user,id=n,hostfwd=tcp::2222-:22 -device e1000,netdev=n
              -drive file=a.img,if=virtio,throttling.iops-total=7 -fw_cfg name=opt/x,string=y --nonsense yes -device edu
            """);
        config.QemuCommandline.ShouldBe(new QemuCommandline
        {
            Args =
            [
                "-m", "slots=2,maxmem=4G", "-machine", "suppress-vmdesc=on", "-netdev", "user,id=n,hostfwd=tcp::2222-:22", "-device", "e1000,netdev=n", "-drive", "file=a.img,if=virtio,throttling.iops-total=7",
                "-fw_cfg", "name=opt/x,string=y", "-nonsense", "yes", "-device", "edu",
            ],
            Envs = [new QemuEnvironment { Name = "FOO", Value = "bar" }],
        });
        config.Devices.Disks.ShouldBeEmpty();
        config.Devices.Interfaces.ShouldBeEmpty();
        config.Memory!.Size.MiB.ShouldBe(1024UL);
        config.Os.Type!.Machine.ShouldBe("pc");
    }

    [Theory]
    [InlineData("-drive file=/v.fd,if=pflash,format=raw,unit=1 -drive file=/c.fd,if=pflash,format=raw,unit=0,readonly=on")]
    [InlineData("-vnc :1,password=on")]
    [InlineData("-spice port=5900,password=secret")]
    [InlineData("-cpu host,topoext=maybe")]
    [InlineData("-display gtk")]
    [InlineData("-device virtio-blk-pci,drive=gone")]
    [InlineData("-device scsi-hd,bus=gone.0")]
    [InlineData("-blockdev driver=quorum,node-name=q -device virtio-blk-pci,drive=q")]
    [InlineData("-rtc base=tomorrow")]
    public void What_a_document_cannot_say_stays_an_argument(string options) =>
        string.Join(' ', CommandLineReader.Read($"qemu-system-x86_64 {options}").QemuCommandline!.Args).ShouldBe(options);

    [Theory]
    [InlineData("-nic user,model=virtio-net-pci,mac=52:54:00:12:34:56", "user", "virtio")]
    [InlineData("-netdev tap,id=t,ifname=tap7,script=no -device virtio-net-pci,netdev=t", "ethernet", "virtio")]
    [InlineData("-netdev bridge,id=t,br=br7 -device e1000e,netdev=t", "bridge", "e1000e")]
    [InlineData("-net nic,model=pcnet -net user", "user", "pcnet")]
    [InlineData("-netdev socket,id=s,mcast=230.0.0.1:1234 -device rtl8139,netdev=s", "mcast", "rtl8139")]
    public void Cards_are_read_with_their_other_end(string options, string type, string model)
    {
        var config = CommandLineReader.Read($"qemu-system-x86_64 {options}");
        config.QemuCommandline.ShouldBeNull();
        var card = config.Devices.Interfaces.ShouldHaveSingleItem();
        card.Type!.Value.ToXmlName().ShouldBe(type);
        card.Model.ShouldBe(model);
    }

    [Fact]
    public void Firmware_in_flash_is_the_loader_with_its_variables()
    {
        foreach (var options in (string[])[
            "-drive if=pflash,format=raw,readonly=on,file=/code.fd -drive if=pflash,format=raw,file=/vars.fd",
            "-machine q35,pflash0=c,pflash1=v -blockdev driver=raw,node-name=c,read-only=on,file.driver=file,file.filename=/code.fd -blockdev driver=raw,node-name=v,file.driver=file,file.filename=/vars.fd"])
        {
            var config = CommandLineReader.Read($"qemu-system-x86_64 {options}");
            config.QemuCommandline.ShouldBeNull();
            config.Os.Loader.ShouldBe(new LoaderConfig { Path = "/code.fd", Readonly = true, Type = LoaderType.Pflash });
            config.Os.Nvram!.Path.ShouldBe("/vars.fd");
        }
    }
}
