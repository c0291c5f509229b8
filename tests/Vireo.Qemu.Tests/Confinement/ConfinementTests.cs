namespace Vireo.Qemu.Tests.Confinement;

/// <summary>
/// Guests confined by AppArmor profiles that the daemon makes: on a small host of its own whose kernel has AppArmor, for the machine that runs the tests may not. See scripts/confined-host and scenario.sh.
/// </summary>
public sealed class ConfinementTests
{
    private const string Profile = "libvirt-c7a5fdbd-edaf-9455-926a-d65c16db1809";

    [Fact]
    public async Task A_guest_gets_what_is_its_own_and_nothing_else()
    {
        Assert.SkipWhen(string.IsNullOrEmpty(Environment.GetEnvironmentVariable("VIREO_BIN")), "the small host has the NativeAOT programs alone: VIREO_BIN=out/bin");
        var seen = await RunAsync();

        seen["enabled"].ShouldBe("Y");
        seen["models"].ShouldBe("apparmor dac");
        (seen["label"], seen["user"]).ShouldBe(($"{Profile} (enforce)", "64055"));
        seen["shown"].ShouldBe($"<seclabeltype='dynamic'model='apparmor'relabel='yes'><label>{Profile}</label><imagelabel>{Profile}</imagelabel></seclabel>");
        seen["info"].ShouldBe($"Security model: apparmor;Security DOI: 0;Security label: {Profile} (enforcing);");

        // What belongs to nobody in particular is refused, and nothing that QEMU needed is.
        seen["foreign"].ShouldContain("Could not open '/images/secret.raw': Permission denied");
        (seen["foreign_refused"], seen["unexpected_at_start"], seen["unexpected"]).ShouldBe(("1", "", ""));
        foreach (var done in (string[])["define", "start", "attach", "attach_odd", "attach_lent", "snapshot", "commit", "screenshot", "dump", "save", "restore", "revertible", "revert", "attach_after_restart", "destroy", "start_unconfined"])
        {
            seen[done].ShouldBe("ok", customMessage: $"{done}; the daemon has said {seen["daemon"]}");
        }

        seen["lent_is_there"].ShouldBe("1");

        // A revert starts a process beside the old one: each has a profile of its own.
        seen["label_after_revert"].ShouldMatch($"^{Profile}\\.\\d+ \\(enforce\\)$");
        (seen["forgotten_after_save"], seen["left"]).ShouldBe(("0", "0"));
        seen["label_unconfined"].ShouldBe("unconfined");
        seen["start_unknown"].ShouldContain("cannot confine a process by AppArmor profile 'nosuch'");
    }

    private static async Task<IReadOnlyDictionary<string, string>> RunAsync()
    {
        var guest = await GuestImage.GetAsync();
        using var scratch = new ScratchDirectory();
        await ProgramRun.CheckAsync(
            Repository.Path("scripts", "confined-host"), scratch["image"], Path.GetDirectoryName(Repository.Program("vireod"))!, Repository.Path("tests", "Vireo.Qemu.Tests", "Confinement", "scenario.sh"), Path.GetDirectoryName(guest.Kernel)!);
        string[] arguments =
        [
            "-machine", "pc", "-accel", "tcg,thread=multi", "-cpu", "Westmere", "-smp", "2", "-m", "1500", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
            "-kernel", guest.Kernel, "-initrd", scratch["image"], "-append", $"{GuestImage.CommandLine} apparmor=1 security=apparmor panic=-1", "-serial", $"file:{scratch["serial"]}",
        ];
        var ended = await ProgramRun.ExecuteAsync("qemu-system-x86_64", arguments, limit: TimeSpan.FromMinutes(15));
        ended.ExitCode.ShouldBe(0, ended.Error);
        var said = await File.ReadAllTextAsync(scratch["serial"]);
        said.ShouldContain("@end done");
        var seen = new Dictionary<string, string>();
        foreach (var line in said.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.StartsWith('@')))
        {
            var (name, value) = line.IndexOf(' ', StringComparison.Ordinal) is > 0 and var at ? (line[1..at], line[(at + 1)..]) : (line[1..], "");
            seen[name] = value;
        }

        return seen;
    }
}
