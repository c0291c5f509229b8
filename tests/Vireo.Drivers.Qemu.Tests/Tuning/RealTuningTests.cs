using Vireo.Drivers.Qemu.Tests.Lifecycle;
using Vireo.Drivers.Qemu.Tuning;
using Vireo.Host.ControlGroups;

namespace Vireo.Drivers.Qemu.Tests.Tuning;

/// <summary>Limits of running QEMUs that come all together or not at all.</summary>
public sealed class RealTuningTests
{
    private const uint Live = (uint)DomainModificationImpact.Live;

    [Fact]
    public async Task WhatTheKernelRefusesLeavesTheProcessorTimeAsItWas()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var (dom, group) = await StartAsync(scratch, ControlGroupController.Cpu);
        Assert.SkipWhen(group.IsUnified(ControlGroupController.Cpu) || group.Read(ControlGroupController.Cpu, "cpu.cfs_quota_us") is null, "this kernel refuses no quota");
        await scratch.Connection.DomainSetSchedulerParametersFlagsAsync(dom, [TypedParam.Of("global_quota", 50000L)], Live, default);

        // No part of it may have more than the whole.
        var failure = await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainSetSchedulerParametersFlagsAsync(
            dom, [TypedParam.Of("cpu_shares", 512UL), TypedParam.Of("global_quota", 60000L), TypedParam.Of("vcpu_quota", 100000L)], Live, default));
        failure.Message.ShouldBe("Invalid value '100000' for 'cpu.cfs_quota_us': Invalid argument");
        group.Read(ControlGroupController.Cpu, "cpu.shares")!.Trim().ShouldBe("1024");
        group.Read(ControlGroupController.Cpu, "cpu.cfs_quota_us")!.Trim().ShouldBe("50000");
        var told = (await scratch.Connection.DomainGetSchedulerParametersFlagsAsync(dom, 9, Live, default)).ToDictionary(parameter => parameter.Field);
        (told["cpu_shares"].Unsigned, told["global_quota"].Number, told["vcpu_quota"].Number).ShouldBe((1024UL, 50000L, -1L));
        await scratch.Connection.DomainDestroyAsync(dom, default);
    }

    [Fact]
    public async Task AMissingDeviceLeavesTheOthersAsTheyWere()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var (dom, group) = await StartAsync(scratch, ControlGroupController.Block);
        const string file = "blkio.throttle.read_bps_device";
        var device = Directory.GetDirectories("/sys/block").Select(path => "/dev/" + Path.GetFileName(path)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(device is null || group.Read(ControlGroupController.Block, file) is null, "this host limits no device");
        await scratch.Connection.DomainSetBlkioParametersAsync(dom, [TypedParam.Of("device_read_bytes_sec", $"{device},1000000")], Live, default);
        var before = group.Read(ControlGroupController.Block, file);
        before.ShouldNotBeNullOrWhiteSpace();

        var failure = await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainSetBlkioParametersAsync(
            dom, [TypedParam.Of("device_read_bytes_sec", $"{device},2000000"), TypedParam.Of("device_write_bytes_sec", $"{device},3000000,/dev/no-such,1000")], Live, default));
        failure.Message.ShouldContain("/dev/no-such");
        group.Read(ControlGroupController.Block, file).ShouldBe(before);
        group.Read(ControlGroupController.Block, "blkio.throttle.write_bps_device")!.Trim().ShouldBeEmpty();
        (await scratch.Connection.DomainGetBlkioParametersAsync(dom, 6, Live, default)).Params.Single(parameter => parameter.Field == "device_read_bytes_sec").Text.ShouldBe($"{device},1000000");
        await scratch.Connection.DomainDestroyAsync(dom, default);
    }

    [Fact]
    public async Task AMediumThatComesLaterIsReadNoFasterThanTheDriveMay()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var medium = Path.Combine(scratch.Root, "a.iso");
        File.WriteAllBytes(medium, new byte[65536]);
        string Drive(string source) => $"<disk type='file' device='cdrom'>{source}<target dev='hdc' bus='ide'/><iotune><total_iops_sec>77</total_iops_sec></iotune></disk>";
        var dom = await scratch.DefineAsync("g", Drive(""));
        await scratch.Connection.DomainCreateAsync(dom, default);
        foreach (var source in new[] { $"<source file='{medium}'/>", "", $"<source file='{medium}'/>" })
        {
            await scratch.Connection.DomainUpdateDeviceFlagsAsync(dom, Drive(source), (uint)DomainDeviceModifyFlags.Live, default);
            var blocks = await scratch.Connection.QemuDomainMonitorCommandAsync(dom, """{"execute":"query-block"}""", 0, default);
            blocks.Contains("\"iops\":77", StringComparison.Ordinal).ShouldBe(source.Length > 0, blocks);
        }

        await scratch.Connection.DomainDestroyAsync(dom, default);
    }

    private static async Task<(DomainRef Domain, ControlGroup Group)> StartAsync(ScratchHypervisor scratch, ControlGroupController controller)
    {
        var dom = await scratch.DefineAsync("g");
        await scratch.Connection.DomainCreateAsync(dom, default);
        var group = GuestGroup.Find(scratch.Domain(dom).Process!.Directory)?.Group;
        Assert.SkipUnless(group?.Has(controller) == true, "this host has no such control group");
        return (dom, group!);
    }
}
