using System.Globalization;

namespace Vireo.Qemu.Tests;

/// <summary>
/// Random walks over trees of snapshots, external and (while the domain is shut off) internal ones mixed, checked against a model: snapshots are taken, reverted to and deleted with their data, the disks are written to in
/// between, and after each step the disks hold what the model says. A seed replays its walk.
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

    [Theory]
    [InlineData(11, 24)]
    public async Task Every_snapshot_keeps_its_data_while_the_guest_runs(int seed, int steps)
    {
        await using var lab = await GuestLab.CreateAsync();
        await using var disks = new GuestDisks(lab, await lab.BootAsync());
        await new Walk(lab, disks, seed, running: true).RunAsync(steps);
    }

    private interface IDisks
    {
        Task WriteAsync(int disk, int slot, int value);

        Task<int> ReadAsync(int disk, int slot, int expected);

        /// <summary>The guest may be another one.</summary>
        Task RevertedAsync();
    }

    /// <summary>A snapshot as the model knows it.</summary>
    private sealed record Held(string? Parent, int[] Data, bool Inside, int Image);

    private sealed class Walk(GuestLab lab, IDisks disks, int seed, bool running)
    {
        private const int Slots = 4;
        private readonly Random _random = new(seed);
        private readonly Dictionary<string, Held> _snapshots = [];
        private readonly List<string> _done = [$"seed {seed}"];
        private int[] _data = new int[2 * Slots];
        private string? _current;
        private int _count;

        // Images are numbered; an overlay stands on another image. Merges move neither an image that an internal snapshot lies in nor what stands on it.
        private readonly Dictionary<int, int> _below = [];
        private int _image;

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

            foreach (string name in _snapshots.Keys.OrderBy(_ => _random.Next()).ToList())
            {
                await RevertAsync(name);
            }

            (await DomainPicture.LooseEndsAsync(lab)).ShouldBeEmpty(Told);
            if (!running)
                await lab.CheckImagesAsync();
        }

        private string Told => string.Join("\n", _done) + "\n" + Client.Tail(lab.Daemon.Log);

        private async Task WriteAsync()
        {
            var (disk, slot, value) = (_random.Next(2), _random.Next(Slots), _random.Next(1, 255));
            _done.Add($"write {disk} {slot} {value}");
            await disks.WriteAsync(disk, slot, value);
            _data[(disk * Slots) + slot] = value;
        }

        private async Task CreateAsync()
        {
            if (_snapshots.Count >= 12)
                return;
            string name = "s" + (++_count).ToString(CultureInfo.InvariantCulture);
            bool inside = !running && _random.Next(5) < 2;
            await DoAsync(inside ? ["snapshot-create-as", "guest", name] : lab.SnapshotArguments(name));
            _snapshots[name] = new Held(_current, [.. _data], inside, _image);
            if (!inside)
                StandOn(_image);
            _current = name;
            await VerifyAsync();
        }

        private Task RevertAsync() => _snapshots.Count == 0 ? Task.CompletedTask : RevertAsync(_snapshots.Keys.ElementAt(_random.Next(_snapshots.Count)));

        private async Task RevertAsync(string name)
        {
            var held = _snapshots[name];
            if (held.Inside && _snapshots.Values.Any(other => other != held && Needs(other, held.Image)))
            {
                _done.Add("refused revert to " + name);
                (await Client.VireoAsync(lab.Daemon, "snapshot-revert", "guest", name)).Error.ShouldContain("would write over", Case.Sensitive, Told);
                await VerifyAsync();
                return;
            }

            await DoAsync(["snapshot-revert", "guest", name, .. (running ? (string[])["--running", "--allow-respawn"] : [])]);
            if (held.Inside)
                _image = held.Image;
            else
                StandOn(held.Image);
            await disks.RevertedAsync();
            _data = [.. _snapshots[name].Data];
            _current = name;
            await VerifyAsync();
        }

        private void StandOn(int image) => _below[_image = _below.Count + 1] = image;

        /// <summary>Whether what the image holds now is part of a snapshot.</summary>
        private bool Needs(Held snapshot, int image)
        {
            int at = snapshot.Image;
            for (bool frozen = !snapshot.Inside; ; frozen = true)
            {
                if (frozen && at == image)
                    return true;
                if (!_below.TryGetValue(at, out at))
                    return false;
            }
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
                int found = await disks.ReadAsync(i / Slots, i % Slots, _data[i]);
                found.ShouldBe(_data[i], $"disk {i / Slots}, slot {i % Slots}\n{Told}");
            }

            var names = (await lab.VirshAsync("snapshot-list", "guest", "--name")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            names.Order().ShouldBe(_snapshots.Keys.Order(), Told);
            var current = await Client.VirshAsync(lab.Daemon, "snapshot-current", "guest", "--name");
            (current.ExitCode == 0 ? current.Output.Trim() : null).ShouldBe(_current, Told);
        }
    }

    /// <summary>The images of a domain that is shut off, by QEMU's own tool.</summary>
    private sealed class FileDisks(GuestLab lab) : IDisks
    {
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

    /// <summary>The disks as a guest that runs sees them.</summary>
    private sealed class GuestDisks(GuestLab lab, GuestSerial guest) : IDisks, IAsyncDisposable
    {
        private GuestSerial _guest = guest;

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
