using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tests.Lifecycle;

/// <summary>Domains with real QEMU processes, by emulation.</summary>
public sealed class RealGuestTests
{
    [Fact]
    public async Task ADomainIsStartedPausedResumedAndDestroyedWithLibvirtsStatesAndEvents()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.DefineAsync("g", "<serial type='pty'/>");
        var running = await scratch.Connection.DomainCreateWithFlagsAsync(dom, 0, default);
        running.Id.ShouldBeGreaterThan(0);
        await StateShouldBe(scratch, dom, DomainState.Running, (int)DomainRunningReason.Booted);
        (await scratch.Connection.DomainGetXmlDescAsync(dom, 0, default)).ShouldContain("/dev/pts/");
        await scratch.Connection.DomainSuspendAsync(dom, default);
        await StateShouldBe(scratch, dom, DomainState.Paused, (int)DomainPausedReason.User);
        await scratch.Connection.DomainResumeAsync(dom, default);
        await StateShouldBe(scratch, dom, DomainState.Running, (int)DomainRunningReason.Unpaused);
        await scratch.Connection.DomainDestroyAsync(dom, default);
        await StateShouldBe(scratch, dom, DomainState.Shutoff, (int)DomainShutoffReason.Destroyed);
        scratch.Events.ShouldBe(
        [
            ("g", DomainEventType.Defined, (int)DomainEventDefinedDetailType.Added),
            ("g", DomainEventType.Resumed, (int)DomainEventResumedDetailType.Unpaused),
            ("g", DomainEventType.Started, (int)DomainEventStartedDetailType.Booted),
            ("g", DomainEventType.Suspended, (int)DomainEventSuspendedDetailType.Paused),
            ("g", DomainEventType.Resumed, (int)DomainEventResumedDetailType.Unpaused),
            ("g", DomainEventType.Stopped, (int)DomainEventStoppedDetailType.Destroyed),
        ]);
        Left(scratch).ShouldBeEmpty();
    }

    [Fact]
    public async Task AProcessThatIsKilledLeavesItsDomainShutOffAsCrashed()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.DefineAsync("g");
        await scratch.Connection.DomainCreateAsync(dom, default);
        using var process = HostProcess.Attach(ProcessIdentity.Of(scratch.Pid(dom))!)!;
        process.Kill(Signals.Kill);
        await scratch.StateAsync(dom, DomainState.Shutoff);
        await StateShouldBe(scratch, dom, DomainState.Shutoff, (int)DomainShutoffReason.Crashed);
        await scratch.Connection.DomainCreateAsync(dom, default);
        await StateShouldBe(scratch, dom, DomainState.Running, (int)DomainRunningReason.Booted);
        await scratch.Connection.DomainDestroyAsync(dom, default);
    }

    [Fact]
    public async Task AStartThatFailsSaysWhatQemuSaidAndLeavesNothing()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var xml = ScratchHypervisor.Document("g").Replace("<domain type='qemu'>", "<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>", StringComparison.Ordinal)
            .Replace("</domain>", "<qemu:commandline><qemu:arg value='-no-such-option'/></qemu:commandline></domain>", StringComparison.Ordinal);
        var dom = await scratch.Connection.DomainDefineXmlAsync(xml, default);
        var error = await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainCreateAsync(dom, default));
        error.Code.ShouldBe(ErrorCode.InternalError);
        error.Message.ShouldStartWith("internal error: process exited while connecting to monitor: ");
        error.Message.ShouldContain("-no-such-option: invalid option");
        await StateShouldBe(scratch, dom, DomainState.Shutoff, (int)DomainShutoffReason.Failed);
        Left(scratch).ShouldBeEmpty();
    }

    [Fact]
    public async Task ATransientDomainVanishesWithItsProcess()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.Connection.DomainCreateXmlAsync(ScratchHypervisor.Document("g"), (uint)DomainCreateFlags.StartPaused, default);
        (await scratch.Connection.DomainIsPersistentAsync(dom, default)).ShouldBe(0);
        await scratch.Connection.DomainDestroyAsync(dom, default);
        (await Should.ThrowAsync<VireoException>(async () => await scratch.Connection.DomainLookupByNameAsync("g", default))).Code.ShouldBe(ErrorCode.NoDomain);
        Left(scratch).ShouldBeEmpty();
    }

    [Fact]
    public async Task ADaemonThatIsStartedAnewFindsItsGuests()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var running = await scratch.DefineAsync("running", "<serial type='pty'/>");
        var paused = await scratch.DefineAsync("paused");
        var gone = await scratch.DefineAsync("gone");
        var transient = await scratch.Connection.DomainCreateXmlAsync(ScratchHypervisor.Document("transient"), 0, default);
        await scratch.Connection.DomainCreateAsync(running, default);
        await scratch.Connection.DomainCreateWithFlagsAsync(paused, (uint)DomainCreateFlags.StartPaused, default);
        await scratch.Connection.DomainCreateAsync(gone, default);
        var pid = scratch.Pid(running);
        var id = scratch.Domain(running).View.Id;
        var xml = await scratch.Connection.DomainGetXmlDescAsync(running, 0, default);
        using var victim = HostProcess.Attach(ProcessIdentity.Of(scratch.Pid(gone))!)!;

        await scratch.Hypervisor.DisposeAsync();
        victim.Kill(Signals.Kill);
        await victim.WaitAsync();
        await scratch.RestartAsync();

        scratch.Pid(running).ShouldBe(pid);
        scratch.Domain(running).View.Id.ShouldBe(id);
        (await scratch.Connection.DomainGetXmlDescAsync(running, 0, default)).ShouldBe(xml);
        await StateShouldBe(scratch, paused, DomainState.Paused, (int)DomainPausedReason.User);
        await StateShouldBe(scratch, gone, DomainState.Shutoff, (int)DomainShutoffReason.Crashed);
        scratch.Domain(transient).View.IsPersistent.ShouldBeFalse();
        await scratch.Connection.DomainSuspendAsync(running, default);
        await StateShouldBe(scratch, running, DomainState.Paused, (int)DomainPausedReason.User);
        foreach (var each in (DomainRef[])[running, paused, transient])
        {
            await scratch.Connection.DomainDestroyAsync(each, default);
        }

        Left(scratch).ShouldBeEmpty();
    }

    [Fact]
    public async Task AHungMonitorHoldsUpNoQueryAndNoOtherDomainAndCanBeDestroyed()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var hung = await scratch.DefineAsync("hung");
        var other = await scratch.DefineAsync("other");
        await scratch.Connection.DomainCreateAsync(hung, default);
        using var process = HostProcess.Attach(ProcessIdentity.Of(scratch.Pid(hung))!)!;
        process.Kill(Signals.Stop);
        var suspend = scratch.Connection.DomainSuspendAsync(hung, default).AsTask();

        await StateShouldBe(scratch, hung, DomainState.Running, (int)DomainRunningReason.Booted);
        (await scratch.Connection.DomainGetXmlDescAsync(hung, 0, default)).ShouldContain("<name>hung</name>");
        (await scratch.Connection.DomainGetControlInfoAsync(hung, 0, default)).State.ShouldBe((uint)DomainControlState.Occupied);
        await scratch.Connection.DomainCreateAsync(other, default);
        await scratch.Connection.DomainDestroyAsync(other, default);
        suspend.IsCompleted.ShouldBeFalse();

        // A stopped process heeds SIGTERM when it goes on; SIGKILL it heeds at once.
        process.Kill(Signals.Kill);
        await Should.ThrowAsync<VireoException>(suspend);
        await scratch.StateAsync(hung, DomainState.Shutoff);
    }

    [Fact]
    public async Task AProcessWhoseStartTheDaemonDidNotLiveToFinishIsEnded()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var dom = await scratch.DefineAsync("g");
        await scratch.Connection.DomainCreateAsync(dom, default);
        using var process = HostProcess.Attach(ProcessIdentity.Of(scratch.Pid(dom))!)!;
        await scratch.Hypervisor.DisposeAsync();
        File.Delete(scratch.Hypervisor.Files.Status("g"));
        await scratch.RestartAsync();
        await process.WaitAsync().WaitAsync(TimeSpan.FromSeconds(10));
        scratch.Domain(dom).View.IsActive.ShouldBeFalse();
        Left(scratch).ShouldBeEmpty();
    }

    [Fact]
    public async Task ADaemonThatIsStartedAnewDoesNotWaitForAHungMonitorAndCanDestroyItsGuest()
    {
        await using var scratch = await ScratchHypervisor.StartAsync();
        var hung = await scratch.DefineAsync("hung");
        await scratch.Connection.DomainCreateAsync(hung, default);
        using var process = HostProcess.Attach(ProcessIdentity.Of(scratch.Pid(hung))!)!;
        process.Kill(Signals.Stop);
        await scratch.RestartAsync().WaitAsync(TimeSpan.FromSeconds(10));
        await StateShouldBe(scratch, hung, DomainState.Running, (int)DomainRunningReason.Booted);
        var destroy = scratch.Connection.DomainDestroyAsync(hung, default).AsTask();
        process.Kill(Signals.Continue);
        await destroy;
        await StateShouldBe(scratch, hung, DomainState.Shutoff, (int)DomainShutoffReason.Destroyed);
        Left(scratch).ShouldBeEmpty();
    }

    private static async Task StateShouldBe(ScratchHypervisor scratch, DomainRef dom, DomainState state, int reason) =>
        (await scratch.Connection.DomainGetStateAsync(dom, 0, default)).ShouldBe(new DomainGetStateResult((int)state, reason));

    private static IEnumerable<string> Left(ScratchHypervisor scratch) =>
        Directory.EnumerateFileSystemEntries(scratch.Paths.QemuRun).Where(path => Path.GetFileName(path) != "autostarted").Concat(Directory.EnumerateDirectories(scratch.Paths.QemuLibrary, "domain-*"));
}
