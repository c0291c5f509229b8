using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Qemu.Tests.Block;
using Vireo.Host.Faults;

namespace Vireo.Drivers.Qemu.Tests.Snapshots;

/// <summary>The engine against real QEMU processes and images.</summary>
[Collection("faults")]
public sealed class SnapshotEngineTests : IDisposable
{
    private const DomainSnapshotCreateFlags DiskOnly = DomainSnapshotCreateFlags.DiskOnly | DomainSnapshotCreateFlags.Atomic;
    private readonly TemporaryDirectory _dir = new();
    private readonly SnapshotSettings _settings;
    private readonly DomainSnapshots _snapshots;

    public SnapshotEngineTests()
    {
        _settings = new SnapshotSettings(_dir["journal"], false, (what, error) => throw new InvalidOperationException(what, error), TimeProvider.System);
        _snapshots = DomainSnapshots.Load(_dir["snapshot"], _settings);
    }

    public void Dispose() => _dir.Dispose();

    [Fact]
    public async Task A_running_guest_writes_to_the_overlays_and_revert_brings_the_disks_back()
    {
        await using var domain = await ScratchDomain.StartAsync(_dir, 2);
        await WriteAsync(domain, 0x11);

        await CreateAsync(domain, "s1", DiskOnly);
        await WriteAsync(domain, 0x22);
        await HasAsync(domain, 0x22);
        domain.State.ShouldBe(DomainState.Running);
        File.Exists(_dir["img/vda.s1"]).ShouldBeTrue();

        await _snapshots.RevertAsync(domain, "s1", null, DomainSnapshotRevertFlags.Running | DomainSnapshotRevertFlags.Respawn, CancellationToken.None);

        await HasAsync(domain, 0x11);
        domain.State.ShouldBe(DomainState.Running);
        domain.Happened.ShouldBe(["stopped FromSnapshot", "started", "running FromSnapshot", "reverted"]);
        File.Exists(_dir["img/vda.s1"]).ShouldBeFalse("the abandoned overlay is needed by nobody");
        File.Exists(_dir["img/vdb.s1"]).ShouldBeFalse();
        await Settled(domain);
    }

    [Fact]
    public async Task A_snapshot_can_be_reverted_to_again_and_siblings_keep_their_overlays()
    {
        await using var domain = await ScratchDomain.StartAsync(_dir, 1);
        await WriteAsync(domain, 1);
        await CreateAsync(domain, "s1", DiskOnly);
        await WriteAsync(domain, 2);
        await CreateAsync(domain, "s2", DiskOnly);
        await WriteAsync(domain, 3);
        foreach (var (name, value) in new[] { ("s1", 1), ("s2", 2), ("s1", 1), ("s2", 2) })
        {
            await _snapshots.RevertAsync(domain, name, null, DomainSnapshotRevertFlags.Running | DomainSnapshotRevertFlags.Force, CancellationToken.None);
            await HasAsync(domain, value);
            _snapshots.Tree.CurrentName.ShouldBe(name);
            await WriteAsync(domain, 9);
        }

        // Base, s1's overlay (the base of s2) and the one in use.
        Directory.GetFiles(_dir["img"]).Length.ShouldBe(3);
        await Settled(domain);
    }

    [Fact]
    public async Task Memory_comes_back_with_the_disks()
    {
        await using var domain = await ScratchDomain.StartAsync(_dir, 2);
        await WriteAsync(domain, 0x11);
        await _snapshots.CreateAsync(domain, Xml("m1", $"<memory snapshot='external' file='{_dir["img/m1.mem"]}'/>"), DomainSnapshotCreateFlags.Atomic, CancellationToken.None);
        domain.State.ShouldBe(DomainState.Running);
        domain.Happened.ShouldBe(["paused Snapshot", "running Unpaused"]);
        _snapshots.Find("m1").Config.State.ShouldBe("running");
        await WriteAsync(domain, 0x22);

        await _snapshots.RevertAsync(domain, "m1", null, DomainSnapshotRevertFlags.Respawn, CancellationToken.None);

        domain.State.ShouldBe(DomainState.Running);
        await HasAsync(domain, 0x11);
        await Settled(domain);
    }

    [Fact]
    public async Task A_revert_that_needs_a_new_process_names_the_flag_and_one_that_ends_shut_off_needs_none()
    {
        await using var domain = await ScratchDomain.StartAsync(_dir, 1);
        await CreateAsync(domain, "s1", DiskOnly);
        var error = await Should.ThrowAsync<VireoException>(async () =>
            await _snapshots.RevertAsync(domain, "s1", null, DomainSnapshotRevertFlags.Running, CancellationToken.None));
        error.Code.ShouldBe(ErrorCode.SnapshotRevertRisky);
        error.Message.ShouldContain("--allow-respawn");
        domain.State.ShouldBe(DomainState.Running);

        await _snapshots.RevertAsync(domain, "s1", null, 0, CancellationToken.None);
        domain.State.ShouldBe(DomainState.Shutoff);
        await Settled(domain);
    }

    [Fact]
    public async Task A_failed_revert_leaves_the_guest_running_and_no_trace()
    {
        await using var domain = await ScratchDomain.StartAsync(_dir, 2);
        await CreateAsync(domain, "s1", DiskOnly);
        await WriteAsync(domain, 0x22);
        var before = Documents();
        domain.RefuseReplacement = true;
        await Should.ThrowAsync<VireoException>(async () => await RevertAsync(domain));
        domain.State.ShouldBe(DomainState.Running);
        await HasAsync(domain, 0x22);
        Documents().ShouldBe(before);
        domain.Happened.ShouldBeEmpty();
        await Settled(domain);
    }

    [Theory]
    [InlineData(FaultPoints.RevertPlanned)]
    [InlineData(FaultPoints.RevertJournalled)]
    [InlineData(FaultPoints.RevertOverlayWritten)]
    [InlineData(FaultPoints.RevertOverlayNamed)]
    [InlineData(FaultPoints.RevertOverlaysMade)]
    [InlineData(FaultPoints.RevertProcessStarted)]
    [InlineData(FaultPoints.RevertVerified)]
    public async Task An_error_before_the_switch_takes_a_revert_back(string point)
    {
        await using var domain = await ScratchDomain.StartAsync(_dir, 2);
        await CreateAsync(domain, "s1", DiskOnly);
        await WriteAsync(domain, 0x22);
        var before = Documents();
        using (FaultPoint.Arm($"{point}:error:InternalError@1"))
        {
            (await Should.ThrowAsync<VireoException>(async () => await RevertAsync(domain))).Message.ShouldContain(point);
        }

        Documents().ShouldBe(before);
        await HasAsync(domain, 0x22);
        await RevertAsync(domain);
        await HasAsync(domain, 0);
        await Settled(domain);
    }

    [Theory]
    [InlineData(FaultPoints.CreatePlanned)]
    [InlineData(FaultPoints.CreateJournalled)]
    [InlineData(FaultPoints.CreateOverlayWritten)]
    [InlineData(FaultPoints.CreateOverlayNamed)]
    [InlineData(FaultPoints.CreateOverlaysMade)]
    [InlineData(FaultPoints.CreateMemorySaved)]
    [InlineData(FaultPoints.CreateNodesAdded)]
    public async Task An_error_before_the_swap_takes_a_create_back(string point)
    {
        await using var domain = await ScratchDomain.StartAsync(_dir, 3);
        await WriteAsync(domain, 0x11);
        var before = Documents();
        using (FaultPoint.Arm($"{point}:error:InternalError@1"))
        {
            var xml = Xml("s1", $"<memory snapshot='external' file='{_dir["img/s1.mem"]}'/>");
            (await Should.ThrowAsync<VireoException>(async () => await _snapshots.CreateAsync(domain, xml, 0, CancellationToken.None))).Message.ShouldContain(point);
        }

        Documents().ShouldBe(before);
        domain.State.ShouldBe(DomainState.Running);
        _snapshots.Tree.Count.ShouldBe(0);
        await WriteAsync(domain, 0x12);
        await CreateAsync(domain, "s1", DiskOnly);
        await Settled(domain);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_disk_that_cannot_be_snapshotted_leaves_all_untouched(int k)
    {
        await using var domain = await ScratchDomain.StartAsync(_dir, 4);
        var before = Documents();
        var disk = $"vd{(char)('a' + k - 1)}";
        foreach (var bad in new[] { _dir["missing/x"], _dir["run/vm1.xml"], "/proc/nothing" })
        {
            var xml = Xml("s1", $"<disks><disk name='{disk}'><source file='{bad}'/></disk></disks>");
            await Should.ThrowAsync<VireoException>(async () => await _snapshots.CreateAsync(domain, xml, DiskOnly, CancellationToken.None));
            Documents().ShouldBe(before);
        }

        await Settled(domain);
    }

    [Fact]
    public async Task A_domain_that_is_shut_off_is_snapshotted_and_reverted_by_its_documents()
    {
        await using var domain = ScratchDomain.Define(_dir, 2);
        await CreateAsync(domain, "s1", DiskOnly);
        domain.Persistent!.Devices.Disks[0].Source!.File.ShouldBe(_dir["img/vda.s1"]);
        _snapshots.Find("s1").Config.State.ShouldBe("shutoff");
        _snapshots.Find("s1").Config.InactiveDomain.ShouldBeNull();

        await _snapshots.RevertAsync(domain, "s1", null, 0, CancellationToken.None);

        domain.Persistent!.Devices.Disks[0].Source!.File.ShouldNotBe(_dir["img/vda.s1"]);
        File.Exists(_dir["img/vda.s1"]).ShouldBeFalse();
        await domain.StartAsync();
        await HasAsync(domain, 0);
        await Settled(domain);
    }

    [Theory]
    [InlineData("s1", true)]
    [InlineData("s2", false)]
    public async Task An_image_within_a_merge_keeps_the_internal_snapshots_that_it_holds(string holder, bool merged)
    {
        await using var domain = ScratchDomain.Define(_dir, 1);
        foreach (var name in new[] { "s1", "s2", "s3" })
        {
            await CreateAsync(domain, name, DiskOnly);
        }

        TemporaryDirectory.QemuImg("snapshot", "-c", "foreign", _dir[$"img/vda.{holder}"]);

        await _snapshots.DeleteAsync(domain, "s1", DomainSnapshotDeleteFlags.ChildrenOnly, CancellationToken.None);

        InternalSnapshot.Find(_dir[$"img/vda.{holder}"], "foreign").ShouldNotBeNull();
        domain.Persistent!.Devices.Disks[0].Source!.File.ShouldBe(_dir[merged ? "img/vda.s1" : "img/vda.s3"]);
        await Settled(domain);
    }

    [Fact]
    public async Task A_load_that_fails_brings_the_kept_state_back_and_leaves_no_trace_of_it()
    {
        await using var domain = await ScratchDomain.StartAsync(_dir, 2);
        await CreateAsync(domain, "s1", 0);
        await WriteAsync(domain, 0x22);
        domain.RefuseLoad = "s1";
        var error = await Should.ThrowAsync<VireoException>(async () => await _snapshots.RevertAsync(domain, "s1", Xml("kept"), 0, CancellationToken.None));
        error.Message.ShouldContain("goes on as before");
        domain.State.ShouldBe(DomainState.Running);
        await HasAsync(domain, 0x22);
        _snapshots.Tree.All.Select(s => s.Name).ShouldBe(["s1"]);
        InternalSnapshot.Find(_dir["img/vda.qcow2"], "kept").ShouldBeNull();

        domain.RefuseLoad = null;
        await _snapshots.RevertAsync(domain, "s1", Xml("kept"), 0, CancellationToken.None);
        await HasAsync(domain, 0);
        await _snapshots.RevertAsync(domain, "kept", null, 0, CancellationToken.None);
        await HasAsync(domain, 0x22);
        await Settled(domain);
    }

    [Fact]
    public async Task The_tree_is_the_same_after_it_was_read_again()
    {
        await using var domain = ScratchDomain.Define(_dir, 1);
        await CreateAsync(domain, "a", DiskOnly);
        await CreateAsync(domain, "b", DiskOnly);
        await CreateAsync(domain, "c", DiskOnly);
        await _snapshots.DeleteAsync(domain, "b", DomainSnapshotDeleteFlags.MetadataOnly, CancellationToken.None);

        var again = DomainSnapshots.Load(_dir["snapshot"], _settings);

        again.Tree.CurrentName.ShouldBe("c");
        again.Tree.All.Select(s => (s.Name, s.Parent)).ShouldBe([("a", null), ("c", "a")]);
        again.Find("c").Config.ShouldBe(_snapshots.Find("c").Config);
        await _snapshots.ForgetAllAsync(domain, CancellationToken.None);
        Directory.GetFiles(_dir["snapshot"]).ShouldBeEmpty();
    }

    [Fact]
    public async Task Halt_ends_the_guest_and_no_metadata_leaves_none()
    {
        await using var domain = await ScratchDomain.StartAsync(_dir, 1);
        await CreateAsync(domain, "s1", DiskOnly | DomainSnapshotCreateFlags.Halt | DomainSnapshotCreateFlags.NoMetadata);
        domain.State.ShouldBe(DomainState.Shutoff);
        domain.Happened.ShouldBe(["stopped FromSnapshot"]);
        _snapshots.Tree.Count.ShouldBe(0);
        Directory.Exists(_dir["snapshot"]).ShouldBeFalse();
        domain.Persistent!.Devices.Disks[0].Source!.File.ShouldBe(_dir["img/vda.s1"]);
    }

    private static string Xml(string name, string inner = "") => $"<domainsnapshot><name>{name}</name>{inner}</domainsnapshot>";

    private static async Task WriteAsync(ScratchDomain domain, int pattern)
    {
        foreach (var disk in domain.Disks!.Disks)
        {
            (await domain.Qemu!.IoAsync(disk.Target, $"write -P {pattern} 64k 64k")).ShouldNotContain("failed");
        }
    }

    private static async Task HasAsync(ScratchDomain domain, int pattern)
    {
        foreach (var disk in domain.Disks!.Disks)
        {
            (await domain.Qemu!.IoAsync(disk.Target, $"read -P {pattern} 64k 64k")).ShouldNotContain("failed");
        }
    }

    private ValueTask<QemuSnapshot> CreateAsync(ScratchDomain domain, string name, DomainSnapshotCreateFlags flags) =>
        _snapshots.CreateAsync(domain, Xml(name), flags, CancellationToken.None);

    private async ValueTask RevertAsync(ScratchDomain domain) =>
        await _snapshots.RevertAsync(domain, "s1", null, DomainSnapshotRevertFlags.Running | DomainSnapshotRevertFlags.Respawn, CancellationToken.None);

    /// <summary>Documents by their text and images by their names: what an undone operation leaves as it was.</summary>
    private Dictionary<string, string> Documents() => Directory
        .EnumerateFiles(_dir.Root, "*", SearchOption.AllDirectories)
        .ToDictionary(f => f, f => f.EndsWith(".xml", StringComparison.Ordinal) ? File.ReadAllText(f) : "");

    /// <summary>No stray file, no journal, and every image sound.</summary>
    private async Task Settled(ScratchDomain domain)
    {
        JournalRecovery.Read(_dir["journal"]).ShouldBeEmpty();
        Directory.GetFiles(_dir["img"], ".*").ShouldBeEmpty();
        Directory.GetFiles(_dir.Root, "*.new", SearchOption.AllDirectories).ShouldBeEmpty();
        File.ReadAllText(_dir["etc/vm1.xml"]).ShouldBe(domain.Persistent!.ToXml());
        if (domain.Live is not null)
        {
            File.ReadAllText(_dir["run/vm1.xml"]).ShouldBe(domain.Live.ToXml());
        }

        await domain.DisposeAsync();
        foreach (var image in Directory.GetFiles(_dir["img"]).Where(f => !f.EndsWith(".mem", StringComparison.Ordinal)))
        {
            TemporaryDirectory.QemuImg("check", "-f", "qcow2", image).ShouldContain("No errors");
        }
    }
}

/// <summary>Tests that switch on faults, which hold for the whole process, run one after the other and alone.</summary>
[CollectionDefinition("faults", DisableParallelization = true)]
public sealed class FaultCollection;
