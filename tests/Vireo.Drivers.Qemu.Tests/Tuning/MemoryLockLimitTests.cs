using Microsoft.Extensions.Logging;
using Vireo.Config;
using Vireo.Drivers.Qemu.Tuning;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tests.Tuning;

/// <summary>How much memory processes of guests may lock: from their start, and when devices come.</summary>
public sealed class MemoryLockLimitTests
{
    private const ulong MiB = 1UL << 20;
    private const string HostDevice = "<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='1' slot='0' function='0'/></source></hostdev>";

    [Fact]
    public void Modules_are_in_the_whole_of_the_memory()
    {
        var domain = Domain(HostDevice + "<memory model='dimm'><target><size unit='MiB'>16</size><node>0</node></target></memory>");
        MemoryLockLimit.Of(domain).ShouldBe(domain.Memory!.Size.Bytes + (1024 * MiB));
    }

    [Fact]
    public void What_comes_raises_it_and_what_does_not_come_after_all_leaves_it()
    {
        using var guest = new Sleeper(MiB);
        MemoryLockLimit.Raise(guest.Pid, Domain(""), guest.Log).ShouldBeNull();
        guest.Limits.ShouldBe((MiB, guest.Most));

        var lower = MemoryLockLimit.Raise(guest.Pid, Limited(4), guest.Log).ShouldNotBeNull();
        guest.Limits.ShouldBe((4 * MiB, guest.Most));
        MemoryLockLimit.Raise(guest.Pid, Limited(4), guest.Log).ShouldBeNull();
        lower();
        guest.Limits.ShouldBe((MiB, guest.Most));
        guest.Log.Lines.ShouldBeEmpty();
    }

    [Fact]
    public void What_holds_is_never_lowered()
    {
        using var guest = new Sleeper(4 * MiB);
        MemoryLockLimit.Raise(guest.Pid, Limited(2), guest.Log).ShouldBeNull();
        guest.Limits.ShouldBe((4 * MiB, guest.Most));
    }

    [Fact]
    public void A_daemon_that_may_not_raise_it_so_far_goes_as_far_as_it_may_and_says_so()
    {
        using var guest = new Sleeper(MiB);
        Assert.SkipWhen(guest.Most >= 1088 * MiB || guest.MayExceed, "the daemon may raise it so far");
        MemoryLockLimit.Raise(guest.Pid, Domain(HostDevice), guest.Log).ShouldNotBeNull();
        guest.Limits.ShouldBe((guest.Most, guest.Most));
        guest.Log.Lines.ShouldBe([$"domain 'd': its process {guest.Pid} is to lock {1088 * MiB} bytes of memory, and the daemon may not allow it so much"]);
        MemoryLockLimit.Settle(guest.Pid, Domain(HostDevice), guest.Log);
        guest.Log.Lines.Count.ShouldBe(2);
    }

    [Fact]
    public void Of_a_process_that_it_may_do_nothing_to_it_says_so_unless_it_was_started_with_its_limit()
    {
        using var guest = new Sleeper(MiB);
        Assert.SkipUnless(CurrentUser.Id == 0, "root alone gives rights up");
        Assert.SkipWhen(guest.Most >= 1088 * MiB, "the daemon's own limit is enough");
        Unprivileged(() =>
        {
            MemoryLockLimit.Settle(guest.Pid, Limited(4), guest.Log);
            guest.Log.Lines.ShouldBeEmpty();
            MemoryLockLimit.Settle(guest.Pid, Domain(HostDevice), guest.Log);
            guest.Log.Lines.Count.ShouldBe(1);
            MemoryLockLimit.Raise(guest.Pid, Domain(HostDevice), guest.Log).ShouldBeNull();
            guest.Log.Lines.Count.ShouldBe(2);
        });
        guest.Limits.ShouldBe((MiB, guest.Most));
    }

    private static DomainConfig Limited(int mebibytes) => Domain("", $"<memtune><hard_limit unit='MiB'>{mebibytes}</hard_limit></memtune>");

    private static DomainConfig Domain(string devices, string elements = "") => DomainConfig.Parse(
        $"<domain type='qemu'><name>d</name><memory unit='MiB'>64</memory>{elements}<os><type arch='x86_64' machine='pc'>hvm</type></os><devices>{devices}</devices></domain>");

    private static void Unprivileged(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                ThreadIdentity.Assume(65534, 65534, []);
                action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        failure.ShouldBeNull();
    }

    /// <summary>A process with a limit that it may raise itself as far as any; skips the test where even that is not enough.</summary>
    private sealed class Sleeper : IDisposable
    {
        private readonly HostProcess _process = HostProcess.Start(new ProcessStart("/bin/sleep", ["60"]));

        public Sleeper(ulong limit)
        {
            Most = LockedMemory.Most;
            if (Most < 4 * MiB)
            {
                Dispose();
                Assert.Skip("next to nothing may be locked here");
            }

            LockedMemory.Limit(Pid, limit, Most);
        }

        public int Pid => _process.Pid;

        public ulong Most { get; }

        public Said Log { get; } = new();

        public (ulong Bytes, ulong Most) Limits => LockedMemory.LimitsOf(Pid);

        /// <summary>Whether whoever runs the tests may raise limits at will.</summary>
        public bool MayExceed
        {
            get
            {
                using var other = new Sleeper(MiB);
                return LockedMemory.TryLimit(other.Pid, Most + 4096, Most + 4096);
            }
        }

        public void Dispose()
        {
            _process.Kill(Signals.Kill);
            _process.Dispose();
        }
    }

    private sealed class Said : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }
}
