using System.Text.Json;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tests.Lifecycle;

/// <summary>The helper for persistent reservations beside a running QEMU. A device that is no LUN passes for one where QEMU does not ask it (property <c>scsi</c> off).</summary>
public sealed class RealReservationTests
{
    private const string Managed = "<reservations managed='yes'/>";
    private const string Overrides = "<qemu:override xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>"
        + "<qemu:device alias='ua-one'><qemu:frontend><qemu:property name='scsi' type='bool' value='false'/></qemu:frontend></qemu:device>"
        + "<qemu:device alias='ua-two'><qemu:frontend><qemu:property name='scsi' type='bool' value='false'/></qemu:frontend></qemu:device></qemu:override>";

    [Fact]
    public async Task OneHelperServesTheGuestUntilItsEnd()
    {
        Require();
        await using var scratch = await ScratchHypervisor.StartAsync();
        using var one = LoopDevice.Of(Path.Combine(scratch.Root, "one"), 1 << 20);
        using var two = LoopDevice.Of(Path.Combine(scratch.Root, "two"), 1 << 20);
        var dom = await DefineAsync(scratch, Lun(one, "one", "vda") + Lun(two, "two", "vdb"));
        await scratch.Connection.DomainCreateAsync(dom, default);
        var process = scratch.Domain(dom).Process!;
        var socket = Path.Combine(process.Channels, "pr-helper0.sock");
        (await scratch.Connection.DomainGetXmlDescAsync(dom, 0, default)).ShouldContain($"<source type='unix' path='{socket}' mode='client'/>");
        (await scratch.Connection.DomainGetXmlDescAsync(dom, (uint)DomainXMLFlags.Inactive, default)).ShouldContain(Managed);
        (await scratch.Connection.DomainGetXmlDescAsync(dom, (uint)DomainXMLFlags.Migratable, default)).ShouldContain(Managed);
        var arguments = File.ReadAllText($"/proc/{scratch.Pid(dom)}/cmdline");
        arguments.Split("pr-manager-helper").Length.ShouldBe(2);
        arguments.Split("\"pr-manager\":\"pr-helper0\"").Length.ShouldBe(3);
        (await ManagersAsync(scratch, dom)).ShouldBe(["pr-helper0 True"]);
        var helper = Helper(scratch).ShouldNotBeNull();
        File.ReadAllText($"/proc/{helper.Pid}/cmdline").ShouldEndWith($"-k\0{socket}\0");
        if (process.Group is { } group)
        {
            File.ReadAllText($"/proc/{helper.Pid}/cgroup").ShouldContain(group.Group.Path);
        }

        // It goes on without the daemon, and the next one knows it.
        await scratch.RestartAsync();
        Helper(scratch).ShouldBe(helper);
        HostProcess.Attach(helper).ShouldNotBeNull().Dispose();
        await scratch.Connection.DomainDestroyAsync(dom, default);
        HostProcess.Attach(helper).ShouldBeNull();
        Directory.EnumerateDirectories(scratch.Paths.QemuLibrary, "domain-*").ShouldBeEmpty();
    }

    [Fact]
    public async Task OneThatHasGoneIsStartedAnew()
    {
        Require();
        await using var scratch = await ScratchHypervisor.StartAsync();
        using var one = LoopDevice.Of(Path.Combine(scratch.Root, "one"), 1 << 20);
        var dom = await DefineAsync(scratch, Lun(one, "one", "vda"));
        await scratch.Connection.DomainCreateAsync(dom, default);
        var first = Helper(scratch).ShouldNotBeNull();
        await KillAsync(first);

        // What QEMU says when the guest asks for a reservation then.
        using var data = JsonDocument.Parse("""{"id":"pr-helper0","connected":false}""");
        new MonitorEvents(scratch.Hypervisor, scratch.Domain(dom)).Handle(scratch.Domain(dom).Process!, new QmpEvent("PR_MANAGER_STATUS_CHANGED", data.RootElement, DateTimeOffset.UtcNow));
        using (var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20)))
        {
            while (Helper(scratch) is not { } anew || anew == first)
            {
                await Task.Delay(10, deadline.Token);
            }
        }

        // Nor does a daemon that comes later leave the guest without.
        var second = Helper(scratch)!;
        HostProcess.Attach(second).ShouldNotBeNull().Dispose();
        await scratch.RestartAsync(() => KillAsync(second));
        var third = Helper(scratch).ShouldNotBeNull();
        third.ShouldNotBe(second);
        await scratch.Connection.DomainDestroyAsync(dom, default);
        HostProcess.Attach(third).ShouldBeNull();
    }

    [Fact]
    public async Task WhatIsNoLunDoesNotStartAndLeavesNothing()
    {
        Require();
        await using var scratch = await ScratchHypervisor.StartAsync();
        using var one = LoopDevice.Of(Path.Combine(scratch.Root, "one"), 1 << 20);
        var disk = $"<disk type='block' device='lun'><driver name='qemu' type='raw'/><source dev='{one.Path}'>{Managed}</source><target dev='sda' bus='scsi'/></disk><controller type='scsi' model='virtio-scsi'/>";
        var dom = await scratch.DefineAsync("g", disk);
        var failure = await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainCreateAsync(dom, default));
        failure.Code.ShouldBe(ErrorCode.InternalError);
        failure.Message.ShouldContain("cannot get SG_IO version number: Invalid argument");
        Directory.EnumerateDirectories(scratch.Paths.QemuLibrary, "domain-*").ShouldBeEmpty();
        HelpersOf(scratch).ShouldBeEmpty();
    }

    [Fact]
    public async Task TheFirstDiskBringsItAndTheLastTakesItAway()
    {
        Require();
        await using var scratch = await ScratchHypervisor.StartAsync();
        using var one = LoopDevice.Of(Path.Combine(scratch.Root, "one"), 1 << 20);
        using var two = LoopDevice.Of(Path.Combine(scratch.Root, "two"), 1 << 20);
        var dom = await DefineAsync(scratch, "");
        await scratch.Connection.DomainCreateAsync(dom, default);
        (await ManagersAsync(scratch, dom)).ShouldBeEmpty();

        // QEMU refuses the device: nothing of what it needed stays.
        await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainAttachDeviceAsync(dom, Lun(one, "refused", "vda"), default));
        (await ManagersAsync(scratch, dom)).ShouldBeEmpty();
        Helper(scratch).ShouldBeNull();

        await scratch.Connection.DomainAttachDeviceAsync(dom, Lun(one, "one", "vda"), default);
        var helper = Helper(scratch).ShouldNotBeNull();
        await scratch.Connection.DomainAttachDeviceAsync(dom, Lun(two, "two", "vdb"), default);
        (await ManagersAsync(scratch, dom)).ShouldBe(["pr-helper0 True"]);

        await DetachAsync(scratch, dom, "ua-one");
        (await ManagersAsync(scratch, dom)).ShouldBe(["pr-helper0 True"]);
        Helper(scratch).ShouldBe(helper);
        await DetachAsync(scratch, dom, "ua-two");
        (await ManagersAsync(scratch, dom)).ShouldBeEmpty();
        HostProcess.Attach(helper).ShouldBeNull();
        Helper(scratch).ShouldBeNull();
        await scratch.Connection.DomainDestroyAsync(dom, default);
    }

    [Theory]
    [InlineData(null, "' is not a suitable pr helper: No such file or directory")]
    [InlineData("#!/bin/sh\necho no such luck >&2; exit 1\n", "operation failed: pr helper died and reported: no such luck")]
    public async Task WithoutAHelperNothingIsStarted(string? program, string complaint)
    {
        Require();
        using var place = new ScratchDirectory();
        if (program is not null)
        {
            File.WriteAllText(place["helper"], program);
            File.SetUnixFileMode(place["helper"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        await using var scratch = await ScratchHypervisor.StartAsync(settings: new QemuSettings { ReservationHelper = place["helper"] });
        using var one = LoopDevice.Of(Path.Combine(scratch.Root, "one"), 1 << 20);
        var dom = await DefineAsync(scratch, Lun(one, "one", "vda"));
        (await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainCreateAsync(dom, default))).Message.ShouldContain(complaint);
        Directory.EnumerateDirectories(scratch.Paths.QemuLibrary, "domain-*").ShouldBeEmpty();
        scratch.Domain(dom).View.State.ShouldBe(DomainState.Shutoff);
    }

    [Fact]
    public async Task AHelperOfTheUsersOwnIsConnectedTo()
    {
        Require();
        await using var scratch = await ScratchHypervisor.StartAsync();
        using var one = LoopDevice.Of(Path.Combine(scratch.Root, "one"), 1 << 20);
        var socket = Path.Combine(scratch.Root, "own.sock");
        var own = $"<reservations managed='no'><source type='unix' path='{socket}' mode='client'/></reservations>";
        var dom = await DefineAsync(scratch, Lun(one, "one", "vda", own));
        (await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainCreateAsync(dom, default))).Message.ShouldContain($"Failed to connect to '{socket}': No such file or directory");

        using var helper = HostProcess.Start(new ProcessStart("/usr/bin/qemu-pr-helper", ["-k", socket]) { WorkingDirectory = "/" });
        try
        {
            await Eventually.TrueAsync(() => Task.FromResult(File.Exists(socket)), "the server's socket");
            await scratch.Connection.DomainCreateAsync(dom, default);
            (await ManagersAsync(scratch, dom)).ShouldBe(["pr-helper-n1f True"]);
            Helper(scratch).ShouldBeNull();
            await scratch.Connection.DomainDestroyAsync(dom, default);
            helper.HasExited.ShouldBeFalse();
        }
        finally
        {
            helper.Kill(Signals.Kill);
        }
    }

    private static void Require() => Assert.SkipUnless(ProgramPath.Find("/usr/bin/qemu-pr-helper") is not null, "qemu-pr-helper is not installed");

    private static string Lun(LoopDevice device, string alias, string target, string reservations = Managed) =>
        $"<disk type='block' device='lun'><driver name='qemu' type='raw'/><source dev='{device.Path}'>{reservations}</source><target dev='{target}' bus='virtio'/><alias name='ua-{alias}'/></disk>";

    private static async Task<DomainRef> DefineAsync(ScratchHypervisor scratch, string devices) => await scratch.Connection.DomainDefineXmlAsync(
        ScratchHypervisor.Document("g", devices).Replace("<devices>", "<features><acpi/></features><devices>", StringComparison.Ordinal).Replace("</domain>", Overrides + "</domain>", StringComparison.Ordinal), default);

    // Nobody in this guest answers, but what it was asked for is gone when it is reset.
    private static async Task DetachAsync(ScratchHypervisor scratch, DomainRef dom, string alias)
    {
        await scratch.Connection.DomainDetachDeviceAliasAsync(dom, alias, (uint)DomainDeviceModifyFlags.Live, default);
        await scratch.Connection.DomainResetAsync(dom, 0, default);
        await Eventually.TrueAsync(() => Task.FromResult(scratch.Domain(dom).View.Live!.Devices.Disks.All(disk => disk.Alias != alias)), $"the end of disk '{alias}'");
    }

    private static async Task KillAsync(ProcessIdentity helper)
    {
        using var process = HostProcess.Attach(helper).ShouldNotBeNull();
        process.Kill(Signals.Kill);
        await process.WaitAsync();
    }

    private static async Task<string[]> ManagersAsync(ScratchHypervisor scratch, DomainRef dom) => await scratch.Domain(dom).Process!.Monitor.ExecuteAsync(
        new QmpCommand<string[]>("query-pr-managers", static reply => [.. reply.EnumerateArray().Select(static one => $"{one.GetProperty("id").GetString()} {one.GetProperty("connected").GetBoolean()}")]), default);

    private static ProcessIdentity? Helper(ScratchHypervisor scratch) =>
        Directory.GetFiles(scratch.Paths.QemuLibrary, "pr-helper0", SearchOption.AllDirectories).SingleOrDefault() is { } file && File.ReadAllLines(file) is [var line, ..] ? ProcessIdentity.Parse(line) : null;

    // Those that have a socket of this root's in their arguments.
    private static IEnumerable<string> HelpersOf(ScratchHypervisor scratch) => Directory.EnumerateDirectories("/proc").Where(place => int.TryParse(Path.GetFileName(place), out _)).Where(place =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(place, "cmdline")) is var line && line.Contains("qemu-pr-helper", StringComparison.Ordinal) && line.Contains(scratch.Root, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    });
}
