using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Security;
using Vireo.Host.Files;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tests.Security;

/// <summary>What runs take of the host's files, and how it is given back: on real files, as root.</summary>
public sealed class RunClaimsTests : IDisposable
{
    private const string Owner = "trusted.libvirt.security.dac", Count = "trusted.libvirt.security.ref_dac", Time = "trusted.libvirt.security.timestamp_dac", Holders = "trusted.vireo.holders";
    private static readonly GuestOwner s_guest = new(new HostAccount(4711, 4712, [])) { Gives = true, Remembers = true, Locks = true };
    private readonly ScratchDirectory _scratch = new();
    private readonly List<string> _reports = [];

    public RunClaimsTests()
    {
        foreach (string name in (string[])["disk", "base", "other"])
            File.WriteAllText(_scratch[name], name);
    }

    private GuestFile Disk => new(_scratch["disk"], FileUse.Exclusive);

    private GuestFile Base => new(_scratch["base"]);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void The_list_has_each_file_once_and_says_that_it_was_taken()
    {
        var claims = Run("domain-1-a", out string directory);
        claims.Take([Base]);
        claims.Take([Disk, Base with { Use = FileUse.Shared }]);
        string[] entries = File.ReadAllText(Path.Combine(directory, "claims")).Split('\0');
        entries.Length.ShouldBe(3);
        entries[..2].ShouldAllBe(entry => entry.StartsWith("= "));
        entries[..2].Select(entry => Path.GetFileName(entry)).Order().ShouldBe(["base", "disk"]);
    }

    [Fact]
    public void Files_are_given_to_the_guest_and_get_their_owners_back()
    {
        var claims = Run("domain-1-a", out string directory);
        using (var disk = PinnedFile.TryOpen(_scratch["disk"]))
            disk!.ChangeOwner(33, 34);
        claims.Take([Disk, Base, new(_scratch["missing"]), new(_scratch["log"]) { IsMade = true }, new(_scratch["other"]) { KeepsOwner = true }]);
        OwnersOf("disk", "base", "log", "other").ShouldBe(["4711:4712", "4711:4712", "4711:4712", "0:0"]);
        Attribute("disk", Owner).ShouldBe("+33:+34");
        Attribute("disk", Count).ShouldBe("1");

        RunClaims.GiveBackAll(directory, remembers: true, Report);
        OwnersOf("disk", "base", "log", "other").ShouldBe(["33:34", "0:0", "0:0", "0:0"]);
        foreach (string name in (string[])[Owner, Count, Time, Holders])
            Attribute("disk", name).ShouldBeNull();
        _reports.ShouldBeEmpty();
    }

    [Fact]
    public void A_file_of_several_guests_is_given_back_by_the_last()
    {
        Run("domain-1-a", out string first).Take([Base]);
        Run("domain-2-b", out string second).Take([Base]);
        Attribute("base", Count).ShouldBe("2");
        Should.Throw<VireoException>(() => Run("domain-3-c", out _, s_guest with { Account = new(1, 1, []) }).Take([Base with { IsMade = true }])).Code.ShouldBe(ErrorCode.OperationInvalid);
        // One that everybody may read is left to those that have it.
        Run("domain-4-d", out _, s_guest with { Account = new(1, 1, []) }).Take([Base]);
        RunClaims.GiveBackAll(first, remembers: true, Report);
        OwnersOf("base").ShouldBe(["4711:4712"]);
        RunClaims.GiveBackAll(second, remembers: true, Report);
        OwnersOf("base").ShouldBe(["0:0"]);
        Attribute("base", Count).ShouldBeNull();
    }

    [Fact]
    public void An_image_is_kept_from_other_domains_while_its_run_lasts()
    {
        var uuid = Guid.NewGuid();
        RunClaims.Of(Made("domain-1-a"), uuid, "a", s_guest).Take([Disk]);
        var refused = Should.Throw<VireoException>(() => Run("domain-2-b", out _).Take([Base, Disk]));
        refused.Code.ShouldBe(ErrorCode.ResourceBusy);
        refused.Message.ShouldContain("domain 'a'");
        // Nothing of the refused run is left.
        OwnersOf("base").ShouldBe(["0:0"]);
        Attribute("disk", Count).ShouldBe("1");

        // A second process of the same domain may stand beside the first; another daemon's domain may not, whatever it is called.
        RunClaims.Of(Made("domain-3-a"), uuid, "a", s_guest).Take([Disk]);
        Attribute("disk", Count).ShouldBe("2");
        Directory.CreateDirectory(_scratch["elsewhere/domain-1-a"]);
        Should.Throw<VireoException>(() => RunClaims.Of(_scratch["elsewhere/domain-1-a"], uuid, "a", s_guest).Take([Disk]));

        RunClaims.GiveBackAll(_scratch["domain-1-a"], remembers: true, Report);
        Should.Throw<VireoException>(() => Run("domain-2-b", out _).Take([Disk]));
        RunClaims.GiveBackAll(_scratch["domain-3-a"], remembers: true, Report);
        Run("domain-2-b", out _).Take([Disk]);
        OwnersOf("disk").ShouldBe(["4711:4712"]);
    }

    [Fact]
    public void What_a_run_has_already_it_keeps_when_it_cannot_have_more()
    {
        var owner = s_guest with { Gives = true };
        Run("domain-2-b", out _).Take([new(_scratch["other"], FileUse.Exclusive)]);
        var claims = Run("domain-1-a", out string directory, owner);
        claims.Take([Base, Disk with { Use = FileUse.Shared }]);
        string before = File.ReadAllText(Path.Combine(directory, "claims"));
        string? holders = Attribute("disk", Holders);

        // Both are to be written to now, alone; the third is another domain's.
        var wanted = new[] { Base with { Use = FileUse.Exclusive }, Disk, new GuestFile(_scratch["other"], FileUse.Exclusive) };
        Should.Throw<VireoException>(() => claims.Take(wanted)).Code.ShouldBe(ErrorCode.ResourceBusy);
        OwnersOf("base", "disk").ShouldBe(["4711:4712", "4711:4712"]);
        (Attribute("base", Count), Attribute("disk", Count)).ShouldBe(("1", "1"));
        (Attribute("base", Holders), Attribute("disk", Holders)).ShouldBe((null, holders));
        File.ReadAllText(Path.Combine(directory, "claims")).ShouldBe(before);

        // So other guests may go on sharing it, and in the end it is given back.
        Run("domain-3-c", out string third).Take([Disk with { Use = FileUse.Shared }]);
        RunClaims.GiveBackAll(third, remembers: true, Report);
        RunClaims.GiveBackAll(directory, remembers: true, Report);
        OwnersOf("base", "disk").ShouldBe(["0:0", "0:0"]);
        _reports.ShouldBeEmpty();
    }

    [Fact]
    public void Guests_that_share_a_disk_may_all_write_to_it()
    {
        Run("domain-1-a", out _).Take([Disk with { Use = FileUse.Shared }]);
        Run("domain-2-b", out _).Take([Disk with { Use = FileUse.Shared }]);
        Should.Throw<VireoException>(() => Run("domain-3-c", out _).Take([Disk])).Code.ShouldBe(ErrorCode.ResourceBusy);
    }

    [Fact]
    public async Task A_run_whose_process_or_directory_has_gone_keeps_nobody_out()
    {
        Run("domain-1-a", out string first).Take([Disk]);
        using (var process = HostProcess.Start(new ProcessStart("/bin/true", [])))
        {
            File.WriteAllText(Path.Combine(first, QemuLauncher.IdentityFile), process.Identity.ToString());
            await process.WaitAsync(TestContext.Current.CancellationToken);
        }

        Run("domain-2-b", out string second).Take([Disk]);
        Directory.Delete(second, recursive: true);
        Run("domain-3-c", out _).Take([Disk]);

        // Nor does a copy of an image, attributes included.
        await ProgramRun.CheckAsync("cp", "-a", _scratch["disk"], _scratch["copy"]);
        Attribute("copy", Holders).ShouldNotBeNull();
        Run("domain-4-d", out _).Take([new(_scratch["copy"], FileUse.Exclusive)]);
    }

    [Fact]
    public void After_a_change_the_guest_has_what_its_document_tells_of()
    {
        var claims = Run("domain-1-a", out string directory);
        claims.Take([Disk]);
        claims.Settle([Base, new(_scratch["other"], FileUse.Exclusive)], Report);
        OwnersOf("disk", "base", "other").ShouldBe(["0:0", "4711:4712", "4711:4712"]);
        Attribute("disk", Holders).ShouldBeNull();

        // A later daemon finds it in the run's directory.
        RunClaims.Of(directory, Guid.NewGuid(), "a", s_guest).Settle([Disk], Report);
        OwnersOf("disk", "base", "other").ShouldBe(["4711:4712", "0:0", "0:0"]);
        _reports.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_a_killed_daemon_was_about_to_take_is_given_back_when_it_had_come_to_that(bool taken)
    {
        Run("domain-2-b", out _).Take([Base]);
        var claims = Run("domain-1-a", out string directory);
        if (taken)
            claims.Take([Base]);
        using (var file = PinnedFile.TryOpen(_scratch["base"]))
            File.WriteAllText(Path.Combine(directory, "claims"), new FileClaim(_scratch["base"], file!.Identity, FileUse.Open, s_guest.Label, s_guest.Label, 2, IsDone: false).ToString() + "= half an en");
        RunClaims.GiveBackAll(directory, remembers: true, Report);
        Attribute("base", Count).ShouldBe("1");
        OwnersOf("base").ShouldBe(["4711:4712"]);
    }

    [Fact]
    public void Owners_of_an_earlier_boot_are_forgotten_and_a_new_file_of_the_name_is_left_alone()
    {
        using (var file = PinnedFile.TryOpen(_scratch["disk"])!)
        {
            file.SetAttribute(Owner, "+1:+1");
            file.SetAttribute(Count, "7");
            file.SetAttribute(Time, "1000");
        }

        Run("domain-1-a", out string directory).Take([Disk, Base]);
        Attribute("disk", Count).ShouldBe("1");
        File.Move(_scratch["other"], _scratch["base"], overwrite: true);
        using (var file = PinnedFile.TryOpen(_scratch["base"])!)
            file.ChangeOwner(4711, 4712);
        RunClaims.GiveBackAll(directory, remembers: true, Report);
        OwnersOf("disk", "base").ShouldBe(["0:0", "4711:4712"]);
    }

    [Fact]
    public void Without_memory_files_become_roots_and_without_ownership_they_stay()
    {
        using (var disk = PinnedFile.TryOpen(_scratch["disk"]))
            disk!.ChangeOwner(33, 34);
        Run("domain-1-a", out string directory, s_guest with { Gives = false }).Take([Disk]);
        OwnersOf("disk").ShouldBe(["33:34"]);
        Attribute("disk", Holders).ShouldNotBeNull();
        RunClaims.GiveBackAll(directory, remembers: true, Report);
        Run("domain-2-b", out directory, s_guest with { Remembers = false }).Take([Disk]);
        Attribute("disk", Count).ShouldBeNull();
        RunClaims.GiveBackAll(directory, remembers: false, Report);
        OwnersOf("disk").ShouldBe(["0:0"]);
    }

    private RunClaims Run(string name, out string directory, GuestOwner? owner = null) => RunClaims.Of(directory = Made(name), Guid.NewGuid(), name.Split('-')[2], owner ?? s_guest);

    private string Made(string name) => Directory.CreateDirectory(_scratch[name]).FullName;

    private string[] OwnersOf(params string[] names) => [.. names.Select(name =>
    {
        using var file = PinnedFile.TryOpen(_scratch[name]);
        return $"{file!.User}:{file.Group}";
    })];

    private string? Attribute(string name, string attribute)
    {
        using var file = PinnedFile.TryOpen(_scratch[name]);
        return file!.Attribute(attribute, out _);
    }

    private void Report(string what, Exception error) => _reports.Add($"{what}: {error.Message}");
}
