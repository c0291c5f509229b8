using System.Globalization;
using System.Text.RegularExpressions;

namespace Vireo.Qemu.Tests;

/// <summary>Cuts one operation short again and again, at another place each time, and looks at what is left: all of it or nothing, and nothing else.</summary>
public sealed partial class FaultWalk : IAsyncDisposable
{
    private const string Above = "above";
    private readonly FaultedOperation _operation;
    private readonly GuestLab _lab;
    private readonly ScratchDirectory _saved = new("vf");
    private readonly List<string> _failures = [];
    private DomainPicture _before = null!;
    private IReadOnlyDictionary<string, string> _data = null!;
    private bool _changed;
    private int _tried;

    private FaultWalk(FaultedOperation operation, GuestLab lab) => (_operation, _lab) = (operation, lab);

    private string Journals => Path.Combine(_lab.Daemon.Root, "lib/vireo/qemu/journal");

    /// <summary>Makes the domain with its snapshots.</summary>
    public static async Task<FaultWalk> SetAsync(FaultedOperation operation)
    {
        var walk = new FaultWalk(operation, await GuestLab.CreateAsync(linux: false, firmware: operation.HasFirmware, devices: operation.HasTpm ? GuestLab.Tpm : ""));
        await walk.MakeTpmAsync('1');
        foreach (var (name, pattern) in new[] { ("s1", 0x11), ("s2", 0x22), ("", 0x33) })
        {
            foreach (string path in (await walk._lab.DisksAsync()).Values)
                await ProgramRun.CheckAsync("qemu-io", "-f", "qcow2", "-c", $"write -q -P {pattern} 0 64k", path);
            if (name.Length > 0)
                await walk.SnapshotAsync(name);
        }

        if (operation.HasOverlay)
            await walk._lab.VirshAsync(walk._lab.SnapshotArguments(Above));
        if (operation.HasFirmware)
            await File.WriteAllTextAsync(walk._lab["vars.fd"], new string('2', 128 * 1024));
        await walk.MakeTpmAsync('2');
        await walk._lab.Daemon.StopAsync();
        await walk.CopyAsync(save: true);
        return walk;
    }

    /// <summary>The points that the operation passes when nothing goes wrong, and how often.</summary>
    public async Task<IReadOnlyDictionary<string, int>> PassedAsync()
    {
        await StartAsync("*:tell");
        _before = await DomainPicture.TakeAsync(_lab);
        _data = await DataAsync(_before, await SavedAsync(_before));
        int from = _lab.Daemon.Log.Length;
        var result = await OperateAsync();
        result.ExitCode.ShouldBe(0, result.ToString());
        _changed = true;
        return Passed().Matches(_lab.Daemon.Log[from..]).GroupBy(match => match.Groups[1].Value).ToDictionary(points => points.Key, points => points.Count());
    }

    /// <summary>Cuts the operation short at one hit of a point.</summary>
    /// <param name="point">The point.</param>
    /// <param name="hit">The hit, from 1.</param>
    /// <param name="how">kill (the daemon), qemu (the guests' processes), both, error.</param>
    public Task TryAsync(string point, int hit, string how) => TryAsync($"{how} at {point}@{hit}", async () =>
    {
        bool stops = how is "qemu" or "both";
        await StartAsync($"{point}:{(stops ? "stop" : how)}@{hit}");
        var operation = OperateAsync();
        if (stops)
            await CutAsync(how, operation);
        if (how is "kill" or "both")
            await _lab.Daemon.WaitForExitAsync(TimeSpan.FromSeconds(20));
        var result = await operation;
        if (how != "qemu")
            result.ExitCode.ShouldBe(1, result.ToString());
    });

    /// <summary>Has one write after the other fail until the operation comes through untouched.</summary>
    /// <param name="errno">ENOSPC or EIO.</param>
    public async Task TryWritesAsync(string errno)
    {
        for (int n = 1, failed = 1; failed > 0; n++)
        {
            int count = n;
            await TryAsync($"{errno} at write {n}", async () =>
            {
                await StartAsync($"{_operation.First}:{errno}@{count}");
                int from = _lab.Daemon.Log.Length;
                await OperateAsync();
                failed = Regex.Count(_lab.Daemon.Log[from..], "^fault: a write to", RegexOptions.Multiline);
            });
        }

        // The last one was none.
        _tried--;
    }

    /// <summary>Tells how much was tried, and what went wrong.</summary>
    public void Finish(string what)
    {
        Console.WriteLine($"{_operation}: {_tried} points tried, {what}");
        _failures.ShouldBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        await _lab.DisposeAsync();
        _saved.Dispose();
    }

    [GeneratedRegex("^fault: '(.*)' is passed, ", RegexOptions.Multiline)]
    private static partial Regex Passed();

    private async Task TryAsync(string what, Func<Task> cut)
    {
        _tried++;
        try
        {
            await cut();
            await _lab.Daemon.StopAsync();
            await _lab.Daemon.StartAsync();
            await Eventually.TrueAsync(() => Task.FromResult(!Directory.EnumerateFiles(Journals).Any()), "what was cut short is finished or taken back");
            await LookAsync();
        }
        catch (Exception e)
        {
            _changed = true;
            _failures.Add($"{what}: {e.Message}");
        }
    }

    /// <summary>Starts the daemon on the domain as it was at first, with a fault switched on.</summary>
    private async Task StartAsync(string fault)
    {
        await _lab.Daemon.StopAsync();
        if (_changed)
        {
            foreach (int guest in _lab.Guests())
                await KillAsync(guest);
            await CopyAsync(save: false);
            _changed = false;
        }

        await _lab.Daemon.StartAsync(new Dictionary<string, string> { ["VIREO_FAULT"] = fault });
        if (_operation.Running && _lab.Guests().Count == 0)
            await _lab.VirshAsync("start", "guest");
    }

    private Task<ProgramResult> OperateAsync() =>
        _operation.Arguments(_lab).Any(argument => argument is "--allow-respawn" or "--keep-current") ? Client.VireoAsync(_lab.Daemon, _operation.Arguments(_lab)) : Client.VirshAsync(_lab.Daemon, _operation.Arguments(_lab));

    /// <summary>Waits until the daemon stands still at the point, and ends the guests' processes, or those and the daemon.</summary>
    private async Task CutAsync(string how, Task operation)
    {
        int daemon = _lab.Daemon.ProcessId;
        await Eventually.TrueAsync(
            () => operation.IsCompleted
                ? throw new InvalidOperationException("the operation ended before the point was passed")
                : Task.FromResult(File.ReadAllText($"/proc/{daemon}/stat").Contains(") T ", StringComparison.Ordinal)),
            "the daemon stands still");
        foreach (int guest in _lab.Guests())
            await KillAsync(guest);
        await ProgramRun.CheckAsync("/bin/kill", how == "both" ? "-KILL" : "-CONT", daemon.ToString(CultureInfo.InvariantCulture));
    }

    private static async Task KillAsync(int process)
    {
        await ProgramRun.ExecuteAsync("/bin/kill", ["-KILL", process.ToString(CultureInfo.InvariantCulture)]);
        await Eventually.TrueAsync(() => Task.FromResult(!OwnedProcesses.IsRunning(process)), "a killed process ends");
    }

    private async Task LookAsync()
    {
        var after = await DomainPicture.TakeAsync(_lab);
        bool same = after with { State = "" } == _before with { State = "" };
        var done = _operation.Done;
        if (!same)
        {
            _changed = true;
            (after.Snapshots, after.Current).ShouldBe((done.Snapshots, done.Current));
        }

        var saved = await SavedAsync(after);
        var images = await DomainPicture.ImagesAsync(TopsOf(after));
        (await DomainPicture.LooseEndsAsync(_lab, images, saved.Values)).ShouldBeEmpty(_lab.Daemon.Log);
        var data = await DataAsync(after, saved);
        data[""].ShouldBe(_data[same ? "" : done.Data ?? ""]);
        foreach (string name in saved.Keys)
            data[name].ShouldBe(_data.GetValueOrDefault(name) ?? _data[""], name);
        if (_operation.IsInternal)
        {
            for (int disk = 0; disk < 2; disk++)
                (await InternalSnapshotTests.TagsAsync(_lab, disk)).ShouldBe(saved.Keys.Where(n => n != Above), $"disk {disk}\n{_lab.Daemon.Log}");
        }

        if (_operation.HasFirmware)
            ((await File.ReadAllTextAsync(_lab["vars.fd"]))[0] == '2').ShouldBe(same, "the variables are the snapshot's");
        Directory.EnumerateFiles(_lab.Daemon.Root, "*.new", SearchOption.AllDirectories).ShouldBeEmpty();
        var guests = _lab.Guests();
        if (_operation.HasTpm)
            LookAtTpm(reverted: !same && _operation.HasFirmware, guests.Count);
        guests.Count.ShouldBe(after.State == "shut off" ? 0 : 1, after.State);
        if (guests.Count == 0)
            await _lab.CheckImagesAsync();
        else
            OpenImages(guests[0]).Order().ShouldBe(images.Order(), "the hypervisor has open what the domain's disks are made of, and nothing else");

        // Nothing stands in the way of the next one.
        if (!same)
            await SnapshotAsync("next");
    }

    /// <summary>Makes the TPM's state where there is none, and marks it with a file that the emulator leaves alone.</summary>
    private async Task MakeTpmAsync(char mark)
    {
        if (!_operation.HasTpm)
            return;
        if (!Directory.Exists(_lab.TpmState()))
        {
            await _lab.VirshAsync("start", "guest", "--paused");
            await _lab.VirshAsync("destroy", "guest");
        }

        await File.WriteAllTextAsync(Path.Combine(_lab.TpmState(), "tpm-mark"), mark.ToString());
    }

    private void LookAtTpm(bool reverted, int guests)
    {
        Directory.GetFileSystemEntries(Path.GetDirectoryName(_lab.TpmState())!).ShouldBe([_lab.TpmState()]);

        // Within the process the hypervisor brings back the TPM, and the mark stays; without it the whole directory is brought back.
        if (!_operation.IsInternal)
            File.ReadAllText(Path.Combine(_lab.TpmState(), "tpm-mark")).ShouldBe(reverted ? "1" : "2", "the TPM's state is the snapshot's");
        _lab.Emulators().Select(emulator => new FileInfo($"/proc/{emulator}/cwd").LinkTarget).ShouldBe(Enumerable.Repeat(_lab.TpmState(), guests), "the emulator works in the state's directory");
    }

    private IEnumerable<string> OpenImages(int guest) => Directory.EnumerateFiles($"/proc/{guest}/fd").Select(fd => File.ResolveLinkTarget(fd, returnFinalTarget: false)?.FullName)
        .OfType<string>().Where(path => path.StartsWith(_lab["disk"], StringComparison.Ordinal)).Distinct();

    private static IEnumerable<string> TopsOf(DomainPicture picture) => picture.Disks.Split(' ').Select(disk => disk.Split('=')[1]);

    private async Task<IReadOnlyDictionary<string, (IReadOnlyDictionary<string, string> Disks, string? Memory)>> SavedAsync(DomainPicture picture)
    {
        var saved = new Dictionary<string, (IReadOnlyDictionary<string, string>, string?)>();
        foreach (string name in picture.Snapshots.Split(' '))
            saved[name] = await DomainPicture.SavedAsync(_lab, name);
        return saved;
    }

    /// <summary>What the disks hold now, under the empty name, and what each snapshot would bring back: the first byte of each disk.</summary>
    private async Task<IReadOnlyDictionary<string, string>> DataAsync(DomainPicture picture, IReadOnlyDictionary<string, (IReadOnlyDictionary<string, string> Disks, string? Memory)> saved)
    {
        var data = new Dictionary<string, string> { [""] = await BytesAsync(TopsOf(picture), null) };
        foreach (var (name, state) in saved)
            data[name] = await BytesAsync(state.Disks.Values, _operation.IsInternal && name != Above ? name : null);
        return data;
    }

    private async Task<string> BytesAsync(IEnumerable<string> images, string? tag)
    {
        var bytes = new List<string>();
        foreach (string image in images)
        {
            string path = image;
            if (tag is not null)
            {
                path = _saved["part.qcow2"];
                await ProgramRun.CheckAsync("qemu-img", "convert", "-U", "-l", "snapshot.name=" + tag, "-O", "qcow2", image, path);
            }

            bytes.Add((await ProgramRun.CheckAsync("qemu-io", "-r", "-U", "-f", "qcow2", "-c", "read -v 0 1", path)).Split(' ')[2]);
        }

        return string.Join(' ', bytes);
    }

    private async Task SnapshotAsync(string name)
    {
        bool memory = _operation is { IsInternal: true, Running: true } && _lab.Guests().Count == 0;
        if (memory)
            await _lab.VirshAsync("start", "guest");
        await _lab.VirshAsync(_operation.SnapshotArguments(_lab, name));
        if (memory)
            await _lab.VirshAsync("destroy", "guest");
    }

    /// <summary>Keeps what the daemon and the images are at first, or brings it back.</summary>
    private async Task CopyAsync(bool save)
    {
        foreach (var (name, place) in new[] { ("images", _lab.Folder), ("etc", _lab.Daemon.Root), ("lib", _lab.Daemon.Root), ("run", _lab.Daemon.Root) })
        {
            string live = name == "images" ? place : Path.Combine(place, name);
            Directory.CreateDirectory(live);
            var (from, to) = save ? (live, _saved[name]) : (_saved[name], live);
            if (Directory.Exists(to))
                Directory.Delete(to, recursive: true);
            await ProgramRun.CheckAsync("cp", "-a", "--sparse=always", from, to);
        }
    }
}
