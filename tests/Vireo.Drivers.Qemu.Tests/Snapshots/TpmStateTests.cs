using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Qemu.Tests.Block;

namespace Vireo.Drivers.Qemu.Tests.Snapshots;

/// <summary>The state of a TPM is taken and brought back with its domain's snapshots. The tests play the emulator: it writes files, and QEMU has no TPM here.</summary>
[Collection("faults")]
public sealed class TpmStateTests : IDisposable
{
    private readonly TemporaryDirectory _dir = new();
    private readonly DomainSnapshots _snapshots;

    public TpmStateTests() => _snapshots = DomainSnapshots.Load(
        _dir["snapshot"], new SnapshotSettings(_dir["journal"], false, (what, error) => throw new InvalidOperationException(what, error), TimeProvider.System));

    public void Dispose() => _dir.Dispose();

    [Fact]
    public async Task State_and_disks_are_of_one_moment_though_the_guest_runs()
    {
        await using var domain = await ScratchDomain.StartAsync(_dir, 1, tpm: true);
        domain.TpmState = "when planned";
        domain.Pausing = () => domain.TpmState = "when it stood still";
        await _snapshots.CreateAsync(domain, Xml("s1"), DomainSnapshotCreateFlags.DiskOnly | DomainSnapshotCreateFlags.Quiesce, CancellationToken.None);

        // Only a guest that runs can be frozen and thawed.
        domain.Happened.ShouldBe(["freeze", "paused Snapshot", "running Unpaused", "thaw"]);
        var stored = DomainSnapshots.Load(_dir["snapshot"], Settings()).Find("s1");
        stored.Config.ShouldBe(_snapshots.Find("s1").Config);
        stored.Visible.TpmState.IsEmpty.ShouldBeTrue();
        await domain.StopAsync(DomainShutoffReason.Destroyed, CancellationToken.None);
        domain.TpmState = "later";
        await _snapshots.RevertAsync(domain, "s1", null, 0, CancellationToken.None);
        domain.TpmState.ShouldBe("when it stood still");
        Settled();
    }

    [Fact]
    public async Task Old_process_keeps_its_state_until_the_new_one_stands()
    {
        await using var domain = await ScratchDomain.StartAsync(_dir, 1, tpm: true);
        domain.TpmState = "first";
        await _snapshots.CreateAsync(domain, Xml("s1"), DomainSnapshotCreateFlags.DiskOnly, CancellationToken.None);
        domain.TpmState = "second";
        domain.RefuseReplacement = true;
        await Should.ThrowAsync<VireoException>(async () => await RevertAsync(domain, null));
        domain.TpmAtStart.ShouldBe("first");
        domain.TpmState.ShouldBe("second");
        Settled();

        // What is kept is the old one's, as it is when the old one stands still.
        domain.RefuseReplacement = false;
        domain.Pausing = () => File.WriteAllText(Directory.GetFiles(_dir["tpm"], "tpm2-00.permall", SearchOption.AllDirectories).Single(f => File.ReadAllText(f) == "second"), "third");
        await RevertAsync(domain, Xml("k1"));
        domain.TpmState.ShouldBe("first");
        await domain.StopAsync(DomainShutoffReason.Destroyed, CancellationToken.None);
        await _snapshots.RevertAsync(domain, "k1", null, 0, CancellationToken.None);
        domain.TpmState.ShouldBe("third");
        Settled();
    }

    [Fact]
    public async Task Snapshot_without_state_gives_the_new_process_that_of_now()
    {
        await using var domain = await ScratchDomain.StartAsync(_dir, 1, tpm: true);
        await _snapshots.CreateAsync(domain, Xml("s1"), DomainSnapshotCreateFlags.DiskOnly, CancellationToken.None);
        domain.TpmState = "now";
        File.WriteAllText(_dir["tpm/tpm2/.lock"], "");
        await RevertAsync(domain, null);
        domain.TpmState.ShouldBe("now");
        File.Exists(_dir["tpm/tpm2/.lock"]).ShouldBeFalse("it is the new process's own directory");
        Settled();
    }

    [Fact]
    public async Task Internal_snapshot_has_the_state_too()
    {
        await using var domain = ScratchDomain.Define(_dir, 1, tpm: true);
        domain.TpmState = "first";
        await _snapshots.CreateAsync(domain, Xml("s1"), 0, CancellationToken.None);
        domain.TpmState = "second";
        await _snapshots.RevertAsync(domain, "s1", Xml("k1"), 0, CancellationToken.None);
        domain.TpmState.ShouldBe("first");
        await _snapshots.RevertAsync(domain, "k1", null, 0, CancellationToken.None);
        domain.TpmState.ShouldBe("second");
        Settled();
    }

    [Fact]
    public async Task Loading_within_the_process_leaves_the_state_to_the_hypervisor()
    {
        await using var domain = await ScratchDomain.StartAsync(_dir, 1, tpm: true);
        domain.TpmState = "first";
        await _snapshots.CreateAsync(domain, Xml("s1"), 0, CancellationToken.None);
        domain.TpmState = "as the hypervisor wrote it";
        await _snapshots.RevertAsync(domain, "s1", null, 0, CancellationToken.None);
        domain.TpmAtStart.ShouldBeNull("no process was started");
        domain.TpmState.ShouldBe("as the hypervisor wrote it");
        Settled();
    }

    [Fact]
    public async Task Metadata_that_names_a_file_elsewhere_is_refused()
    {
        await using var domain = ScratchDomain.Define(_dir, 1, tpm: true);
        domain.TpmState = "first";
        await _snapshots.CreateAsync(domain, Xml("s1"), DomainSnapshotCreateFlags.DiskOnly, CancellationToken.None);
        File.WriteAllText(_dir["snapshot/s1.xml"], File.ReadAllText(_dir["snapshot/s1.xml"]).Replace("'tpm2-00.permall'", "'tpm/../../x'", StringComparison.Ordinal));
        var broken = await Should.ThrowAsync<VireoException>(async () => await DomainSnapshots.Load(_dir["snapshot"], Settings()).RevertAsync(domain, "s1", null, 0, CancellationToken.None));
        broken.Code.ShouldBe(ErrorCode.InternalError);
        broken.Message.ShouldContain("tpm/../../x");
        domain.TpmState.ShouldBe("first");
    }

    private static string Xml(string name) => $"<domainsnapshot><name>{name}</name></domainsnapshot>";

    private SnapshotSettings Settings() => new(_dir["journal"], false, (_, _) => { }, TimeProvider.System);

    private async ValueTask RevertAsync(ScratchDomain domain, string? keep) =>
        await _snapshots.RevertAsync(domain, "s1", keep, DomainSnapshotRevertFlags.Running | DomainSnapshotRevertFlags.Respawn, CancellationToken.None);

    private void Settled()
    {
        JournalRecovery.Read(_dir["journal"]).ShouldBeEmpty();
        Directory.GetFileSystemEntries(_dir["tpm"]).ShouldBe([_dir["tpm/tpm2"]]);
    }
}
