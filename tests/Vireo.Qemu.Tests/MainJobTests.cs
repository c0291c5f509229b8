namespace Vireo.Qemu.Tests;

/// <summary>The main job: boot, snapshot both disks at once, change, revert, and see from inside the guest that both are back.</summary>
public sealed class MainJobTests
{
    [Fact]
    public async Task Snapshot_of_two_disks_is_reverted_while_the_guest_runs()
    {
        await using var lab = await GuestLab.CreateAsync();
        await using (var guest = await lab.BootAsync())
        {
            (await guest.AskAsync("WRITE vda 0 before-a")).ShouldBe("WROTE");
            (await guest.AskAsync("WRITE vdb 0 before-b")).ShouldBe("WROTE");
            await lab.VirshAsync(lab.SnapshotArguments("s1"));
            (await guest.AskAsync("WRITE vda 0 after-a")).ShouldBe("WROTE");
            (await guest.AskAsync("WRITE vdb 0 after-b")).ShouldBe("WROTE");
            (await guest.AskAsync("READ vda 0")).ShouldBe("after-a");
        }

        await lab.VireoAsync("snapshot-revert", "guest", "s1", "--running", "--allow-respawn");

        await using (var guest = await lab.SerialAsync())
        {
            (await guest.AskAsync("READ vda 0")).ShouldBe("before-a");
            (await guest.AskAsync("READ vdb 0")).ShouldBe("before-b");
        }

        (await lab.VirshAsync("domstate", "guest")).Trim().ShouldBe("running");
        await lab.VirshAsync("destroy", "guest");
        await lab.CheckImagesAsync();
    }

    [Fact]
    public async Task Revert_of_a_running_domain_needs_leave_to_respawn()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false);
        await lab.VirshAsync("start", "guest");
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
        int before = lab.Guests().ShouldHaveSingleItem();

        var refused = await Client.VirshAsync(lab.Daemon, "snapshot-revert", "guest", "s1", "--running");

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain("respawn");
        lab.Guests().ShouldHaveSingleItem().ShouldBe(before, "the refused revert left the guest alone");
        (await lab.VirshAsync("domstate", "guest")).Trim().ShouldBe("running");
    }

    [Fact]
    public async Task Revert_to_a_snapshot_with_memory_brings_the_running_guest_back()
    {
        await using var lab = await GuestLab.CreateAsync();
        string boot;
        await using (var guest = await lab.BootAsync())
        {
            boot = await guest.AskAsync("BOOT");
            await guest.AskAsync("SET kept in memory");
            await guest.AskAsync("WRITE vda 0 before");
            await lab.VirshAsync("snapshot-create-as", "guest", "full", "--memspec", lab["full.mem"] + ",snapshot=external",
                "--diskspec", $"vda,file={lab["disk0.full"]}", "--diskspec", $"vdb,file={lab["disk1.full"]}");
            await guest.AskAsync("SET changed");
            await guest.AskAsync("WRITE vda 0 after");
        }

        await lab.VireoAsync("snapshot-revert", "guest", "full", "--allow-respawn");

        await using (var guest = await lab.SerialAsync())
        {
            (await guest.AskAsync("BOOT")).ShouldBe(boot, "the guest did not boot again");
            (await guest.AskAsync("GET")).ShouldBe("kept in memory");
            (await guest.AskAsync("READ vda 0")).ShouldBe("before");
        }
    }

    [Fact]
    public async Task Live_document_shows_the_chain()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false);
        await lab.VirshAsync("start", "guest");
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
        await lab.VirshAsync(lab.SnapshotArguments("s2"));

        var document = System.Xml.Linq.XDocument.Parse(await lab.VirshAsync("dumpxml", "guest"));

        foreach (var (disk, index) in document.Descendants("disk").Select((disk, index) => (disk, index)))
        {
            disk.Element("source")!.Attribute("file")!.Value.ShouldBe(lab[$"disk{index}.s2"]);
            var first = disk.Element("backingStore")!;
            first.Element("format")!.Attribute("type")!.Value.ShouldBe("qcow2");
            first.Attribute("index").ShouldNotBeNull();
            first.Element("source")!.Attribute("file")!.Value.ShouldBe(lab[$"disk{index}.s1"]);
            var second = first.Element("backingStore")!;
            second.Element("source")!.Attribute("file")!.Value.ShouldBe(lab[$"disk{index}.qcow2"]);
            second.Element("backingStore")!.IsEmpty.ShouldBeTrue("the chain ends explicitly");
        }
    }

    [Theory]
    [InlineData(DaemonKind.Libvirtd)]
    [InlineData(DaemonKind.Vireod)]
    public async Task Guest_boots_and_the_power_button_shuts_it_down(DaemonKind kind)
    {
        await using var lab = await GuestLab.CreateAsync(kind);
        await using var guest = await lab.BootAsync();
        (await guest.AskAsync("DISKS")).ShouldBe("vda vdb");

        await lab.VirshAsync("shutdown", "guest");

        await Eventually.TrueAsync(async () => (await lab.VirshAsync("domstate", "guest", "--reason")).Trim() == "shut off (shutdown)", "the guest shuts down");
    }

    [Theory]
    [InlineData("virtio", "vd", "pc")]
    [InlineData("scsi", "sd", "pc")]
    [InlineData("ide", "hd", "pc")]
    [InlineData("virtio", "vd", "q35")]
    public async Task Guest_reaches_disks_on_every_bus(string bus, string prefix, string machine)
    {
        await using var lab = await GuestLab.CreateAsync(disk: index => new TestDisk($"{prefix}{(char)('a' + index)}", $"disk{index}.qcow2", bus), machine: machine);
        await using var guest = await lab.BootAsync();
        string[] disks = (await guest.AskAsync("DISKS")).Split(' ');
        disks.Length.ShouldBe(2);
        foreach (string disk in disks)
        {
            (await guest.AskAsync($"WRITE {disk} 4096 on-{disk}")).ShouldBe("WROTE");
            (await guest.AskAsync($"READ {disk} 4096")).ShouldBe($"on-{disk}");
        }
    }
}
