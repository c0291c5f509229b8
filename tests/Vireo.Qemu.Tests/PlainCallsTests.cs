namespace Vireo.Qemu.Tests;

/// <summary>Calls that virsh makes no more, or only in passing, through stock python: each succeeds on a running guest.</summary>
public sealed class PlainCallsTests
{
    private const string Script = """
        import socket
        d = c.lookupByName('guest')
        print('stopped', c.listDefinedDomains(), c.numOfDefinedDomains(), d.setMaxMemory(65536), d.maxMemory())
        d.create()
        print('lists', c.listDomainsID() == [d.ID()], c.numOfDomains(), c.lookupByID(d.ID()).name(), d.isUpdated())
        print('host', c.getMaxVcpus('qemu') > 0, c.getURI().split('?')[0], c.isSecure())
        print('jobs', d.controlInfo(), d.jobInfo()[0])
        print('processors', d.maxVcpus(), len(d.vcpus()[0]), len(d.securityLabelList()) > 0)
        print('memory', d.setMemory(30000), len(d.memoryPeek(0, 8, libvirt.VIR_MEMORY_PHYSICAL)))
        print('disk', len(d.blockStats('vda')), d.blockPeek('vda', 0, 4))
        card = d.XMLDesc().split("<target dev='vnet")[1].split("'")[0]
        print('card', len(d.interfaceStats('vnet' + card)))
        ours, theirs = socket.socketpair()
        print('display', d.openGraphics(0, theirs.fileno(), libvirt.VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH), ours.recv(4))
        print('display', d.openGraphicsFD(0, libvirt.VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH) > 0)
        print('channel', d.openChannel('org.example.0', c.newStream(0)))
        s = d.snapshotCreateXML("<domainsnapshot><name>a</name><disks><disk name='vda'><driver type='qcow2'/><source file='%s'/></disk></disks></domainsnapshot>" % sys.argv[2], libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY)
        print('snapshots', d.snapshotListNames(), s.listChildrenNames())
        s.delete()
        print('dirty rate', d.startDirtyRateCalc(1))
        rng = "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"
        print('end', d.shutdownFlags(libvirt.VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN), d.destroyFlags(libvirt.VIR_DOMAIN_DESTROY_GRACEFUL))
        print('attach', d.attachDeviceFlags(rng, libvirt.VIR_DOMAIN_AFFECT_CONFIG), d.detachDeviceFlags(rng, libvirt.VIR_DOMAIN_AFFECT_CONFIG))
        print('names', d.rename('other'), d.rename('guest'))
        print('native', len(c.domainXMLToNative('qemu-argv', d.XMLDesc())) > 0, len(c.domainXMLFromNative('qemu-argv', '/usr/bin/qemu-system-x86_64 -m 64 -name x')) > 0)
        print('undefine', d.undefine())
        """;

    private const string Devices = "<interface type='ethernet'/><channel type='unix'><target type='virtio' name='org.example.0'/></channel><graphics type='vnc' autoport='yes'/>\n";

    [Fact]
    public async Task They_succeed_on_a_guest()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disk: index => new TestDisk($"vd{(char)('a' + index)}", $"{index}.raw", Format: "raw"), devices: Devices);
        await File.WriteAllTextAsync(lab["d.xml"], lab.Domain.ToXml().Replace("<memballoon model='none'/>", "", StringComparison.Ordinal));
        await lab.VirshAsync("define", lab["d.xml"]);

        var result = await Client.PythonAsync(lab.Daemon, Script, lab["overlay"]);

        result.ToString().ShouldBe(
            """
            exit 0
            stopped ['guest'] 1 0 65536
            lists True 1 guest 0
            host True qemu:///system 1
            jobs [0, 0, 0] 0
            processors 1 1 True
            memory 0 8
            disk 5 b'\x00\x00\x00\x00'
            card 8
            display 0 b'RFB '
            display True
            channel 0
            snapshots ['a'] []
            dirty rate 0
            end 0 0
            attach 0 0
            names 0 0
            native True True
            undefine 0

            """);
    }

    [Fact]
    public async Task Commands_of_one_line_succeed_on_a_guest()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 1, devices: Devices);
        await lab.VirshAsync("start", "guest");
        await File.WriteAllTextAsync(lab["host.xml"], await lab.VirshAsync("capabilities"));
        string card = (await lab.VirshAsync("domiflist", "guest")).Split('\n')[2].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];

        (await lab.VirshAsync("domname", lab.Domain.Uuid)).Trim().ShouldBe("guest");
        (await lab.VirshAsync("uri")).ShouldStartWith("qemu:///system");
        (await lab.VirshAsync("maxvcpus")).Trim().ShouldNotBeEmpty();
        (await lab.VirshAsync("nodeinfo")).ShouldContain("CPU(s):");
        (await lab.VirshAsync("cpu-models", "x86_64")).ShouldContain("qemu64");
        (await lab.VirshAsync("cpu-compare", lab["host.xml"])).ShouldContain("identical");
        (await lab.VirshAsync("domcontrol", "guest")).Trim().ShouldBe("ok");
        (await lab.VirshAsync("domdisplay", "guest")).ShouldStartWith("vnc://");
        (await lab.VirshAsync("vncdisplay", "guest")).ShouldContain(":");
        (await lab.VirshAsync("domifstat", "guest", card)).ShouldContain($"{card} rx_bytes");
        (await lab.VirshAsync("domdirtyrate-calc", "guest", "--seconds", "1")).ShouldContain("dirty");
        await lab.VirshAsync("destroy", "guest");
        await lab.VirshAsync("domrename", "guest", "other");
        (await lab.VirshAsync("domname", lab.Domain.Uuid)).Trim().ShouldBe("other");
    }
}
