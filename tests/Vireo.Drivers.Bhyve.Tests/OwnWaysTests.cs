namespace Vireo.Drivers.Bhyve.Tests;

/// <summary>Where ours do not do as libvirt 9.0 does: docs/compatibility.md tells of each, and each is so.</summary>
public sealed class OwnWaysTests
{
    private static readonly Dictionary<string, Action> s_ways = new(StringComparer.Ordinal)
    {
        ["commas and line breaks"] = () =>
        {
            foreach (var disk in (ReadOnlySpan<string>)["<source file='/d,ro'/><target dev='vda' bus='virtio'/>", "<source file='/d,cd:/e'/><target dev='sda' bus='sata'/>", "<source file='/d&#10;(cd) /e'/><target dev='sda' bus='sata'/>"])
                Code(Guests.Make(disk: $"<disk type='file'>{disk}</disk>", head: "<bootloader>/grub-bhyve</bootloader>")).ShouldBe(ErrorCode.ConfigUnsupported);
            Code(Guests.Make("<filesystem><source dir='/a,b'/><target dir='d'/></filesystem>")).ShouldBe(ErrorCode.ConfigUnsupported);
            Code(Guests.Make("<filesystem><source dir='/a'/><target dir='d=e'/></filesystem>")).ShouldBe(ErrorCode.ConfigUnsupported);
            Code(Guests.Make("<serial type='nmdm'><source master='/dev/nmdm0A,x'/></serial>")).ShouldBe(ErrorCode.ConfigUnsupported);
        },
        ["names that begin with -"] = () => Code(Guests.Make(name: "-x")).ShouldBe(ErrorCode.ConfigUnsupported),
        ["devices that bhyve has not"] = () =>
        {
            foreach (var device in (ReadOnlySpan<string>)["<watchdog model='i6300esb'/>", "<memballoon model='virtio'/>", "<input type='mouse' bus='usb'/>", "<rng model='virtio'><backend model='random'/></rng>", "<hostdev mode='subsystem' type='pci'><source><address bus='1'/></source></hostdev>"])
                Code(Guests.Make(device)).ShouldBe(ErrorCode.ConfigUnsupported, device);
            Guests.Options(Guests.Make("<memballoon model='none'/>")).ShouldNotContain("balloon");
        },
        ["second serial port"] = () => Guests.Options(Guests.Make("<serial type='nmdm'><source master='/dev/nmdm0A'/></serial><serial type='nmdm'><source master='/dev/nmdm1A'/></serial>"))
            .ShouldContain("-l com1,/dev/nmdm0A -l com2,/dev/nmdm1A"),
        ["functions of slots"] = () => Guests.Options(Guests.Make("<interface type='bridge'><source bridge='b'/><model type='virtio'/><address type='pci' slot='5' function='3'/></interface>")).ShouldContain("-s 5:3,virtio-net,"),
        ["play and rec of sound"] = () => Guests.Options(Guests.Make("<sound model='ich7'><audio id='1'/></sound><audio id='1' type='oss'><input dev='/in'/><output dev='/out'/></audio>"))
            .ShouldContain(",hda,play=/out,rec=/in"),
        ["empty disks"] = () =>
        {
            Code(Guests.Make(disk: "<disk type='file'><target dev='vda' bus='virtio'/></disk>")).ShouldBe(ErrorCode.ConfigUnsupported);
            Code(Guests.Make(disk: "<disk type='file'><target dev='sda' bus='sata'/></disk>")).ShouldBe(ErrorCode.ConfigUnsupported);
        },
        ["no boot order but a card's"] = () =>
        {
            var devices = "<disk type='file'><source file='/e.img'/><target dev='hdb' bus='sata'/></disk><interface type='bridge'><source bridge='b'/><model type='virtio'/><boot order='1'/></interface>";
            Guests.Loader(Guests.Make(devices)).ShouldBe("/usr/sbin/bhyveload -m 64 -d /d.img n");
        },
        ["commands: options that no document has"] = () =>
        {
            var domain = Read("-c 1 -m 64 -W -s 2:0,virtio-rnd -s 3:0,virtio-blk,/d,ro -p 0:1 -l com3x,y n");
            domain.BhyveCommandline!.Args.ShouldBe(["-W", "-s", "2:0,virtio-rnd", "-s", "3:0,virtio-blk,/d,ro", "-p", "0:1", "-l", "com3x,y"]);
            domain.Devices.Disks.ShouldBeEmpty();
        },
        ["commands: CPUs by socket"] = () =>
        {
            var domain = Read("-c cpus=4,sockets=1,cores=2,threads=2 -m 64 n");
            (domain.Vcpu!.Count, domain.Cpu!.Topology!.Cores, domain.Cpu.Topology.Threads).ShouldBe((4u, 2u, 2u));
            Code(() => Read("-c cpus=3,cores=2 -m 64 n")).ShouldBe(ErrorCode.OperationFailed);
        },
        ["commands: firmware, MSRs"] = () =>
        {
            var domain = Read("-w -l bootrom,/f.fd -m 64 n");
            (domain.Os.Loader!.Path, domain.Features!.Msrs!.Unknown).ShouldBe(("/f.fd", UnknownMsrs.Ignore));
        },
        ["commands: a loader's other disk"] = () =>
        {
            var domain = BhyveDomain.FromNative("/usr/sbin/bhyveload -m 64 -d /other n\n/usr/sbin/bhyve -m 64 -s 2,virtio-blk,/d n");
            (domain.Bootloader, domain.BootloaderArgs).ShouldBe(("/usr/sbin/bhyveload", "-m 64 -d /other n"));
        },
        ["commands: no memory"] = () => Read("n").Memory!.Size.MiB.ShouldBe(256UL),
        ["commands: more than two"] = () =>
        {
            Code(() => BhyveDomain.FromNative("/usr/sbin/bhyve -m 64 n\n/usr/sbin/bhyve -m 64 n")).ShouldBe(ErrorCode.InternalError);
            Code(() => BhyveDomain.FromNative("/a\n/b\n/usr/sbin/bhyve -m 64 n")).ShouldBe(ErrorCode.InternalError);
        },
    };

    public static TheoryData<string> Ways => [.. s_ways.Keys];

    [Theory]
    [MemberData(nameof(Ways))]
    public void It_is_as_the_page_says(string place) => s_ways[place]();

    [Fact]
    public void The_page_tells_of_each() => CompatibilityPage.Of("bhyve: otherwise than libvirt 9.0").Order().ShouldBe(s_ways.Keys.Order());

    private static DomainConfig Read(string options) => BhyveDomain.FromNative("/usr/sbin/bhyve " + options);

    private static ErrorCode Code(DomainConfig domain) => Guests.Refusal(domain).Code;

    private static ErrorCode Code(Func<object> use) => Should.Throw<VireoException>(use).Code;
}
