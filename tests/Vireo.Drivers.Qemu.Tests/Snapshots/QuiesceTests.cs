using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Qemu.Tests.Block;
using Vireo.Host.Faults;

namespace Vireo.Drivers.Qemu.Tests.Snapshots;

/// <summary>Whatever becomes of a quiesced snapshot, the guest is thawed, or somebody is told.</summary>
[Collection("faults")]
public sealed class QuiesceTests : IDisposable
{
    private const DomainSnapshotCreateFlags Quiesced = DomainSnapshotCreateFlags.DiskOnly | DomainSnapshotCreateFlags.Quiesce;
    private readonly TemporaryDirectory _dir = new();
    private readonly List<string> _reported = [];
    private readonly DomainSnapshots _snapshots;

    public QuiesceTests() =>
        _snapshots = DomainSnapshots.Load(_dir["snapshot"], new SnapshotSettings(_dir["journal"], false, (what, _) => _reported.Add(what), TimeProvider.System));

    public void Dispose() => _dir.Dispose();

    [Fact]
    public async Task The_guest_is_frozen_for_the_swap_and_thawed_after_it()
    {
        await using var domain = await ScratchDomain.StartAsync(_dir, 2);
        await CreateAsync(domain);
        domain.Happened.ShouldBe(["freeze", "thaw"]);
        Directory.GetFiles(_dir["journal"]).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_freeze_that_fails_leaves_everything_as_it_was()
    {
        await using var domain = await ScratchDomain.StartAsync(_dir, 2);
        domain.RefuseFreeze = true;
        var error = await Should.ThrowAsync<VireoException>(() => CreateAsync(domain));
        error.Message.ShouldBe("Guest agent is not responding: QEMU guest agent is not connected");
        domain.Happened.ShouldBe(["freeze"]);
        NothingIsLeft();
    }

    [Fact]
    public async Task A_swap_that_fails_is_followed_by_a_thaw()
    {
        await using var domain = await ScratchDomain.StartAsync(_dir, 2);
        using (FaultPoint.Arm($"{FaultPoints.CreateFrozen}:error"))
        {
            await Should.ThrowAsync<VireoException>(() => CreateAsync(domain));
        }

        domain.Happened.ShouldBe(["freeze", "thaw"]);
        NothingIsLeft();
    }

    [Fact]
    public async Task What_fails_after_the_swap_does_not_keep_the_guest_frozen()
    {
        await using var domain = await ScratchDomain.StartAsync(_dir, 2);
        using (FaultPoint.Arm($"{FaultPoints.CreateSwapped}:error"))
        {
            (await Should.ThrowAsync<VireoException>(() => CreateAsync(domain))).Message.ShouldContain("switched to the overlays");
        }

        domain.Happened.ShouldBe(["freeze", "thaw"]);
    }

    [Fact]
    public async Task A_thaw_that_fails_is_told_and_the_snapshot_is_there()
    {
        await using var domain = await ScratchDomain.StartAsync(_dir, 2);
        domain.RefuseThaw = true;
        var error = await Should.ThrowAsync<VireoException>(() => CreateAsync(domain));
        error.Code.ShouldBe(ErrorCode.AgentUnresponsive);
        error.Message.ShouldContain("snapshot 's1' of domain 'vm1' is made, but the guest's file systems could not be thawed");
        error.Message.ShouldContain("domfsthaw");
        _reported.ShouldHaveSingleItem().ShouldContain("thaw");
        _snapshots.Tree.CurrentName.ShouldBe("s1");
        Directory.GetFiles(_dir["snapshot"]).ShouldNotBeEmpty();
        Directory.GetFiles(_dir["journal"]).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_failure_whose_thaw_fails_too_tells_of_both()
    {
        await using var domain = await ScratchDomain.StartAsync(_dir, 1);
        domain.RefuseThaw = true;
        using var armed = FaultPoint.Arm($"{FaultPoints.CreateFrozen}:error");
        var error = await Should.ThrowAsync<VireoException>(() => CreateAsync(domain));
        error.Message.ShouldContain("fault injected");
        error.Message.ShouldContain("thaw the guest's file systems");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_takes_up_a_journal_that_speaks_of_a_freeze_thaws_the_guest(bool refused)
    {
        await using var domain = await ScratchDomain.StartAsync(_dir, 1);
        domain.RefuseThaw = refused;
        using (var journal = OperationJournal.Begin(_dir["journal"], "op", new JournalPlan { Operation = JournalOperation.SnapshotCreate, Domain = domain.Uuid, DomainName = domain.Name, Live = true }))
        {
            journal.Freezing();
        }

        var record = JournalRecovery.Read(_dir["journal"]).ShouldHaveSingleItem();
        record.Frozen.ShouldBeTrue();
        var outcome = await SnapshotRecovery.RunAsync(record, domain, (what, _) => _reported.Add(what), default);

        domain.Happened.ShouldBe(["thaw"]);
        outcome.ShouldBe(new RecoveredOperation(record, JournalVerdict.Undo, null));
        _reported.Count.ShouldBe(refused ? 1 : 0);
        Directory.GetFiles(_dir["journal"]).ShouldBeEmpty();
    }

    private async Task CreateAsync(ScratchDomain domain) => await _snapshots.CreateAsync(domain, "<domainsnapshot><name>s1</name></domainsnapshot>", Quiesced, default);

    private void NothingIsLeft()
    {
        Directory.GetFiles(_dir["img"]).ShouldAllBe(file => file.EndsWith(".qcow2", StringComparison.Ordinal));
        Directory.GetFiles(_dir["journal"]).ShouldBeEmpty();
        _snapshots.Tree.Count.ShouldBe(0);
    }
}
