namespace Vireo.Drivers.Vmware.Tests;

/// <summary>Where ours do not do as libvirt 9.0 does: docs/compatibility.md tells of each, and each is so.</summary>
public sealed class OwnWaysTests
{
    private static readonly Dictionary<string, Action> s_ways = new(StringComparer.Ordinal)
    {
        ["displayName, annotation"] = () =>
        {
            var written = Write(Domain with { Name = "a\nb", Description = "c\r\nd\te" });
            written.ShouldContain("displayName = \"a|0ab\"\nannotation = \"c|0d|0ad|09e\"\n");
            var read = VmxDomain.Parse(written, TestHost.Instance);
            (read.Name, read.Description).ShouldBe(("a\nb", "c\r\nd\te"));
        },
        ["quotes in other entries"] = () =>
        {
            var display = new GraphicsConfig { Type = GraphicsType.Vnc, Port = 5901, Passwd = "a\"\nuuid.action = \"create" };
            Refusal(() => Write(Domain with { Devices = new() { Graphics = [display] } })).ShouldBe(ErrorCode.ConfigUnsupported);
        },
        ["hosts and ports of serial ports"] = () =>
        {
            var port = new CharDevice { Type = CharType.Tcp, Sources = [new() { Mode = CharSourceMode.Bind, Host = "::1", Service = "5" }], Protocol = "tls", Target = new() { Port = 0 } };
            var written = Write(Domain with { Devices = new() { Serials = [port] } });
            written.ShouldContain("serial0.fileName = \"ssl://[::1]:5\"\n");
            VmxDomain.Parse(written, TestHost.Instance).Devices.Serials.ShouldBe([port]);
            foreach (var (host, service) in (ReadOnlySpan<(string, string)>)[("h", "x"), ("h", "-1"), ("h", "0"), ("a/b", "5"), ("a b", "5"), ("", "5")])
            {
                var other = port with { Sources = [new() { Host = host, Service = service }] };
                Refusal(() => Write(Domain with { Devices = new() { Serials = [other] } })).ShouldBe(ErrorCode.ConfigUnsupported, host + service);
            }
        },
        ["disk device='lun' without a source"] = () =>
            Refusal(() => Write(Disks(new DiskConfig { Type = DiskType.Block, Device = DiskDevice.Lun, Source = new() { StartupPolicy = StartupPolicy.Mandatory }, Target = Drive("sda") })))
                .ShouldBe(ErrorCode.ConfigUnsupported),
        ["disk/driver/@name"] = () =>
        {
            var domain = Disks(Image("sda") with { Driver = new() { Name = "buslogic" } });
            domain = domain with { Devices = domain.Devices with { Controllers = [new() { Type = ControllerType.Ide, Index = 0 }] } };
            Write(domain).ShouldContain("scsi0.virtualDev = \"buslogic\"\n");
        },
        ["words for disks"] = () =>
            Should.Throw<VireoException>(() => Write(Disks(Image("sda") with { Source = new() { File = "/x.img" } })))
                .Message.ShouldBe("internal error: Image file for scsi disk 'sda' has unsupported suffix, expecting '.vmdk'"),
        ["two names for one place"] = () => Refusal(() => Write(Disks(Image("sda"), Image("sda1")))).ShouldBe(ErrorCode.XmlError),
        ["sched.cpu.shares"] = () => Refusal(() => Read("sched.cpu.shares = \"-1\"")).ShouldBe(ErrorCode.InternalError),
        ["numbers of more than 32 bits"] = () =>
        {
            Refusal(() => Read("numvcpus = \"4294967297\"")).ShouldBe(ErrorCode.InternalError);
            Refusal(() => Read("svga.vramSize = \"4398046511104\"")).ShouldBe(ErrorCode.InternalError);
            Refusal(() => Read("RemoteDisplay.vnc.enabled = \"true\"\nRemoteDisplay.vnc.port = \"4294967297\"")).ShouldBe(ErrorCode.InternalError);
        },
        ["memsize"] = () =>
        {
            Refusal(() => Read("memsize = \"17592186044416\"")).ShouldBe(ErrorCode.Overflow);
            Read("memsize = \"17592186044412\"").Memory!.Size.MiB.ShouldBe(17592186044412UL);
        },
        ["bytes that are no text"] = () =>
        {
            Refusal(() => Read("displayName = \"a|00b\"")).ShouldBe(ErrorCode.InternalError);
            Refusal(() => Read("annotation = \"a|ffb\"")).ShouldBe(ErrorCode.InternalError);
            Read("displayName = \"|c3|A4\"").Name.ShouldBe("ä");
            Refusal(() => VmxDomain.Parse([.. "displayName = \""u8, 0xff, .. "\""u8], TestHost.Instance)).ShouldBe(ErrorCode.InternalError);
        },
        ["empty lines alone"] = () => Refusal(() => VmxDomain.Parse("\n\n", TestHost.Instance)).ShouldBe(ErrorCode.InternalError),
    };

    private static DomainConfig Domain => DomainConfig.Parse("<domain type='vmware'><name>n</name><memory>4096</memory><os><type>hvm</type></os></domain>");

    public static TheoryData<string> Ways => [.. s_ways.Keys];

    [Theory]
    [MemberData(nameof(Ways))]
    public void It_is_as_the_page_says(string place) => s_ways[place]();

    [Fact]
    public void The_page_tells_of_each() => CompatibilityPage.Of("VMX: otherwise than libvirt 9.0").Order().ShouldBe(s_ways.Keys.Order());

    private static DomainConfig Disks(params DiskConfig[] disks) => Domain with { Devices = new() { Disks = disks.ToConfigList() } };

    private static DiskConfig Image(string name) => new() { Type = DiskType.File, Device = DiskDevice.Disk, Source = new() { File = "/x.vmdk" }, Target = Drive(name) };

    private static DiskTarget Drive(string name) => new() { Dev = name, Bus = DiskBus.Scsi };

    private static string Write(DomainConfig domain) => VmxDomain.Format(domain, TestHost.Instance, 4);

    private static DomainConfig Read(string lines) => VmxDomain.Parse("config.version = \"8\"\nvirtualHW.version = \"4\"\n" + lines + "\n", TestHost.Instance);

    private static ErrorCode Refusal(Func<object> use) => Should.Throw<VireoException>(use).Code;
}
