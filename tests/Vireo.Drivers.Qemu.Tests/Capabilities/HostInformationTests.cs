using System.Xml.Linq;
using Vireo.Drivers.Qemu.Capabilities;

namespace Vireo.Drivers.Qemu.Tests.Capabilities;

public sealed class HostInformationTests : IDisposable
{
    private const string Emulator = "/usr/bin/qemu-system-x86_64";
    private readonly string _directory = Directory.CreateTempSubdirectory("vireo-caps-").FullName;
    private readonly HostInformation _host;

    public HostInformationTests() => _host = new(new QemuCapabilitiesCache(_directory), (64055, 64055));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task The_host_and_its_guests_are_told()
    {
        NeedsQemu();
        var document = XDocument.Parse((await _host.CapabilitiesAsync(default)).ToXml());
        var host = document.Root!.Element("host")!;
        Guid.TryParse(host.Element("uuid")!.Value, out _).ShouldBeTrue();
        host.Element("cpu")!.Element("arch")!.Value.ShouldBe("x86_64");
        host.Element("topology")!.Descendants("cpu").Count().ShouldBe(Environment.ProcessorCount);
        var guest = document.Root.Elements("guest").Single(g => g.Element("arch")!.Attribute("name")!.Value == "x86_64");
        guest.Element("arch")!.Elements("machine").First(m => m.Value == "pc").Attribute("canonical")!.Value.ShouldStartWith("pc-i440fx-");
        guest.Element("arch")!.Elements("domain").First().Attribute("type")!.Value.ShouldBe("qemu");
    }

    [Theory]
    [InlineData(null, "pc-i440fx-", true)]
    [InlineData("q35", "pc-q35-", false)]
    public async Task What_a_domain_may_ask_for_depends_on_the_machine(string? machine, string name, bool ide)
    {
        NeedsQemu();
        var document = XDocument.Parse((await _host.DomainCapabilitiesAsync(Emulator, null, machine, "qemu", default)).ToXml());
        document.Root!.Element("machine")!.Value.ShouldStartWith(name);
        document.Root.Element("domain")!.Value.ShouldBe("qemu");
        var buses = document.Descendants("disk").Single().Elements("enum").Single(e => e.Attribute("name")!.Value == "bus").Elements("value").Select(v => v.Value).ToList();
        buses.Contains("ide").ShouldBe(ide);
        buses.ShouldContain("virtio");
        document.Descendants("mode").Single(m => m.Attribute("name")!.Value == "host-passthrough").Attribute("supported")!.Value.ShouldBe("no");
        document.Descendants("model").Single(m => m.Value == "qemu64" && m.Attribute("usable") is not null).Attribute("usable")!.Value.ShouldBe("yes");
    }

    [Fact]
    public async Task What_does_not_exist_is_refused_by_name()
    {
        NeedsQemu();
        (await Refused(null, "vax", null, null)).ShouldEndWith("unknown architecture: vax");
        (await Refused(null, null, null, "xen")).ShouldEndWith("unknown virttype: xen");
        (await Refused(Emulator, null, "toaster", "qemu")).ShouldEndWith($"the machine 'toaster' is not supported by emulator '{Emulator}'");
        (await Refused(Emulator, "aarch64", null, null)).ShouldContain("doesn't match given architecture 'aarch64'");
    }

    [Fact]
    public void The_host_in_numbers()
    {
        var numbers = HostInformation.Numbers();
        numbers.Cpus.ShouldBe(Environment.ProcessorCount);
        numbers.MemoryKiB.ShouldBeGreaterThan(100_000UL);
        (numbers.Nodes * numbers.Sockets * numbers.Cores * numbers.Threads).ShouldBeGreaterThanOrEqualTo(1);
    }

    private async Task<string> Refused(string? emulator, string? architecture, string? machine, string? virtType)
    {
        var error = await Should.ThrowAsync<VireoException>(() => _host.DomainCapabilitiesAsync(emulator, architecture, machine, virtType, default));
        error.Code.ShouldBe(ErrorCode.InvalidArg);
        return error.Message;
    }

    private static void NeedsQemu()
    {
        if (!File.Exists(Emulator))
            Assert.Skip("needs qemu-system-x86_64");
    }
}
