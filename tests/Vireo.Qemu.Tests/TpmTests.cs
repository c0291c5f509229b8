using System.Globalization;

namespace Vireo.Qemu.Tests;

/// <summary>A guest with an emulated TPM, which belongs to its snapshots.</summary>
public sealed class TpmTests
{
    [Fact]
    public async Task Tpm_goes_on_with_the_guest_and_comes_back_with_its_snapshots()
    {
        await using var lab = await GuestLab.CreateAsync(disks: 1, devices: GuestLab.Tpm);
        string registerBefore;
        await using (var serial = await lab.BootAsync())
        {
            var tpm = new GuestTpm(serial);
            await tpm.DefineAsync();
            await tpm.WriteAsync("internal");
            await tpm.ExtendAsync();
            registerBefore = await tpm.RegisterAsync();
            await lab.VirshAsync("snapshot-create-as", "guest", "i1");

            // The daemon goes and comes; the TPM is the same process.
            var emulator = lab.Emulators().ShouldHaveSingleItem();
            await RunsAsItsOwnUserAsync(lab, emulator);
            await lab.Daemon.StopAsync();
            await lab.Daemon.StartAsync();
            lab.Emulators().ShouldBe([emulator]);
            await tpm.WriteAsync("changed1");
            await tpm.ExtendAsync();
            (await tpm.RegisterAsync()).ShouldNotBe(registerBefore);

            // Within the process.
            await lab.VirshAsync("snapshot-revert", "guest", "i1");
            (await tpm.ReadAsync()).ShouldBe("internal");
            (await tpm.RegisterAsync()).ShouldBe(registerBefore);
            lab.Emulators().ShouldBe([emulator]);
            await lab.VirshAsync("snapshot-delete", "guest", "i1");

            await tpm.WriteAsync("memory01");
            await lab.VirshAsync("snapshot-create-as", "guest", "m1", "--memspec", $"file={lab["m1.mem"]}", "--diskspec", $"vda,file={lab["disk0.m1"]}");
            await tpm.WriteAsync("diskonly");
            await tpm.ExtendAsync();
            await lab.VirshAsync(lab.SnapshotArguments("d1"));
            await tpm.WriteAsync("changed2");
        }

        // In a new process beside the old one, with the guest's memory, registers and all.
        await lab.VireoAsync("snapshot-revert", "guest", "m1", "--allow-respawn", "--keep-current", "k1");
        await using (var serial = await lab.SerialAsync())
        {
            var tpm = new GuestTpm(serial);
            (await tpm.ReadAsync()).ShouldBe("memory01");
            (await tpm.RegisterAsync()).ShouldBe(registerBefore);
            await tpm.WriteAsync("changed3");
        }

        // Without the memory the guest boots, and its TPM with it.
        await BootAtAsync(lab, "d1", "diskonly");
        await BootAtAsync(lab, "k1", "changed2");
        (await lab.VirshAsync("snapshot-dumpxml", "guest", "d1")).ShouldNotContain("tpmState");

        await lab.VirshAsync("destroy", "guest");
        lab.Emulators().ShouldBeEmpty();
        await lab.VirshAsync("snapshot-revert", "guest", "d1");
        await lab.VireoAsync("snapshot-clone", "guest", "d1", "copy");
        string copy = (await lab.VirshAsync("domuuid", "copy")).Trim();
        Content(lab.TpmState(copy)).ShouldBe(Content(lab.TpmState()));
        await lab.VirshAsync("start", "copy", "--paused");
        await lab.VirshAsync("destroy", "copy");
        await lab.VirshAsync("undefine", "copy");
        Directory.Exists(Path.GetDirectoryName(lab.TpmState(copy))).ShouldBeFalse();
    }

    [Fact]
    public async Task Guest_goes_on_when_its_emulator_is_killed_and_has_a_TPM_again_at_its_next_start()
    {
        await using var lab = await GuestLab.CreateAsync(disks: 1, linux: false, devices: GuestLab.Tpm);
        await lab.VirshAsync("start", "guest");
        await ProgramRun.CheckAsync("/bin/kill", "-KILL", lab.Emulators().Single().ToString(CultureInfo.InvariantCulture));
        await Eventually.TrueAsync(() => Task.FromResult(lab.Daemon.Log.Contains("its TPM, process", StringComparison.Ordinal)), "the loss is told of");
        (await lab.VirshAsync("domstate", "guest")).Trim().ShouldBe("running");

        // Nothing of a memory without its TPM is left; the disks and what the TPM has stored can be taken.
        var refused = await Client.VirshAsync(lab.Daemon, "snapshot-create-as", "guest", "m1", "--memspec", $"file={lab["m1.mem"]}", "--diskspec", $"vda,file={lab["disk0.m1"]}");
        refused.ExitCode.ShouldBe(1, refused.ToString());
        (await lab.VirshAsync("domstate", "guest")).Trim().ShouldBe("running");
        (await DomainPicture.LooseEndsAsync(lab)).ShouldBeEmpty();
        await lab.VirshAsync(lab.SnapshotArguments("d1"));

        await lab.VirshAsync("destroy", "guest");
        await lab.VirshAsync("start", "guest");
        lab.Emulators().ShouldHaveSingleItem();
        string log = await File.ReadAllTextAsync(Path.Combine(lab.Daemon.Root, "log/vireo/swtpm/guest-swtpm.log"), TestContext.Current.CancellationToken);
        log.Split("Starting vTPM manufacturing").Length.ShouldBe(2, "it is the same TPM");
    }

    [Fact]
    public async Task Tpm_is_refused_in_libvirts_words_where_nothing_emulates_it()
    {
        var environment = new Dictionary<string, string> { ["PATH"] = "/usr/sbin" };
        var refused = await Should.ThrowAsync<InvalidOperationException>(() => GuestLab.CreateAsync(disks: 1, linux: false, devices: GuestLab.Tpm, environment: environment));
        refused.Message.ShouldContain("unsupported configuration: TPM version '2.0' is not supported");
    }

    private static async Task RunsAsItsOwnUserAsync(GuestLab lab, int emulator)
    {
        string user = (await ProgramRun.CheckAsync("id", "-u", "tss")).Trim(), group = (await ProgramRun.CheckAsync("id", "-g", "tss")).Trim();
        string status = await File.ReadAllTextAsync($"/proc/{emulator}/status");
        status.ShouldContain($"Uid:\t{user}\t{user}\t{user}\t{user}\n");
        status.ShouldContain("CapEff:\t0000000000000000\n");
        foreach (string path in (string[])[lab.TpmState(), Path.Combine(lab.TpmState(), "tpm2-00.permall")])
            (await ProgramRun.CheckAsync("stat", "--format=%u:%g", path)).Trim().ShouldBe($"{user}:{group}");
    }

    private static async Task BootAtAsync(GuestLab lab, string snapshot, string expected)
    {
        await lab.VireoAsync("snapshot-revert", "guest", snapshot, "--running", "--allow-respawn");
        await using var serial = await lab.SerialAsync();
        (await new GuestTpm(serial).ReadAsync()).ShouldBe(expected);
    }

    private static byte[] Content(string state) => File.ReadAllBytes(Path.Combine(state, "tpm2-00.permall"));
}
