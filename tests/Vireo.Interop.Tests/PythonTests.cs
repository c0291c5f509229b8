namespace Vireo.Interop.Tests;

/// <summary>Stock python libvirt prints the same against both daemons.</summary>
public sealed class PythonTests(DaemonPair daemons)
{
    private static readonly Dictionary<string, string> Scripts = new()
    {
        ["connection"] = """
            print(c.getType(), c.isAlive(), c.isSecure(), c.isEncrypted(), c.getMaxVcpus('qemu') > 0, c.getHostname() != '', c.getVersion())
            print(c.getInfo()[0], c.getInfo()[2], c.getInfo()[4:], c.getURI().split('?')[0])
            print(told(c.lookupByID, 99), told(c.lookupByName, 'x'), told(c.lookupByUUIDString, '6f1b7c1e-3a52-4c0e-9f21-5a1d5e6f7081'))
            """,
        ["documents"] = """
            d = c.defineXML(open(sys.argv[2]).read())
            print(d.name(), d.UUIDString(), d.ID(), d.info(), d.state(), d.isActive(), d.isPersistent(), d.isUpdated(), d.OSType(), d.maxMemory(), d.autostart())
            print(d.hasManagedSaveImage(0), d.hasCurrentSnapshot(0), d.snapshotNum(0), d.snapshotListNames(0), d.listAllSnapshots(0))
            print(told(d.suspend), told(d.resume), told(d.destroy), told(d.snapshotCurrent, 0), told(d.snapshotLookupByName, 'x'))
            print(told(c.defineXML, '<domain'), told(c.defineXML, '<network/>'), told(c.defineXML, '<domain/>'), told(c.defineXML, ''))
            print(told(c.createXML, '<domain type="nosuch"><name>x</name></domain>'))
            print(told(d.XMLDesc, 1 << 30), told(d.createWithFlags, 1 << 30), told(d.undefineFlags, 1 << 30), told(c.listAllDomains, 1 << 30))
            d.undefine()
            print(told(d.info), told(d.create))
            """,
        ["lifecycle"] = """
            d = c.defineXML(open(sys.argv[2]).read())
            d.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
            print(d.state(), d.isActive(), d.ID() > 0, [x.name() for x in c.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_PAUSED) if x.name() == d.name()])
            d.resume(); print(d.state()); d.suspend(); print(d.state())
            print(told(d.create), told(d.reset), told(d.setAutostart, 1), d.autostart())
            print(told(d.reboot, 1 << 20), told(d.shutdownFlags, 1 << 20), told(d.destroyFlags, 1 << 20))
            d.destroy(); print(d.state()); d.undefine()
            """,
        ["snapshots"] = """
            d = c.defineXML(open(sys.argv[2]).read())
            folder = sys.argv[3]
            x = "<domainsnapshot><name>%s</name><description>d</description><disks><disk name='vda'><source file='%s/a.%s'/></disk><disk name='vdb' snapshot='no'/></disks></domainsnapshot>"
            d.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
            F = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY | libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC
            s = d.snapshotCreateXML(x % ('p1', folder, 'p1'), F)
            t = d.snapshotCreateXML(x % ('p2', folder, 'p2'), F)
            print(s.getName(), t.getParent(0).getName(), s.numChildren(0), s.listChildrenNames(0), sorted(y.getName() for y in d.listAllSnapshots(0)), t.isCurrent(0), s.isCurrent(0), s.hasMetadata(0))
            print(told(s.getParent, 0), told(d.snapshotCreateXML, x % ('p1', folder, 'p3'), F), told(d.snapshotCreateXML, x % ('p4', folder, 'p1'), F))
            print(told(d.snapshotCreateXML, '<domainsnapshot', 0), told(d.snapshotCreateXML, '<domain/>', 0), told(d.snapshotCreateXML, x % ('p', folder, 'q'), 1 << 30))
            print(told(d.snapshotCreateXML, x % ('p', folder, 'q'), libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE | libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_HALT))
            print(told(d.snapshotCreateXML, x % ('p', folder, 'q'), libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE))
            print(told(d.snapshotCreateXML, x % ('p', folder, 'q'), libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT))
            print(told(s.delete, libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN | libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY), told(s.delete, 1 << 30))
            xml = s.getXMLDesc(0)
            s.delete(libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY)
            print([y.getName() for y in d.listAllSnapshots(0)], told(t.getParent, 0))
            r = d.snapshotCreateXML(xml, libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE)
            print(r.getName(), r.isCurrent(0), d.snapshotNum(0), told(d.undefine))
            d.destroy()
            """,
        ["agent"] = """
            d = c.defineXML(open(sys.argv[2]).read())
            def ask():
                print(told(d.fsFreeze), told(d.fsThaw), told(d.fSTrim, None, 0), told(d.fSTrim, '/', 0), told(d.getTime), told(d.setTime, {'seconds': 5}), told(d.hostname), told(d.hostname, 1), told(d.hostname, 3))
                print(told(d.agentSetResponseTimeout, 3), told(d.agentSetResponseTimeout, -9), told(d.shutdownFlags, 2), told(d.reboot, 2))
                print(told(d.fsFreeze, None, 8), told(d.fsThaw, None, 8), told(d.fSTrim, None, 0, 8), told(d.getTime, 8), told(d.setTime, {'seconds': 5}, 8), told(d.hostname, 8), told(d.agentSetResponseTimeout, 3, 8))
            ask(); d.create(); ask(); d.suspend(); ask()
            d.destroy()
            """,
        ["duplicates"] = """
            import re
            xml = open(sys.argv[2]).read()
            d = c.defineXML(xml)
            other = re.sub('<uuid>.*</uuid>', '<uuid>00000000-1111-4222-8333-444444444444</uuid>', xml)
            renamed = xml.replace('<name>' + d.name() + '</name>', '<name>other</name>')
            print(told(c.defineXML, other), told(c.defineXML, renamed), told(c.createXML, other), told(c.createXML, renamed))
            print(told(d.rename, 'again', 0)); print([x.name() for x in c.listAllDomains(0) if x.name() in ('again', d.name())])
            d.undefine()
            """,
    };

    public static IEnumerable<TheoryDataRow<string>> Names() => Scripts.Keys.Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Stock_python_sees_no_difference(string name)
    {
        string expected = await RunAsync(await daemons.GetAsync(DaemonKind.Libvirtd), name);
        string actual = await RunAsync(await daemons.GetAsync(DaemonKind.Vireod), name);

        expected.ShouldStartWith("exit 0", Case.Sensitive);
        Comparison.ShouldSayTheSame(actual, expected);
    }

    private static async Task<string> RunAsync(ScratchDaemon daemon, string name)
    {
        using var scratch = new ScratchDirectory("vp");
        var domain = new TestDomain("py-" + name)
        {
            Uuid = "4a3f1c52-91a4-4a57-8f3d-2b6c8a1f0e3" + Scripts.Keys.ToList().IndexOf(name),
            Memory = 32,
            Disks = [new TestDisk("vda", scratch["a.qcow2"]), new TestDisk("vdb", scratch["b.qcow2"])],
        };
        await domain.CreateImagesAsync("4M");
        await File.WriteAllTextAsync(scratch["dom.xml"], domain.ToXml());
        try
        {
            var result = await Client.PythonAsync(daemon, Scripts[name], scratch["dom.xml"], scratch.Path);
            return Normaliser.Mask(result.ToString(), scratch.Path, daemon.Root);
        }
        finally
        {
            await Client.VirshAsync(daemon, "destroy", domain.Name);
            await Client.VirshAsync(daemon, "undefine", domain.Name, "--snapshots-metadata");
        }
    }
}
