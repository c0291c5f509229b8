using Vireo.Host.ControlGroups;

namespace Vireo.Host.Tests.ControlGroups;

/// <summary>Control groups in directories that look like the kernel's: what is written where. The real ones are used by tests with a hypervisor.</summary>
public sealed class ControlGroupTests : IDisposable
{
    private readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void FindsTreesOfBothVersions()
    {
        const string mounts = """
            proc /proc proc rw 0 0
            cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0
            cgroup /sys/fs/cgroup/pids cgroup rw,pids 0 0
            cgroup /sys/fs/cgroup/blkio cgroup rw,blkio 0 0
            cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0
            cgroup /elsewhere/cpu cgroup
            """;
        var trees = ControlGroupHierarchy.Parse(mounts, root => root == "/sys/fs/cgroup/unified" ? "cpuset io hugetlb memory" : "");

        trees.Select(tree => (tree.Root, tree.Unified, string.Join(' ', tree.Controllers.Order()))).ShouldBe(
        [
            ("/sys/fs/cgroup/cpu,cpuacct", false, "Cpu"), ("/sys/fs/cgroup/blkio", false, "Block"), ("/sys/fs/cgroup/unified", true, "Cpuset Memory Block"),
        ]);
    }

    [Fact]
    public void ATreeOfTheSecondVersionHandsItsControllersDown()
    {
        Directory.CreateDirectory(_root["machine/guest"]);
        var group = Unified();
        group.Create();
        File.ReadAllText(_root["cgroup.subtree_control"]).ShouldBe("+cpu +memory");
        File.ReadAllText(_root["machine/cgroup.subtree_control"]).ShouldBe("+cpu +memory");
        File.Exists(_root["machine/guest/cgroup.subtree_control"]).ShouldBeFalse();

        var threads = group.Child("vcpu0");
        threads.CreateThreaded(ControlGroupController.Cpu);
        threads.AddThread(ControlGroupController.Cpu, 17);
        File.ReadAllText(_root["machine/guest/cgroup.subtree_control"]).ShouldBe("+cpu");
        File.ReadAllText(_root["machine/guest/vcpu0/cgroup.type"]).ShouldBe("threaded");
        File.ReadAllText(_root["machine/guest/vcpu0/cgroup.threads"]).ShouldBe("17");
    }

    [Fact]
    public void WhatATreeDoesNotHaveIsNotThere()
    {
        var group = Unified();
        group.Has(ControlGroupController.Block).ShouldBeFalse();
        group.Read(ControlGroupController.Block, "io.weight").ShouldBeNull();
        group.HasFile(ControlGroupController.Memory, "memory.max").ShouldBeFalse();
        group.IsUnified(ControlGroupController.Memory).ShouldBeTrue();
    }

    [Fact]
    public void ASetOfTheFirstVersionBeginsWithItsParents()
    {
        Directory.CreateDirectory(_root["machine/guest"]);
        foreach (var (path, text) in new[] { ("", "0-3"), ("machine/", "0-1"), ("machine/guest/", "") })
        {
            File.WriteAllText(_root[path + "cpuset.cpus"], text);
            File.WriteAllText(_root[path + "cpuset.mems"], text.Length > 0 ? "0" : "");
        }

        new ControlGroup([new(_root.Path, false, new HashSet<ControlGroupController> { ControlGroupController.Cpuset })], "machine/guest").Create();
        File.ReadAllText(_root["machine/guest/cpuset.cpus"]).ShouldBe("0-1");
        File.ReadAllText(_root["machine/guest/cpuset.mems"]).ShouldBe("0");
        File.ReadAllText(_root["machine/cpuset.cpus"]).ShouldBe("0-1");
    }

    [Fact]
    public void RemovesWhatItCan()
    {
        var group = Unified();
        group.TryRemove().ShouldBeNull("nothing is there");
        Directory.CreateDirectory(_root["machine/guest/vcpu0"]);
        group.TryRemove().ShouldBeNull();
        Directory.Exists(_root["machine/guest"]).ShouldBeFalse();
        Directory.CreateDirectory(_root["machine/guest"]);
        File.WriteAllText(_root["machine/guest/busy"], "");
        group.TryRemove().ShouldBeOfType<IOException>().Message.ShouldContain("guest");
    }

    private ControlGroup Unified() =>
        new([new(_root.Path, true, new HashSet<ControlGroupController> { ControlGroupController.Cpu, ControlGroupController.Memory })], "machine/guest");
}
