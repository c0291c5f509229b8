using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Security;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tests.Security;

/// <summary>The texts of AppArmor profiles. That the kernel takes them, and what it then refuses, is shown in a guest whose kernel has AppArmor.</summary>
public sealed class GuestProfileTests
{
    private static readonly GuestOwner s_user = new(new HostAccount(4711, 4712, []));

    [Fact]
    public void What_is_read_and_what_is_written_differ()
    {
        var rules = Rules("", s_user, new GuestFile("/nowhere/base.img"), new GuestFile("/nowhere/top.img", FileUse.Exclusive), new GuestFile("/nowhere/log") { IsWritten = true });
        rules.ShouldContain("\"/nowhere/base.img\" rk,");
        rules.ShouldContain("\"/nowhere/top.img\" rwk,");
        rules.ShouldContain("\"/nowhere/log\" rwk,");
        rules.ShouldNotContain("capability dac_override,");
        Rules("", new GuestOwner(Account: null)).ShouldContain("capability dac_override,");
    }

    [Fact]
    public void The_file_behind_a_link_is_the_one_that_counts()
    {
        using var scratch = new ScratchDirectory();
        File.WriteAllText(scratch["real"], "");
        File.CreateSymbolicLink(scratch["link"], scratch["real"]);
        var rules = Rules("", s_user, new GuestFile(scratch["link"]));
        rules.ShouldContain($"\"{scratch["link"]}\" rk,");
        rules.ShouldContain($"\"{scratch["real"]}\" rk,");
    }

    [Fact]
    public void A_run_may_lie_behind_a_link()
    {
        using var scratch = new ScratchDirectory();
        Directory.CreateDirectory(scratch["real"]);
        File.CreateSymbolicLink(scratch["link"], scratch["real"]);
        var text = GuestProfile.Write("p", DomainConfig.Parse("<domain type='qemu'><name>d</name><os><type>hvm</type></os></domain>"), s_user, scratch["link"] + "/run", scratch["link"] + "/sockets", scratch["link"] + "/d.log", []);
        foreach (var place in (string[])["link", "real"])
        {
            text.ShouldContain($"\"{scratch[place]}/sockets/**\" rwk,");
            text.ShouldContain($"\"{scratch[place]}/d.log{{,.*}}\" w,");
            text.ShouldContain($"deny \"{scratch[place]}/run/monitor.sock\" w,");
        }
    }

    [Fact]
    public void Names_are_no_patterns()
    {
        Rules("", s_user, new GuestFile("/odd/{a,b}*[c]?^@{HOME}\"\\ x")).ShouldContain("""
            "/odd/\{a\,b\}\*\[c\]\?\^\@\{HOME\}\"\\ x" rk,
            """.Trim());
        var failure = Should.Throw<VireoException>(() => Rules("", s_user, new GuestFile("/odd/a\",\n  /** rw,\n\"")));
        failure.Code.ShouldBe(ErrorCode.ConfigUnsupported);
        failure.Message.ShouldContain("0x0a");
    }

    [Theory]
    [InlineData("<filesystem type='mount'><source dir='/nowhere/shared'/><target dir='t'/></filesystem>", "\"/nowhere/shared/**\" rwlk,")]
    [InlineData("<filesystem type='mount'><source dir='/nowhere/shared'/><target dir='t'/><readonly/></filesystem>", "\"/nowhere/shared/**\" r,")]
    [InlineData("<serial type='unix'><source mode='bind' path='/nowhere/s'/></serial>", "\"/nowhere/s\" rw,")]
    [InlineData("<graphics type='egl-headless'><gl rendernode='/dev/dri/r'/></graphics>", "\"/dev/dri/r\" rw,")]
    [InlineData("<shmem name='m'/>", "\"/dev/shm/m\" rwk,")]
    [InlineData("<graphics type='vnc'><listen type='socket' socket='/nowhere/vnc'/></graphics>", "\"/nowhere/vnc\" rw,")]
    [InlineData("<disk type='block' device='lun'><source dev='/nowhere/lun'/><target dev='sda' bus='scsi'/></disk>", "capability sys_rawio,")]
    [InlineData("<disk type='block' device='lun'><source dev='/nowhere/lun'><reservations managed='no'><source type='unix' path='/nowhere/pr' mode='client'/></reservations></source><target dev='sda' bus='scsi'/></disk>", "\"/nowhere/pr\" rw,")]
    [InlineData("<hostdev mode='subsystem' type='usb'><source><address bus='1' device='2'/></source></hostdev>", "/sys/bus/usb/devices/{,*} r,")]
    [InlineData("<disk type='nvme'><source type='pci' namespace='1'><address bus='0x01'/></source><target dev='vda'/></disk>", "/sys/bus/pci/devices/{,*} r,")]
    [InlineData("<disk type='file'><source file='/nowhere/o'/><backingStore type='nvme'><format type='raw'/><source type='pci' namespace='1'><address bus='0x01'/></source></backingStore><target dev='vda'/></disk>", "/sys/bus/pci/devices/{,*} r,")]
    [InlineData("<emulator>/usr/bin/true</emulator>", "\"/usr/bin/true\" mr,")]
    public void Devices_bring_their_rules(string devices, string rule)
    {
        Rules(devices, s_user).ShouldContain(rule);
        Rules("", s_user).ShouldNotContain(rule);
    }

    [Fact]
    public void Folders_and_the_sockets_of_servers_are_reached()
    {
        var live = DomainConfig.Parse("""
            <domain type='qemu'><name>d</name><os><type>hvm</type></os><devices>
            <disk type='dir' device='disk'><driver type='fat'/><source dir='/nowhere/folder'/><target dev='vda'/><readonly/></disk>
            <disk type='network' device='disk'><source protocol='nbd'><host transport='unix' socket='/nowhere/nbd'/></source><target dev='vdb'/></disk>
            </devices></domain>
            """);
        var disks = new LiveDisks([.. live.Devices.Disks.Select((disk, i) => new LiveDisk(disk.Target!.Dev!, disk.NamedChain(), [i + 1], disk.Access()))], 2);
        var files = GuestFiles.Of(live, disks);
        var rules = Rules("", s_user, [.. files]);
        rules.ShouldContain("\"/nowhere/folder/\" r,");
        rules.ShouldContain("\"/nowhere/folder/**\" rk,");
        rules.ShouldContain("\"/nowhere/nbd\" rwk,");
        // A server's socket is not the guest's.
        files.Single(file => file.Path == "/nowhere/nbd").KeepsOwner.ShouldBeTrue();
    }

    private static IReadOnlyList<string> Rules(string devices, GuestOwner owner, params GuestFile[] files)
    {
        var live = DomainConfig.Parse($"<domain type='qemu'><name>d</name><os><type>hvm</type></os><devices>{devices}</devices></domain>");
        var text = GuestProfile.Write("libvirt-x", live, owner, "/run/d", "/run/c", "/var/log/d.log", files);
        text.ShouldContain("profile \"libvirt-x\" flags=(attach_disconnected) {");
        return [.. text.Split('\n').Select(line => line.Trim())];
    }
}
