namespace Vireo.Config.Tests.Examples;

/// <summary>The examples of docs/examples.md, which are held to be these, word for word.</summary>
public static class DocumentExamples
{
    public static void Read_a_document(string xml, TextWriter console)
    {
        var domain = DomainConfig.Parse(xml);
        console.WriteLine($"{domain.Name} has {domain.Memory!.Size.MiB} MiB and {domain.Devices.Disks.Count} disks");
        foreach (var disk in domain.Devices.Disks)
        {
            console.WriteLine($"{disk.Target!.Dev}: {disk.Source!.File}");
        }
    }

    public static void Build_a_domain(TextWriter console)
    {
        var domain = new DomainConfig
        {
            Type = DomainType.Kvm,
            Name = "web",
            Memory = DataSize.FromGiB(2),
            Vcpu = new VcpuConfig { Count = 2 },
            Os = new OsConfig { Type = new OsType { Arch = "x86_64", Machine = "q35", Kind = "hvm" } },
            Devices = new DevicesConfig
            {
                Disks =
                [
                    new DiskConfig
                    {
                        Type = DiskType.File,
                        Device = DiskDevice.Disk,
                        Driver = new DiskDriver { Name = "qemu", Type = "qcow2" },
                        Source = new DiskSource { File = "/srv/web.qcow2" },
                        Target = new DiskTarget { Dev = "vda", Bus = DiskBus.Virtio },
                    },
                ],
            },
        };
        console.Write(domain.ToXml());
    }

    public static void Change_a_disk(string xml, TextWriter console)
    {
        var domain = DomainConfig.Parse(xml);
        var disks = domain.Devices.Disks.Map(d => d.Target!.Dev == "vda" ? d with { Driver = d.Driver! with { Cache = DiskCache.None } } : d);
        var changed = domain with { Devices = domain.Devices with { Disks = disks } };
        console.WriteLine(changed.ToXml().Split('\n').Single(line => line.Contains("cache")).Trim());
    }

    public static void Add_and_remove_devices(string xml, TextWriter console)
    {
        var domain = DomainConfig.Parse(xml);
        var card = InterfaceConfig.Parse("<interface type='bridge'><source bridge='br1'/><model type='virtio'/></interface>");
        var devices = domain.Devices with { Interfaces = domain.Devices.Interfaces.Add(card), Graphics = [] };
        console.WriteLine($"{devices.Interfaces.Count} cards, {devices.Graphics.Count} displays; before, {domain.Devices.Interfaces.Count} and {domain.Devices.Graphics.Count}");
    }

    public static void Compare_two_documents(string xml, TextWriter console)
    {
        var before = DomainConfig.Parse(xml);
        var after = DomainConfig.Parse(xml.Replace("/srv/data.qcow2", "/srv/data-2.qcow2"));
        console.WriteLine($"the same: {before == after}; the same but for the disks: {before.Devices with { Disks = [] } == after.Devices with { Disks = [] }}");
        foreach (var disk in after.Devices.Disks.Except(before.Devices.Disks))
        {
            console.WriteLine($"{disk.Target!.Dev} is now {disk.Source!.File}");
        }
    }

    public static void Keep_what_nobody_knows(TextWriter console)
    {
        var disk = DiskConfig.Parse("<disk type='file' colour='red'><source file='/a'/><frobnicate/><target dev='vda'/></disk>");
        console.Write((disk with { Source = disk.Source! with { File = "/b" } }).ToXml());
    }

    public static void Be_told_what_is_wrong(string xml, TextWriter console)
    {
        try
        {
            DomainConfig.Parse(xml.Replace("<memory unit='MiB'>1024", "<memory unit='lots'>1024"));
        }
        catch (VireoException e)
        {
            console.WriteLine($"{e.Code}, line {e.Number1}: {e.Message}");
        }
    }

    public static void Insist_on_the_grammar(string xml, TextWriter console)
    {
        try
        {
            DomainConfig.ParseValidated(xml.Replace("<on_crash>", "<on_clash>").Replace("</on_crash>", "</on_clash>"));
        }
        catch (VireoException e)
        {
            console.WriteLine($"{e.Code}: {e.Message}");
        }
    }

    public static void Ask_for_a_snapshot(string xml, TextWriter console)
    {
        var snapshot = new DomainSnapshotConfig
        {
            Name = "before-upgrade",
            Memory = new SnapshotMemory { Snapshot = SnapshotLocation.No },
            Disks = DomainConfig.Parse(xml).Devices.Disks.Select(d => new SnapshotDisk { Name = d.Target!.Dev, Snapshot = SnapshotLocation.External }).ToConfigList(),
        };
        console.Write(snapshot.ToXml());
    }

    public static void Change_every_device(string xml, TextWriter console)
    {
        var domain = DomainConfig.Parse(xml);
        var number = 0;
        var named = domain.Devices.Map(device => device with { Alias = $"ua-{number++}" });
        console.WriteLine(string.Join(", ", named.Disks.Select(d => d.Alias).Concat(named.Interfaces.Select(i => i.Alias))));
    }
}
