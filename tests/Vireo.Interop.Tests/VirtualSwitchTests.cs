using System.Text.RegularExpressions;

namespace Vireo.Interop.Tests;

/// <summary>Guests of libvirtd and of vireod on one Open vSwitch: its books tell the same of their ports, and stock virsh of them.</summary>
public sealed partial class VirtualSwitchTests
{
    private const string Interface = "<virtualport type='openvswitch'><parameters interfaceid='b7b40cd1-dcb2-4bd7-832b-7f6f067d256c' profileid='web'/></virtualport>";
    private const string Trunk = "<vlan trunk='yes'><tag id='42'/><tag id='47' nativeMode='untagged'/></vlan>";
    private const string Limits = "<bandwidth><inbound average='1000' peak='5000' burst='1024'/><outbound average='128' peak='256' burst='256'/></bandwidth>";

    [Fact]
    public async Task Ports_are_the_same_in_the_books_of_the_switch()
    {
        await using var books = await ScratchSwitch.TryStartAsync();
        Assert.SkipWhen(books is null, "no Open vSwitch can be had here");
        var said = new List<string>();
        foreach (var kind in Enum.GetValues<DaemonKind>())
        {
            await using ScratchDaemon daemon = kind == DaemonKind.Libvirtd ? new ScratchLibvirtd { Environment = books.Environment } : new ScratchVireod { Environment = books.Environment };
            await daemon.StartAsync();
            said.Add(await SessionAsync(daemon, books));
        }

        Comparison.ShouldSayTheSame(said[1], said[0]);
    }

    private static async Task<string> SessionAsync(ScratchDaemon daemon, ScratchSwitch books)
    {
        using var scratch = new ScratchDirectory("vb");
        var said = new StringWriter();
        async Task SayAsync(params string[] arguments) => said.WriteLine($"$ {string.Join(' ', arguments)}\n{await Client.VirshAsync(daemon, arguments)}");
        async Task CardAsync(string name, string inner, string bridge)
        {
            string card = $"<interface type='bridge'><mac address='52:54:00:00:07:0a'/><source bridge='{bridge}'/>{inner}<model type='virtio'/></interface>";
            await File.WriteAllTextAsync(scratch[name], card);
            await File.WriteAllTextAsync(scratch["dom.xml"], new TestDomain("t-switch") { Memory = 32, Disks = [], Devices = card, Uuid = "11111111-2222-3333-4444-555555555555" }.ToXml());
        }

        async Task BooksAsync()
        {
            foreach (string port in await books.PortsAsync())
            {
                said.WriteLine(await books.RowAsync("Port", port, "name,tag,trunks,vlan_mode,external_ids"));
                said.WriteLine(await books.RowAsync("Interface", port, "name,external_ids,ingress_policing_rate,ingress_policing_burst,type,mac_in_use"));
                said.WriteLine($"mtu {await File.ReadAllTextAsync($"/sys/class/net/{port}/mtu")}");
                said.WriteLine(await books.AskAsync("--columns=type,other_config,external_ids", "list", "QoS"));
                said.WriteLine(await books.AskAsync("--columns=other_config,external_ids", "list", "Queue"));
            }
        }

        foreach (string inner in (string[])[Interface, Interface + "<vlan><tag id='42'/></vlan>", Interface + Trunk, Interface + Limits, Interface + "<mtu size='1300'/>"])
        {
            await CardAsync("card.xml", inner, books.Bridge);
            await SayAsync("define", scratch["dom.xml"]);
            await SayAsync("start", "t-switch");
            await BooksAsync();
            await SayAsync("dumpxml", "t-switch", "--xpath", "//interface");
            await SayAsync("domiflist", "t-switch");
            await SayAsync("domiftune", "t-switch", "52:54:00:00:07:0a");
            await CardAsync("card.xml", Interface + "<vlan><tag id='7'/></vlan>", books.Bridge);
            await SayAsync("update-device", "t-switch", scratch["card.xml"], "--live");
            await CardAsync("card.xml", Interface, "vsnone");
            await SayAsync("update-device", "t-switch", scratch["card.xml"], "--live");
            await SayAsync("domiftune", "t-switch", "52:54:00:00:07:0a", "--inbound", "2000,3000,10", "--live");
            await BooksAsync();
            await SayAsync("domiftune", "t-switch", "52:54:00:00:07:0a", "--inbound", "0", "--outbound", "0", "--live");
            await BooksAsync();
            await SayAsync("destroy", "t-switch");
            said.WriteLine($"ports: {string.Join(' ', await books.PortsAsync())}");
            await SayAsync("undefine", "t-switch");
        }

        foreach (string refused in (string[])
        [
            "<virtualport/>", "<virtualport type='bogus'/>", "<virtualport type='midonet'/>", "<virtualport type='802.1Qbg'/>", "<virtualport type='802.1Qbh'/>", Interface + "<port isolated='yes'/>",
            "<virtualport type='openvswitch'><parameters managerid='4'/></virtualport>", "<virtualport type='openvswitch'><parameters interfaceid='x'/></virtualport>",
            Interface + "<vlan><tag id='4' nativeMode='tagged'/><tag id='5' nativeMode='untagged'/></vlan>", Interface + "<vlan trunk='no'><tag id='4'/><tag id='5'/></vlan>", Interface + "<vlan><tag id='4097'/></vlan>",
            "<virtualport type='openvswitch'/>",
        ])
        {
            await CardAsync("card.xml", refused, "vsnone");
            await SayAsync("define", scratch["dom.xml"]);
            await SayAsync("start", "t-switch");
            await SayAsync("undefine", "t-switch");
        }

        await CardAsync("card.xml", "<virtualport type='midonet'><parameters interfaceid='b7b40cd1-dcb2-4bd7-832b-7f6f067d256c'/></virtualport>", books.Bridge);
        await SayAsync("define", scratch["dom.xml"]);
        await SayAsync("start", "t-switch");
        await CardAsync("card.xml", "<virtualport type='openvswitch'><parameters interfaceid='b7b40cd1-dcb2-4bd7-832b-7f6f067d256c'/></virtualport><mtu size='1500'/>", "vsnone");
        await SayAsync("define", scratch["dom.xml"]);
        await SayAsync("start", "t-switch");
        await SayAsync("undefine", "t-switch");

        // What the switch says of a refusal is told by vireod alone, and each daemon counts its taps.
        return Complaint().Replace(Tap().Replace(Normaliser.Mask(said.ToString(), scratch.Path, daemon.Root, books.Bridge), "vnet{n}"), "$1");
    }

    [GeneratedRegex(@"vnet\d+")]
    private static partial Regex Tap();

    [GeneratedRegex(@"(Unable to (?:add|bind) port .* to (?:OVS bridge|the virtual port) [^ \n]*[^: \n]): .*")]
    private static partial Regex Complaint();
}
