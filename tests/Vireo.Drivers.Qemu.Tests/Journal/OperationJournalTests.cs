using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.Tests.Block;
using Vireo.Host.Faults;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tests.Journal;

[Collection("faults")]
public sealed class OperationJournalTests : IDisposable
{
    private readonly TemporaryDirectory _dir = new();

    public void Dispose() => _dir.Dispose();

    [Fact]
    public void Everything_reads_back()
    {
        var plan = Plan();
        using (var journal = OperationJournal.Begin(_dir["journal"], "op1", plan))
        {
            journal.Made(0, new FileIdentity(0xfe00000001, 77));
            journal.Started(new ProcessIdentity(4711, 123456, "boot"));
            journal.Commit();
        }

        var record = JournalRecovery.Read(_dir["journal"]).ShouldHaveSingleItem();
        record.Phase.ShouldBe(JournalPhase.Committed);
        record.Made[0].ShouldBe(new FileIdentity(0xfe00000001, 77));
        record.Process.ShouldBe(new ProcessIdentity(4711, 123456, "boot"));
        record.Plan.Operation.ShouldBe(JournalOperation.SnapshotCreate);
        record.Plan.Domain.ShouldBe(plan.Domain);
        record.Plan.Create.ShouldBe(plan.Create);
        record.Plan.Retire.ShouldBe(plan.Retire);
        record.Plan.Documents.ShouldBe(plan.Documents);
    }

    [Fact]
    public void A_journal_cut_off_within_its_plan_never_began()
    {
        var whole = JournalRecord.Encode(Plan());
        Directory.CreateDirectory(_dir["journal"]);
        for (var length = 0; length < whole.Length; length++)
        {
            JournalRecord.Decode("x", whole[..length]).ShouldBeNull();
        }

        File.WriteAllBytes(_dir["journal/a.journal"], whole[..(whole.Length / 2)]);
        JournalRecovery.Read(_dir["journal"]).ShouldBeEmpty();
        File.Exists(_dir["journal/a.journal"]).ShouldBeFalse();
    }

    [Fact]
    public void A_mark_cut_off_did_not_happen()
    {
        var whole = JournalRecord.Encode(Plan());
        JournalRecord.Decode("x", [.. whole, .. "made 0 1:2\ncommit"u8]).ShouldNotBeNull().Phase.ShouldBe(JournalPhase.Prepared);
        JournalRecord.Decode("x", [.. whole, .. "made 0 1:2\ncommitted\n"u8]).ShouldNotBeNull().Phase.ShouldBe(JournalPhase.Committed);
        Should.Throw<VireoException>(() => JournalRecord.Decode("x", [.. whole, .. "what\n"u8]));
    }

    [Fact]
    public void A_changed_plan_is_not_believed()
    {
        var whole = JournalRecord.Encode(Plan());
        whole[^10] ^= 1;
        JournalRecord.Decode("x", whole).ShouldBeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_was_not_committed_is_undone_wherever_it_stopped(int steps)
    {
        SetUp();
        var before = _dir.Contents();
        using (var journal = OperationJournal.Begin(_dir["journal"], "op1", Plan()))
        {
            Steps(journal, steps);
        }

        await Recover(JournalVerdict.Undo);
        _dir.Contents().ShouldBe(before);
        await Recover(JournalVerdict.Undo);
        _dir.Contents().ShouldBe(before);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_was_committed_is_finished_wherever_it_stopped(int documents)
    {
        SetUp();
        using (var journal = OperationJournal.Begin(_dir["journal"], "op1", Plan()))
        {
            Steps(journal, 3);
            journal.Commit();
            if (documents > 0)
            {
                using var fault = FaultPoint.Arm($"{FaultPoints.JournalDocument}:error@{documents}");
                Should.Throw<VireoException>(() => JournalActions.Finish(journal.Record)).Message.ShouldContain("fault injected");
            }
        }

        await Recover(JournalVerdict.Undo);

        File.ReadAllText(_dir["xml/domain.xml"]).ShouldBe("<new/>");
        File.ReadAllText(_dir["xml/snap/s1.xml"]).ShouldBe("<s1/>");
        File.Exists(_dir["xml/gone.xml"]).ShouldBeFalse();
        File.Exists(_dir["retired"]).ShouldBeFalse();
        File.ReadAllText(_dir["top"]).ShouldBe("overlay");
        Directory.GetFiles(_dir.Root, ".*").ShouldBeEmpty();
        Directory.GetFiles(_dir["xml"], "*.new", SearchOption.AllDirectories).ShouldBeEmpty();
        Directory.GetFiles(_dir["journal"]).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_staged_text_that_a_power_cut_spoiled_is_not_believed()
    {
        SetUp();
        using (var journal = OperationJournal.Begin(_dir["journal"], "op1", Plan()))
        {
            Steps(journal, 3);
            JournalActions.Stage(journal.Record);
            journal.Commit();
        }

        File.WriteAllText(_dir["xml/domain.xml.new"], "");
        await Recover(JournalVerdict.Undo);
        File.ReadAllText(_dir["xml/domain.xml"]).ShouldBe("<new/>");
        File.ReadAllText(_dir["xml/snap/s1.xml"]).ShouldBe("<s1/>");
        Directory.GetFiles(_dir["xml"], "*.new", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public void Files_that_took_a_name_meanwhile_are_left_alone()
    {
        SetUp();
        var plan = Plan();
        File.Delete(_dir["retired"]);
        File.WriteAllText(_dir["other"], "holds the inode");
        File.WriteAllText(_dir["retired"], "a newcomer");
        var retired = FileIdentity.Of(_dir["retired"])!.Value;
        plan = plan with { Retire = [new RetiredFile(_dir["retired"], new FileIdentity(retired.Device, retired.Inode + 1).ToString())] };
        using var journal = OperationJournal.Begin(_dir["journal"], "op1", plan);
        File.WriteAllText(_dir["top"], "not made by us");
        JournalActions.Undo(journal.Record);
        JournalActions.Finish(journal.Record);
        File.ReadAllText(_dir["top"]).ShouldBe("not made by us");
        File.ReadAllText(_dir["retired"]).ShouldBe("a newcomer");
    }

    private void SetUp()
    {
        Directory.CreateDirectory(_dir["journal"]);
        Directory.CreateDirectory(_dir["xml/snap"]);
        File.WriteAllText(_dir["xml/domain.xml"], "<old/>");
        File.WriteAllText(_dir["xml/gone.xml"], "<gone/>");
        File.WriteAllText(_dir["retired"], "retired");
    }

    private void Steps(OperationJournal journal, int steps)
    {
        if (steps >= 1)
        {
            File.WriteAllText(_dir[".top.op1"], "overlay");
        }

        if (steps >= 2)
        {
            journal.Made(0, FileIdentity.Of(_dir[".top.op1"])!.Value);
        }

        if (steps >= 3)
        {
            FileSystemCalls.RenameNew(_dir[".top.op1"], _dir["top"]);
        }
    }

    private async Task Recover(JournalVerdict verdict)
    {
        foreach (var record in JournalRecovery.Read(_dir["journal"]))
        {
            var result = await JournalRecovery.RunAsync(record, (_, _) => ValueTask.FromResult(verdict), live: false, CancellationToken.None);
            result.Error.ShouldBeNull();
        }
    }

    private JournalPlan Plan() => new()
    {
        Operation = JournalOperation.SnapshotCreate,
        Domain = Guid.Parse("11111111-2222-3333-4444-555555555555"),
        DomainName = "vm1",
        Snapshot = "s1",
        Create = [new PlannedFile(_dir["top"], _dir[".top.op1"], "n7")],
        Retire = [new RetiredFile(_dir["retired"], (FileIdentity.Of(_dir["retired"]) ?? default).ToString())],
        Documents =
        [
            new DocumentChange(_dir["xml/domain.xml"], "<old/>", "<new/>"),
            new DocumentChange(_dir["xml/snap/s1.xml"], null, "<s1/>"),
            new DocumentChange(_dir["xml/gone.xml"], "<gone/>", null),
        ],
    };
}
