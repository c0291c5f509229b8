namespace Vireo.Qemu.Tests;

/// <summary>A revert that keeps the present state: both happen, or neither, and what was kept can be gone back to.</summary>
public sealed class KeepCurrentTests
{
    [Fact]
    public async Task Running_guest_is_kept_with_its_memory_and_comes_back()
    {
        await using var lab = await GuestLab.CreateAsync();
        await using (var guest = await lab.BootAsync())
        {
            await InternalSnapshotTests.FillAsync(guest, "one", "v1");
            await lab.VirshAsync(lab.SnapshotArguments("s1"));
            await InternalSnapshotTests.FillAsync(guest, "two", "v2");
        }

        string[] revert = ["snapshot-revert", "guest", "s1", "--running", "--allow-respawn", "--keep-current", "k1", "--memspec", lab["k1.mem"]];
        string plan = await lab.VireoAsync([.. revert, "--dry-run"]);
        plan.ShouldContain($"vda: leave {lab["disk0.s1"]} as it is to the snapshot of the present state");
        plan.ShouldContain($"save the memory in {lab["k1.mem"]}");
        await lab.VireoAsync(revert);

        (await lab.VirshAsync("snapshot-current", "guest", "--name")).Trim().ShouldBe("s1");
        (await lab.VirshAsync("snapshot-info", "guest", "k1")).ShouldContain("running");
        (await DomainPicture.LooseEndsAsync(lab)).ShouldBeEmpty();
        await lab.VirshAsync("snapshot-revert", "guest", "k1", "--force");
        await using var again = await lab.SerialAsync();
        await InternalSnapshotTests.HoldsAsync(again, "two", "v2");
        await lab.VirshAsync("snapshot-delete", "guest", "k1");
        await InternalSnapshotTests.HoldsAsync(again, "two", "v2");
        (await DomainPicture.LooseEndsAsync(lab)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Running_guest_is_kept_within_its_images_when_it_goes_back_within_them()
    {
        await using var lab = await GuestLab.CreateAsync();
        await using var guest = await lab.BootAsync();
        await InternalSnapshotTests.FillAsync(guest, "one", "v1");
        await lab.VirshAsync("snapshot-create-as", "guest", "s1");
        await InternalSnapshotTests.FillAsync(guest, "two", "v2");
        var before = lab.Guests();

        await lab.VireoAsync("snapshot-revert", "guest", "s1", "--keep-current", "k1");
        await InternalSnapshotTests.HoldsAsync(guest, "one", "v1");
        await lab.VirshAsync("snapshot-revert", "guest", "k1");
        await InternalSnapshotTests.HoldsAsync(guest, "two", "v2");

        lab.Guests().ShouldBe(before);
        (await InternalSnapshotTests.TagsAsync(lab, 1)).ShouldBe(["s1", "k1"]);
    }

    [Fact]
    public async Task Domain_is_kept_whatever_its_state_and_a_refused_revert_keeps_nothing()
    {
        await using var lab = await GuestLab.CreateAsync(linux: false);
        await lab.VirshAsync(lab.SnapshotArguments("s1"));
        var first = await lab.DisksAsync();

        await lab.VireoAsync("snapshot-revert", "guest", "s1", "--keep-current", "off");
        await ShouldHoldAsync(lab, "off", first);

        await lab.VirshAsync("start", "guest", "--paused");
        var second = await lab.DisksAsync();
        await lab.VireoAsync("snapshot-revert", "guest", "s1", "--paused", "--force", "--keep-current", "paused");
        (await lab.VirshAsync("domstate", "guest", "--reason")).Trim().ShouldBe("paused (user)");
        await ShouldHoldAsync(lab, "paused", second);

        await lab.VirshAsync("resume", "guest");
        var third = await lab.DisksAsync();
        await lab.VireoAsync("snapshot-revert", "guest", "s1", "--keep-current", "running");
        (await lab.VirshAsync("domstate", "guest")).Trim().ShouldBe("shut off");
        await ShouldHoldAsync(lab, "running", third);

        var before = await DomainPicture.TakeAsync(lab);
        var refused = await Client.VireoAsync(lab.Daemon, "snapshot-revert", "guest", "s1", "--keep-current", "off");
        refused.Error.ShouldContain("domain moment off already exists");
        (await DomainPicture.TakeAsync(lab)).ShouldBe(before);

        foreach (string name in (string[])["off", "paused", "running", "s1"])
            await lab.VirshAsync("snapshot-delete", "guest", name);
        (await DomainPicture.LooseEndsAsync(lab)).ShouldBeEmpty();
        await lab.CheckImagesAsync();
    }

    // What was in use before is the snapshot's now, and not the domain's.
    private static async Task ShouldHoldAsync(GuestLab lab, string name, IReadOnlyDictionary<string, string> images)
    {
        string document = await lab.VirshAsync("snapshot-dumpxml", "guest", name);
        foreach (var (target, path) in images)
        {
            document.ShouldContain($"<source file='{path}'/>");
            (await lab.DisksAsync())[target].ShouldNotBe(path);
        }

        (await DomainPicture.LooseEndsAsync(lab)).ShouldBeEmpty();
    }
}
