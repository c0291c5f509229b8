using System.Globalization;
using Vireo.Host.Files;
using Vireo.Host.Processes;
using Vireo.Host.Sockets;

namespace Vireo.Host.Tests.Processes;

public sealed class HostProcessTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("exit 0", 0, 0)]
    [InlineData("exit 7", 7, 0)]
    [InlineData("kill -9 $$", 0, 9)]
    public async Task TellsHowAChildEnded(string script, int code, int signal)
    {
        using var process = HostProcess.Start(Shell(script));
        (await process.WaitAsync(Soon())).ShouldBe(new ExitStatus(code, signal));
        process.HasExited.ShouldBeTrue();
        process.Kill(Signals.Terminate).ShouldBeFalse();
    }

    [Fact]
    public void NamesProgramAndReasonWhenExecFails()
    {
        var error = Should.Throw<VireoException>(() => HostProcess.Start(new("/no/such/program", [])));
        error.Code.ShouldBe(ErrorCode.SystemError);
        error.Number1.ShouldBe(2);
        error.Message.ShouldBe("cannot execute binary /no/such/program: No such file or directory");
        Should.Throw<VireoException>(() => HostProcess.Start(new(_directory.Path, []))).Number1.ShouldBe(13);
    }

    [Fact]
    public async Task InheritsExactlyTheDescriptorsGiven()
    {
        File.WriteAllText(_directory["a"], "first");
        File.WriteAllText(_directory["b"], "second");
        using var a = HostFile.OpenExisting(_directory["a"]);
        using var b = HostFile.OpenExisting(_directory["b"]);
        // Numbers crossed on purpose: a child's number may be the parent's number of another.
        var crossed = new[] { new InheritedFd(a, (int)b.DangerousGetHandle()), new InheritedFd(b, (int)a.DangerousGetHandle()) };
        var listing = await Output($"ls /proc/self/fd; cat /proc/self/fd/{crossed[0].Number} /proc/self/fd/{crossed[1].Number}", crossed);
        listing.ShouldEndWith("firstsecond");
        var numbers = listing.Replace("firstsecond", "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToHashSet();
        // ls itself opens one more: the directory it lists.
        numbers.Count.ShouldBe(6);
        numbers.ShouldContain(crossed[0].Number);
        numbers.ShouldContain(crossed[1].Number);
    }

    [Fact]
    public async Task ReadsASocketThatItInherited()
    {
        var (ours, theirs) = UnixSocket.Pair();
        using (ours)
        {
            var fds = new InheritedFds();
            var number = fds.Add(theirs.SafeHandle);
            number.ShouldBe(3);
            using var process = HostProcess.Start(Shell($"echo hello >&{number}") with { Inherited = fds.Entries });
            theirs.Dispose();
            var buffer = new byte[32];
            var count = await ours.ReceiveAsync(buffer, Soon());
            System.Text.Encoding.ASCII.GetString(buffer, 0, count).ShouldBe("hello\n");
            await process.WaitAsync(Soon());
        }
    }

    [Fact]
    public async Task StartsInASessionOfItsOwnWithEnvironmentAndDirectory()
    {
        var text = await Output(
            "cut -d' ' -f1,6 /proc/self/stat >/dev/null; set -- $(cat /proc/$$/stat); echo $1 $6; echo $NAME; pwd",
            [],
            start => start with { Environment = new Dictionary<string, string> { ["NAME"] = "välue", ["PATH"] = "/usr/bin:/bin" }, WorkingDirectory = "/usr" });
        var lines = text.Split('\n');
        var ids = lines[0].Split(' ');
        ids[1].ShouldBe(ids[0]);
        lines[1].ShouldBe("välue");
        lines[2].ShouldBe("/usr");
    }

    [Fact]
    public async Task SignalsHaveTheirDefaultsInTheChild()
    {
        // The runtime ignores SIGPIPE; a program must not inherit that.
        var status = await Output("exec grep -E '^Sig(Ign|Blk)' /proc/self/status", []);
        // 32 and 33 belong to the C library, which sets them up anew in each program.
        status.ShouldBe("SigBlk:\t0000000000000000\nSigIgn:\t0000000180000000\n");
    }

    [Fact]
    public async Task RunsAsAnotherUserWithAMaskOfItsOwn()
    {
        if (Environment.UserName != "root")
            Assert.Skip("only root may become another user");
        var text = await Output("id -u; id -g; id -G; umask", [], start => start with { UserId = 65534, GroupId = 65533, SupplementaryGroups = [65533, 7], FileModeMask = 0x17 });
        text.ShouldBe("65534\n65533\n65533 7\n0027\n");
        (await Output("id -u; umask", [])).ShouldStartWith("0\n");
    }

    [Fact]
    public async Task NoticesTheEndOfAProcessThatIsNoChild()
    {
        // The shell ends at once, so the sleeper is handed to init.
        var text = await Output("sleep 100 >/dev/null 2>&1 & echo $!", []);
        var identity = ProcessIdentity.Of(int.Parse(text, CultureInfo.InvariantCulture)).ShouldNotBeNull();
        using var attached = HostProcess.Attach(identity).ShouldNotBeNull();
        attached.HasExited.ShouldBeFalse();
        attached.Kill(Signals.Kill).ShouldBeTrue();
        (await attached.WaitAsync(Soon())).ShouldBeNull();
    }

    [Fact]
    public async Task NeverTakesAReusedPidForTheProcess()
    {
        using var process = HostProcess.Start(new("/bin/sleep", ["100"]));
        var other = process.Identity with { StartTicks = process.Identity.StartTicks - 1 };
        HostProcess.Attach(other).ShouldBeNull();
        HostProcess.Attach(process.Identity with { BootId = "another" }).ShouldBeNull();
        using (var attached = HostProcess.Attach(ProcessIdentity.Parse(process.Identity.ToString()).ShouldNotBeNull()).ShouldNotBeNull())
            attached.Pid.ShouldBe(process.Pid);
        process.Kill(Signals.Kill).ShouldBeTrue();
        await process.WaitAsync(Soon());
        HostProcess.Attach(process.Identity).ShouldBeNull();
    }

    [Fact]
    public async Task ACancelledWaitLeavesTheProcessAlone()
    {
        using var process = HostProcess.Start(new("/bin/sleep", ["100"]));
        using var cancellation = new CancellationTokenSource();
        var wait = process.WaitAsync(cancellation.Token);
        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => wait);
        process.Kill(Signals.None).ShouldBeTrue();
        process.Kill(Signals.Terminate).ShouldBeTrue();
        (await process.WaitAsync(Soon())).ShouldBe(new ExitStatus(0, Signals.Terminate));
    }

    [Fact]
    public async Task ManyAtOnceAreAllReaped()
    {
        var processes = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => Task.Run(() => HostProcess.Start(Shell($"exit {n}")))));
        var results = await Task.WhenAll(processes.Select(process => process.WaitAsync(Soon())));
        results.Select(status => status!.Value.Code).ShouldBe(Enumerable.Range(0, 40));
        Array.ForEach(processes, process => process.Dispose());
    }

    [Fact]
    public async Task OneThatIsRunIsEndedWhenItTakesTooLongOrIsGivenUp()
    {
        (await HostProcess.RunAsync(Shell("exit 3"), TimeSpan.FromSeconds(20), Signals.Kill, Soon())).ShouldBe(new ExitStatus(3, 0));
        (await HostProcess.RunAsync(Shell("sleep 1000"), TimeSpan.FromMilliseconds(50), Signals.Terminate, Soon())).ShouldBeNull();
        using var given = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Should.ThrowAsync<OperationCanceledException>(HostProcess.RunAsync(Shell("sleep 1000"), TimeSpan.FromSeconds(20), Signals.Kill, given.Token));
    }

    private static ProcessStart Shell(string script) => new("/bin/sh", ["-c", script]);

    private static CancellationToken Soon() => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    private async Task<string> Output(string script, IReadOnlyList<InheritedFd> inherited, Func<ProcessStart, ProcessStart>? change = null)
    {
        var path = _directory["output"];
        using var log = HostFile.OpenLog(path, truncate: true);
        var start = Shell(script) with { StandardOutput = log, StandardError = log, Inherited = inherited };
        using var process = HostProcess.Start(change?.Invoke(start) ?? start);
        (await process.WaitAsync(Soon())).ShouldBe(new ExitStatus(0, 0), File.ReadAllText(path));
        return File.ReadAllText(path);
    }
}
