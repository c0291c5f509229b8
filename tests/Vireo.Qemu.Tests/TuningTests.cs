using System.Globalization;

namespace Vireo.Qemu.Tests;

/// <summary>What a document, or a client, lets a guest take of its host is what the kernel gives it, and goes with the guest.</summary>
public sealed class TuningTests
{
    private const string FirstVersion = "/sys/fs/cgroup/cpu";

    [Fact]
    public async Task A_guest_is_held_to_what_its_document_says_from_its_start_on()
    {
        Assert.SkipUnless(Directory.Exists(FirstVersion), "what is read here are files of control groups of version 1, which this host has not");
        await using var lab = await GuestLab.CreateAsync(disks: 1, linux: false);
        var xml = await lab.VirshAsync("dumpxml", "guest");
        await File.WriteAllTextAsync(lab["tuned.xml"], xml
            .Replace("<vcpu placement='static'>1</vcpu>", """
                <memtune><hard_limit unit='MiB'>700</hard_limit></memtune>
                <vcpu>2</vcpu><iothreads>1</iothreads>
                <cputune><shares>300</shares><quota>40000</quota><vcpupin vcpu='1' cpuset='0'/><emulatorpin cpuset='0'/><iothreadpin iothread='1' cpuset='0'/><vcpusched vcpus='0' scheduler='batch'/></cputune>
                """, StringComparison.Ordinal)
            .Replace("<target dev='vda' bus='virtio'/>", "<target dev='vda' bus='virtio'/><iotune><total_iops_sec>77</total_iops_sec></iotune>", StringComparison.Ordinal));
        await lab.VirshAsync("define", lab["tuned.xml"]);
        await lab.VirshAsync("start", "guest", "--paused");

        var pid = lab.Guests().ShouldHaveSingleItem();
        var groups = Groups(pid);
        File.ReadAllText(Path.Combine(groups["memory"], "memory.limit_in_bytes")).Trim().ShouldBe((700L << 20).ToString(CultureInfo.InvariantCulture));
        // The main loop moves into a group of its own only when it has a limit of its own.
        File.ReadAllText(Path.Combine(groups["cpu"], "cpu.shares")).Trim().ShouldBe("300");
        File.ReadAllText(Path.Combine(groups["cpu"], "vcpu0/cpu.cfs_quota_us")).Trim().ShouldBe("40000");
        File.ReadAllText(Path.Combine(groups["cpu"], "vcpu1/cpu.cfs_quota_us")).Trim().ShouldBe("40000");
        Allowed(pid, pid).ShouldBe("0");
        Allowed(pid, Thread(pid, "CPU 1/")).ShouldBe("0");
        Allowed(pid, Thread(pid, "IO iothread1")).ShouldBe("0");
        var everywhere = File.ReadAllText("/sys/devices/system/cpu/online").Trim();
        Allowed(pid, Thread(pid, "CPU 0/")).ShouldBe(everywhere, "only the second is pinned");
        File.ReadAllText($"/proc/{pid}/task/{Thread(pid, "CPU 0/")}/stat").Split(' ')[^12].ShouldBe("3", "SCHED_BATCH");
        (await lab.VirshAsync("qemu-monitor-command", "guest", "{\"execute\":\"query-block\"}")).ShouldContain("\"iops\":77");
        (await lab.VirshAsync("dumpxml", "guest")).ShouldContain("<partition>/machine</partition>");

        await lab.VirshAsync("schedinfo", "guest", "--set", "vcpu_quota=-1");
        File.ReadAllText(Path.Combine(groups["cpu"], "vcpu0/cpu.cfs_quota_us")).Trim().ShouldBe("-1");
        await lab.Daemon.StopAsync();
        await lab.Daemon.StartAsync();
        await lab.VirshAsync("memtune", "guest", "--hard-limit", "800M");
        File.ReadAllText(Path.Combine(groups["memory"], "memory.limit_in_bytes")).Trim().ShouldBe((800L << 20).ToString(CultureInfo.InvariantCulture), "the next daemon knows the group");
        await lab.VirshAsync("destroy", "guest");
        groups.Values.Where(Directory.Exists).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_limit_that_the_kernel_refuses_starts_nothing_and_leaves_nothing()
    {
        await using var lab = await GuestLab.CreateAsync(disks: 1, linux: false);
        var name = $"refused-{Guid.NewGuid():N}";
        await File.WriteAllTextAsync(lab["tuned.xml"], (lab.Domain with { Name = name, Uuid = Guid.NewGuid().ToString() }).ToXml()
            .Replace("<vcpu>", "<cputune><shares>50</shares><vcpupin vcpu='0' cpuset='9999'/></cputune><vcpu>", StringComparison.Ordinal));
        await lab.VirshAsync("define", lab["tuned.xml"]);
        var refused = await Client.VirshAsync(lab.Daemon, "start", name);
        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain("cannot set CPU affinity on process");
        lab.Guests().ShouldBeEmpty();
        if (Directory.Exists(FirstVersion))
            Directory.GetDirectories(FirstVersion + "/machine", $"*{name}*").ShouldBeEmpty();
    }

    // The paths of version 1's groups by controller, the group of the whole guest.
    private static Dictionary<string, string> Groups(int pid) =>
        File.ReadLines($"/proc/{pid}/cgroup").Select(line => line.Split(':', 3)).Where(fields => fields[1] is "cpu" or "memory" or "blkio" or "cpuset")
            .ToDictionary(fields => fields[1], fields => "/sys/fs/cgroup/" + fields[1] + (fields[2].EndsWith("/emulator", StringComparison.Ordinal) ? fields[2][..^9] : fields[2]));

    private static int Thread(int pid, string name) =>
        Directory.EnumerateDirectories($"/proc/{pid}/task").Where(task => File.ReadAllText(task + "/comm").StartsWith(name, StringComparison.Ordinal))
            .Select(task => int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture)).ShouldHaveSingleItem(name);

    private static string Allowed(int pid, int thread) =>
        File.ReadLines($"/proc/{pid}/task/{thread}/status").First(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split('\t')[1];
}
