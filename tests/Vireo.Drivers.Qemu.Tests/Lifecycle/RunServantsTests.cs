using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tests.Lifecycle;

/// <summary>The programs beside a QEMU, and what its run's directory says of them.</summary>
public sealed class RunServantsTests : IDisposable
{
    private readonly ScratchDirectory _run = new();
    private readonly TaskCompletionSource<(int Pid, ExitStatus Status)> _ended = new();

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task One_that_does_not_go_by_itself_is_ended_and_forgotten()
    {
        RunServants.Start(_run.Path, "one", new ProcessStart("/bin/sleep", ["60"]), (_, _) => { });
        RunServants.Names(_run.Path).ShouldBe(["one"]);
        var identity = ProcessIdentity.Parse(File.ReadAllText(Path.Combine(_run.Path, "servants", "one")))!;
        HostProcess.Attach(identity).ShouldNotBeNull().Dispose();
        await RunServants.EndAllAsync(_run.Path);
        HostProcess.Attach(identity).ShouldBeNull();
        RunServants.Names(_run.Path).ShouldBeEmpty();
        await RunServants.EndAsync(_run.Path, "one");
    }

    [Fact]
    public async Task One_that_nobody_could_find_again_does_not_stay()
    {
        File.WriteAllText(_run["servants"], "there is no room for a directory");
        Should.Throw<IOException>(() => RunServants.Start(_run.Path, "one", new ProcessStart("/bin/sleep", ["60"]), (pid, status) => _ended.SetResult((pid, status))));
        (await _ended.Task.WaitAsync(Soon)).Status.Signal.ShouldBe(Signals.Kill);
    }
}
