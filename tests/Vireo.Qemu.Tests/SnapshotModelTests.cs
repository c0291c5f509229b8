using System.Globalization;

namespace Vireo.Qemu.Tests;

/// <summary>
/// Random walks over trees of snapshots, external and internal ones mixed, with the guest's memory and without, checked against a model: snapshots are taken, reverted to and
/// deleted with their data, disks and memory are written to in between, and after each step they hold what the model says. A seed replays its walk; VIREO_REVERTS says how many
/// reverts follow when the tree stands.
/// </summary>
public sealed class SnapshotModelTests
{
    [Theory]
    [InlineData(1, 60)]
    [InlineData(2, 60)]
    [InlineData(3, 60)]
    public async Task Every_snapshot_keeps_its_data_while_the_domain_is_shut_off(int seed, int steps)
    {
        await using var lab = await GuestLab.CreateAsync(linux: false);
        await new Walk(lab, new FileDisks(lab), seed, running: false).RunAsync(steps);
    }

    [Fact]
    public async Task Every_snapshot_keeps_disks_and_memory_while_the_guest_runs()
    {
        int reverts = int.Parse(Environment.GetEnvironmentVariable("VIREO_REVERTS") ?? "16", CultureInfo.InvariantCulture);
        int seed = int.Parse(Environment.GetEnvironmentVariable("VIREO_SEED") ?? "11", CultureInfo.InvariantCulture);
        await using var lab = await GuestLab.CreateAsync();
        await using var guest = new RunningGuest(lab, await lab.BootAsync());
        var walk = new Walk(lab, guest, seed, running: true);
        await walk.GrowAsync([null, null, null, null, "s2", null, null, "s3", null, "s6", null, "s1", null]);
        await walk.RevertManyAsync(reverts);
    }

    private enum Kind
    {
        DisksOnly,
        WithMemory,
        Internal,
    }

    /// <summary>What is snapshotted: two disks, and the memory of a guest that runs.</summary>
    private interface ISubject
    {
        Task WriteAsync(int disk, int slot, int value);

        Task<int> ReadAsync(int disk, int slot, int expected);

        /// <summary>Puts something new into the memory, and tells what; null without a guest.</summary>
        Task<string?> RememberAsync();

        /// <summary>What the memory holds: which boot, and what was put into it since.</summary>
        Task<string?> RecallAsync();

        /// <summary>The guest may be another one.</summary>
        Task RevertedAsync();
    }

    /// <summary>A snapshot as the model knows it.</summary>
    private sealed record Held(string? Parent, int[] Data, Kind Kind, string? Memory);

    private sealed class Walk(GuestLab lab, ISubject subject, int seed, bool running)
    {
        private const int Slots = 4;
        private readonly Random _random = new(seed);
        private readonly Dictionary<string, Held> _snapshots = [];
        private readonly List<string> _done = [$"seed {seed}"];
        private int[] _data = new int[2 * Slots];
        private string? _current;
        private string? _memory;
        private int _count;

        public async Task RunAsync(int steps)
        {
            for (int step = 0; step < steps; step++)
            {
                await (_random.Next(100) switch
                {
                    < 40 => WriteAsync(),
                    < 65 => CreateAsync(),
                    < 82 => RevertAsync(),
                    _ => DeleteAsync(),
                });
            }

            await RevertManyAsync(_snapshots.Count);
        }

        /// <summary>Takes a snapshot for each entry; where one is named, that is reverted to first, so that a branch begins.</summary>
        public async Task GrowAsync(IEnumerable<string?> branches)
        {
            foreach (string? from in branches)
            {
                if (from is not null)
                    await RevertAsync(from);
                await WriteAsync();
                await CreateAsync();
            }
        }

        /// <summary>Reverts to the snapshots in random order, each as often as the others, and deletes and takes one now and then.</summary>
        public async Task RevertManyAsync(int times)
        {
            for (var left = new Queue<string>(); times > 0; times--)
            {
                if (left.Count == 0)
                    left = new(_snapshots.Keys.OrderBy(_ => _random.Next()));
                string name = left.Dequeue();
                if (!_snapshots.ContainsKey(name))
                    continue;
                await RevertAsync(name);
                if (_random.Next(10) == 0)
                {
                    await WriteAsync();
                    await DeleteAsync();
                    await CreateAsync();
                }
            }

            (await DomainPicture.LooseEndsAsync(lab)).ShouldBeEmpty(Told);
            if (running)
                await lab.VirshAsync("destroy", "guest");
            await lab.CheckImagesAsync();
        }

        private string Told => string.Join("\n", _done) + "\n" + Client.Tail(lab.Daemon.Log);

        private async Task WriteAsync()
        {
            var (disk, slot, value) = (_random.Next(2), _random.Next(Slots), _random.Next(1, 255));
            _done.Add($"write {disk} {slot} {value}");
            await subject.WriteAsync(disk, slot, value);
            _data[(disk * Slots) + slot] = value;
            _memory = await subject.RememberAsync();
        }

        private async Task CreateAsync()
        {
            if (_snapshots.Count >= 12)
                return;
            string name = "s" + (++_count).ToString(CultureInfo.InvariantCulture);
            var kind = (Kind)_random.Next(running ? 3 : 5) switch { Kind.WithMemory when !running => Kind.Internal, > Kind.Internal => Kind.DisksOnly, var drawn => drawn };
            await DoAsync(kind switch
            {
                Kind.Internal => ["snapshot-create-as", "guest", name],
                Kind.DisksOnly => lab.SnapshotArguments(name),
                _ => [.. lab.SnapshotArguments(name).Where(argument => argument != "--disk-only"), "--memspec", $"file={lab["memory." + name]},snapshot=external"],
            });
            _snapshots[name] = new Held(_current, [.. _data], kind, kind == Kind.DisksOnly ? null : _memory);
            _current = name;
            await VerifyAsync();
        }

        private Task RevertAsync() => _snapshots.Count == 0 ? Task.CompletedTask : RevertAsync(_snapshots.Keys.ElementAt(_random.Next(_snapshots.Count)));

        private async Task RevertAsync(string name)
        {
            var held = _snapshots[name];
            string[] boots = held.Kind == Kind.DisksOnly ? ["--running"] : [];
            await DoAsync(["snapshot-revert", "guest", name, .. (running ? (string[])[.. boots, "--allow-respawn"] : [])]);
            await subject.RevertedAsync();
            _data = [.. held.Data];
            _current = name;
            if (held.Kind == Kind.DisksOnly)
                _memory = await FreshAsync(_memory);
            else
                _memory = held.Memory;
            await VerifyAsync();
        }

        /// <summary>A guest that has booted anew.</summary>
        private async Task<string?> FreshAsync(string? before)
        {
            string? now = await subject.RecallAsync();
            if (running)
                now.ShouldNotBe(before, Told);
            return now;
        }

        private async Task DeleteAsync()
        {
            if (_snapshots.Count < 3)
                return;
            string name = _snapshots.Keys.ElementAt(_random.Next(_snapshots.Count));
            string? flag = _random.Next(4) switch { 0 => "--children", 1 => "--children-only", _ => null };
            await DoAsync(["snapshot-delete", "guest", name, .. (flag is null ? (string[])[] : [flag])]);
            var below = flag is null ? [] : Below(name).ToList();
            var parent = _snapshots[name].Parent;
            if (flag != "--children-only")
                below.Add(name);
            foreach (string gone in below)
                _snapshots.Remove(gone);
            if (flag is null)
            {
                foreach (var (child, held) in _snapshots.Where(s => s.Value.Parent == name).ToList())
                    _snapshots[child] = held with { Parent = parent };
            }

            if (_current is not null && below.Contains(_current))
                _current = flag == "--children-only" ? name : parent;
            await VerifyAsync();
        }

        private IEnumerable<string> Below(string name) =>
            _snapshots.Where(s => s.Value.Parent == name).Select(s => s.Key).SelectMany(child => Below(child).Append(child));

        private async Task DoAsync(params string[] command)
        {
            _done.Add(string.Join(' ', command));
            var result = await Client.VireoAsync(lab.Daemon, command);
            result.ExitCode.ShouldBe(0, result + "\n" + Told);
        }

        private async Task VerifyAsync()
        {
            for (int i = 0; i < _data.Length; i++)
            {
                int found = await subject.ReadAsync(i / Slots, i % Slots, _data[i]);
                found.ShouldBe(_data[i], $"disk {i / Slots}, slot {i % Slots}\n{Told}");
            }

            (await subject.RecallAsync()).ShouldBe(_memory, Told);
            var names = (await lab.VirshAsync("snapshot-list", "guest", "--name")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            names.Order().ShouldBe(_snapshots.Keys.Order(), Told);
            var current = await Client.VirshAsync(lab.Daemon, "snapshot-current", "guest", "--name");
            (current.ExitCode == 0 ? current.Output.Trim() : null).ShouldBe(_current, Told);
        }
    }

    /// <summary>The images of a domain that is shut off, by QEMU's own tool.</summary>
    private sealed class FileDisks(GuestLab lab) : ISubject
    {
        public Task<string?> RememberAsync() => Task.FromResult<string?>(null);

        public Task<string?> RecallAsync() => Task.FromResult<string?>(null);

        public async Task WriteAsync(int disk, int slot, int value) => await RunAsync(disk, $"write -P {value} {slot}M 64k");

        public async Task<int> ReadAsync(int disk, int slot, int expected) =>
            (await RunAsync(disk, $"read -P {expected} {slot}M 64k")).Contains("verification failed", StringComparison.Ordinal) ? -1 : expected;

        public Task RevertedAsync() => Task.CompletedTask;

        private async Task<string> RunAsync(int disk, string command)
        {
            var result = await ProgramRun.ExecuteAsync("qemu-io", ["-f", "qcow2", "-c", command, (await lab.DisksAsync())[disk == 0 ? "vda" : "vdb"]]);
            return result.ToString();
        }
    }

    /// <summary>A guest that runs, asked from within.</summary>
    private sealed class RunningGuest(GuestLab lab, GuestSerial guest) : ISubject, IAsyncDisposable
    {
        private GuestSerial _guest = guest;
        private int _remembered;

        public async Task<string?> RememberAsync()
        {
            await _guest.AskAsync($"SET {++_remembered}");
            return await RecallAsync();
        }

        public async Task<string?> RecallAsync() => $"boot {await _guest.AskAsync("BOOT")}, {await _guest.AskAsync("GET")}";

        public async Task WriteAsync(int disk, int slot, int value) => (await _guest.AskAsync($"WRITE {Name(disk)} {slot * 65536} v{value}")).ShouldBe("WROTE");

        public async Task<int> ReadAsync(int disk, int slot, int expected)
        {
            string read = await _guest.AskAsync($"READ {Name(disk)} {slot * 65536}");
            return read.Length == 0 ? 0 : int.Parse(read.AsSpan(1), CultureInfo.InvariantCulture);
        }

        public async Task RevertedAsync()
        {
            await _guest.DisposeAsync();
            _guest = await lab.SerialAsync();
        }

        public ValueTask DisposeAsync() => _guest.DisposeAsync();

        private static string Name(int disk) => disk == 0 ? "vda" : "vdb";
    }
}
