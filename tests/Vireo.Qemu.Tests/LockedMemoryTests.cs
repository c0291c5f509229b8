using System.Globalization;
using System.Text.RegularExpressions;
using Vireo.Host.Processes;

namespace Vireo.Qemu.Tests;

/// <summary>How much memory a real guest's process may lock, below a daemon that may lock little itself.</summary>
public sealed partial class LockedMemoryTests
{
    private const string Name = "t-lock";
    private const ulong Little = 1UL << 20;

    [Fact]
    public async Task A_guest_has_its_limit_before_its_first_instruction_and_again_before_a_device_comes()
    {
        Assert.SkipUnless(LockedMemory.Most > Little, "next to nothing may be locked here");
        using var scratch = new ScratchDirectory("vl");
        await using var vireod = new ScratchVireod { Starter = ["/usr/bin/prlimit", $"--memlock={Little}:"] };
        await vireod.StartAsync();
        var own = Limits(vireod.ProcessId);
        own[0].ShouldBe(Little.ToString(CultureInfo.InvariantCulture));

        // It says what it may lock before it does anything else, and locks nothing.
        var emulator = scratch["qemu-system-x86_64"];
        await File.WriteAllTextAsync(emulator, $$"""
            #!/bin/bash
            [[ "$*" == *guest={{Name}},* ]] && cat /proc/self/limits > {{scratch["said"]}}
            exec /usr/bin/qemu-system-x86_64 "${@/mem-lock=on/mem-lock=off}"
            """);
        File.SetUnixFileMode(emulator, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(scratch["dom.xml"], new TestDomain(Name) { Memory = 32, Devices = $"<emulator>{emulator}</emulator><serial type='file'><source path='{vireod.Root}/serial'/></serial>" }.ToXml()
            .Replace("<vcpu>", "<memoryBacking><locked/></memoryBacking><vcpu>", StringComparison.Ordinal));
        await File.WriteAllTextAsync(scratch["rng.xml"], "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>");
        await Client.MustAsync(vireod, "define", scratch["dom.xml"]);
        await Client.MustAsync(vireod, "start", Name);
        var pid = vireod.Guests().ShouldHaveSingleItem();

        // With the right to raise limits there is none; without it, as much as the daemon may have.
        var raised = Limits(pid)[1] == "unlimited";
        var expected = raised ? "unlimited" : own[1];
        Limit(await File.ReadAllTextAsync(scratch["said"]))[0].ShouldBe(expected);
        Limits(pid).ShouldBe([expected, expected]);
        var warnings = Regex.Count(vireod.Log, "is to lock any amount of memory, and the daemon may not allow it so much");
        warnings.ShouldBe(raised ? 0 : 1);
        Limits(vireod.ProcessId).ShouldBe(own);

        LockedMemory.Limit(pid, Little, raised ? LockedMemory.Unlimited : LockedMemory.Most);
        await Client.MustAsync(vireod, "attach-device", Name, scratch["rng.xml"]);
        Limits(pid).ShouldBe([expected, expected]);
        await Client.MustAsync(vireod, "destroy", Name);
    }

    private static string[] Limits(int pid) => Limit(File.ReadAllText($"/proc/{pid}/limits"));

    private static string[] Limit(string limits) => LockedLine().Match(limits).Groups is [_, var bytes, var most] ? [bytes.Value, most.Value] : [];

    [GeneratedRegex(@"^Max locked memory +(\S+) +(\S+)", RegexOptions.Multiline)]
    private static partial Regex LockedLine();
}
