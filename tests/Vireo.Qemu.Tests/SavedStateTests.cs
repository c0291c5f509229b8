using System.Buffers.Binary;

namespace Vireo.Qemu.Tests;

/// <summary>Real guests whose state is saved into files: they go on where they were, in either daemon, and whatever cuts a save short leaves them running.</summary>
public sealed class SavedStateTests
{
    [Theory]
    [InlineData(DaemonKind.Vireod, DaemonKind.Libvirtd)]
    [InlineData(DaemonKind.Libvirtd, DaemonKind.Vireod)]
    public async Task A_guest_goes_on_where_it_was_saved_in_its_own_daemon_and_in_the_other(DaemonKind from, DaemonKind to)
    {
        await using var lab = await GuestLab.CreateAsync(from, disks: 1);
        string boot;
        await using (var guest = await lab.BootAsync())
        {
            boot = await guest.AskAsync("BOOT");
            await guest.AskAsync("SET what I remember");
            (await guest.AskAsync("WRITE vda 0 on the disk")).ShouldBe("WROTE");
        }

        await lab.VirshAsync("save", "guest", lab["state"]);
        lab.Guests().ShouldBeEmpty();
        await lab.VirshAsync("restore", lab["state"]);
        await ShouldRememberAsync(lab, boot);
        (await lab.VirshAsync("domstate", "guest", "--reason")).Trim().ShouldBe("running (restored)");

        await lab.VirshAsync("save", "guest", lab["state"]);
        await using var other = ScratchDaemon.Of(to);
        await other.StartAsync();
        await Client.MustAsync(other, "restore", lab["state"]);
        await ShouldRememberAsync(lab, boot);
        await Client.MustAsync(other, "destroy", "guest");
    }

    [Theory]
    [InlineData("save.begun", false)]
    [InlineData("save.written", false)]
    [InlineData("save.complete", true)]
    public async Task A_daemon_killed_in_the_middle_of_a_save_leaves_a_guest_that_goes_on_or_a_whole_file(string point, bool saved)
    {
        await using var lab = await GuestLab.CreateAsync(disks: 1, environment: new Dictionary<string, string> { ["VIREO_FAULT"] = point + ":kill" });
        await using var guest = await lab.BootAsync();
        string boot = await guest.AskAsync("BOOT");
        await guest.AskAsync("SET what I remember");

        (await Client.VirshAsync(lab.Daemon, "managedsave", "guest")).ExitCode.ShouldBe(1);
        await lab.Daemon.WaitForExitAsync(TimeSpan.FromSeconds(10));
        await lab.Daemon.StartAsync();

        (await lab.VirshAsync("domstate", "guest", "--reason")).Trim().ShouldBe(saved ? "shut off (saved)" : "running (save canceled)");
        SaveImages(lab).Length.ShouldBe(saved ? 1 : 0);
        (await lab.VirshAsync("list", "--all", "--with-managed-save", "--name")).Trim().ShouldBe(saved ? "guest" : "");
        if (saved)
        {
            await lab.VirshAsync("start", "guest");
            SaveImages(lab).ShouldBeEmpty();
            await ShouldRememberAsync(lab, boot);
            return;
        }

        (await guest.AskAsync("GET")).ShouldBe("what I remember");
        await lab.VirshAsync("managedsave", "guest");
        await lab.VirshAsync("start", "guest");
        await ShouldRememberAsync(lab, boot);
    }

    [Fact]
    public async Task A_save_that_fails_or_loses_its_hypervisor_leaves_no_file()
    {
        await using var lab = await GuestLab.CreateAsync(disks: 1, environment: new Dictionary<string, string> { ["VIREO_FAULT"] = "save.begun:error@1,save.written:error@1" });
        await using var guest = await lab.BootAsync();
        string boot = await guest.AskAsync("BOOT");
        for (int i = 0; i < 2; i++)
        {
            (await Client.VirshAsync(lab.Daemon, "save", "guest", lab["state"])).ExitCode.ShouldBe(1);
            File.Exists(lab["state"]).ShouldBeFalse();
            (await lab.VirshAsync("domstate", "guest", "--reason")).Trim().ShouldBe("running (save canceled)");
            (await guest.AskAsync("BOOT")).ShouldBe(boot);
        }

        await lab.VirshAsync("suspend", "guest");
        await lab.VirshAsync("dump", "guest", lab["core"], "--memory-only");
        (await lab.VirshAsync("domstate", "guest", "--reason")).Trim().ShouldStartWith("paused");
        (await File.ReadAllBytesAsync(lab["core"]))[..4].ShouldBe("\u007fELF"u8.ToArray());
        await lab.VirshAsync("resume", "guest");
        await lab.VirshAsync("dump", "guest", lab["core"]);
        (await guest.AskAsync("BOOT")).ShouldBe(boot);
    }

    [Fact]
    public async Task A_cancelled_save_or_dump_leaves_the_guest_running_and_no_file()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 1);
        await File.WriteAllTextAsync(lab["large.xml"], (lab.Domain with { Memory = 12 * 1024 }).ToXml());
        await lab.VirshAsync("define", lab["large.xml"]);
        await lab.VirshAsync("start", "guest");
        foreach (var (command, told) in new[] { ("save", "domain save job"), ("dump", "domain core dump job") })
        {
            var work = Client.VirshAsync(lab.Daemon, command, "guest", lab["state"]);
            await Eventually.TrueAsync(() => Task.FromResult(new FileInfo(lab["state"]) is { Exists: true, Length: > 0 }), "memory is written");
            (await Client.VirshAsync(lab.Daemon, "domjobabort", "guest")).ExitCode.ShouldBe(0);

            (await work).ToString().ShouldContain($"operation aborted: {told}: canceled by client");
            File.Exists(lab["state"]).ShouldBeFalse();
            (await lab.VirshAsync("domstate", "guest")).Trim().ShouldBe("running");
        }
    }

    [Fact]
    public async Task Progress_is_shown_while_a_guest_is_written_and_an_interrupt_gives_it_up()
    {
        using var tools = new ScratchDirectory("vt");
        await File.WriteAllTextAsync(tools["gzip"], "#!/bin/sh\n# Takes nothing in.\nexec sleep 60\n");
        File.SetUnixFileMode(tools["gzip"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 1);
        await lab.Daemon.StopAsync();
        string settings = Path.Combine(lab.Daemon.Root, "etc/vireo/vireod.conf");
        Directory.CreateDirectory(Path.GetDirectoryName(settings)!);
        await File.WriteAllTextAsync(settings, "save_image_format = \"gzip\"\ndump_image_format = \"gzip\"\n");
        await lab.Daemon.StartAsync(new Dictionary<string, string> { ["PATH"] = $"{tools.Path}:{Environment.GetEnvironmentVariable("PATH")}" });
        await lab.VirshAsync("start", "guest");
        foreach (string[] command in (string[][])[["save", "guest", lab["state"]], ["managedsave", "guest"], ["dump", "guest", lab["state"]]])
        {
            using var watcher = Client.Watch("vireo", lab.Daemon, [.. command, "--verbose"]);
            (await watcher.SaysAsync("%]", TimeSpan.FromSeconds(30))).ShouldBeTrue(watcher.Output);
            string info = (await lab.VirshAsync("domjobinfo", "guest"));
            info.ShouldContain(command[0] == "dump" ? "Dump" : "Save");
            info.ShouldContain("Data remaining:");
            var result = await watcher.InterruptAsync();

            result.ExitCode.ShouldBe(1);
            result.ToString().ShouldMatch(@"(?i)\b" + command[0] + @": \[ *\d+ %\]");
            result.ToString().ShouldContain("canceled by client");
            (await lab.VirshAsync("domstate", "guest")).Trim().ShouldBe("running");
            (await lab.VirshAsync("domjobinfo", "guest")).ShouldContain("None");
        }

        // Stock virsh takes the key from its terminal; to the signal alone it pays no heed, whoever serves it.
        await using var stock = await TerminalProgram.StartAsync("/usr/bin/virsh", ["-c", lab.Daemon.Uri, "save", "guest", lab["state"], "--verbose"]);
        // It takes the key away from the terminal after it has shown progress for the first time.
        await stock.ShownAsync("%]");
        await stock.ShownAsync("%]");
        await stock.TypeAsync("\u0003");
        var (status, shown) = await stock.EndAsync();
        status.Code.ShouldBe(1);
        shown.ShouldContain("operation aborted: domain save job: canceled by client");
        File.Exists(lab["state"]).ShouldBeFalse();
        (await lab.VirshAsync("domstate", "guest")).Trim().ShouldBe("running");
    }

    [Fact]
    public async Task Files_are_packed_as_the_operator_sets_and_spoilt_ones_are_refused()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false, disks: 1);
        foreach (var (format, number) in new[] { ("gzip", 1u), ("bzip2", 2u), ("xz", 3u), ("zstd", 5u), ("raw", 0u) })
        {
            await lab.Daemon.StopAsync();
            string settings = Path.Combine(lab.Daemon.Root, "etc/vireo/vireod.conf");
            Directory.CreateDirectory(Path.GetDirectoryName(settings)!);
            await File.AppendAllTextAsync(settings, $"save_image_format = \"{format}\"\n");
            await lab.Daemon.StartAsync();
            await lab.VirshAsync("start", "guest");
            await lab.VirshAsync("save", "guest", lab["state"]);
            BinaryPrimitives.ReadUInt32LittleEndian((await File.ReadAllBytesAsync(lab["state"])).AsSpan(28)).ShouldBe(number);
            await lab.VirshAsync("restore", lab["state"]);
            await lab.VirshAsync("destroy", "guest");
        }

        byte[] whole = await File.ReadAllBytesAsync(lab["state"]);
        foreach (var (spoil, error) in Spoilt)
        {
            byte[] bytes = [.. whole];
            bytes = spoil(bytes);
            await File.WriteAllBytesAsync(lab["spoilt"], bytes);
            var result = await Client.VirshAsync(lab.Daemon, "restore", lab["spoilt"]);
            result.ExitCode.ShouldBe(1);
            result.ToString().ShouldContain(error);
        }

        (await lab.VirshAsync("domstate", "guest")).Trim().ShouldBe("shut off");
        foreach (var (image, boots) in new[] { (whole[..50], true), ("LibvirtQemudPart"u8.ToArray(), true), (Magic(whole), false) })
        {
            await File.WriteAllBytesAsync(Path.Combine(lab.Daemon.Root, "lib/vireo/qemu/save/guest.save"), image);
            await lab.Daemon.StopAsync();
            await lab.Daemon.StartAsync();
            (await Client.VirshAsync(lab.Daemon, "start", "guest")).ExitCode.ShouldBe(boots ? 0 : 1);
            SaveImages(lab).Length.ShouldBe(boots ? 0 : 1);
            await Client.VirshAsync(lab.Daemon, "destroy", "guest");
        }
    }

    private static IEnumerable<(Func<byte[], byte[]> Spoil, string Error)> Spoilt =>
    [
        (b => b[..50], "operation failed: failed to read qemu header"), (b => Put(b, 12, 0x74726150), "operation failed: save image is incomplete"), (Magic, "operation failed: image magic is incorrect"),
        (b => Put(b, 16, 3), "operation failed: image version is not supported (50331648 > 2)"), (b => Put(b, 20, 0), "operation failed: invalid header data length: 0"),
        (b => Put(b, 20, 0x7fffffff), "operation failed: failed to read cookie"), (b => Put(b, 20, uint.MaxValue), "operation failed: failed to read cookie"),
        (b => Put(b, 20, 100), "operation failed: invalid header data length: 100"), (b => Put(b, 28, 99), "operation failed: Invalid compressed save format 99"),
        (b => Put(b, 28, 1), "gzip' could not read the guest's memory: exit status 1"), (b => b[..1000], "operation failed: failed to read"),
        (b => b[..140_000], "internal error: qemu unexpectedly closed the monitor"), (b => Put(b, 92, 0), "(domain_definition)"),
    ];

    private static byte[] Magic(byte[] bytes) => Put([.. bytes], 12, 0x78787878);

    private static byte[] Put(byte[] bytes, int at, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), value);
        return bytes;
    }

    private static string[] SaveImages(GuestLab lab) => Directory.GetFiles(Path.Combine(lab.Daemon.Root, "lib/vireo/qemu/save"));

    private static async Task ShouldRememberAsync(GuestLab lab, string boot)
    {
        await using var guest = await lab.SerialAsync();
        (await guest.AskAsync("BOOT")).ShouldBe(boot);
        (await guest.AskAsync("GET")).ShouldBe("what I remember");
        (await guest.AskAsync("READ vda 0")).ShouldBeOneOf("on the disk", "");
    }
}
