using System.Globalization;

namespace Vireo.Qemu.Tests.Drills;

/// <summary>A daemon with a number of small guests, and python scripts that put it to the test.</summary>
internal sealed class Drill : IAsyncDisposable
{
    private readonly ScratchDirectory _images = new("vd");

    private Drill()
    {
    }

    public ScratchDaemon Daemon { get; } = ScratchDaemon.Of(DaemonKind.Vireod);

    /// <summary>The directory of the images.</summary>
    public string Folder => _images.Path;

    /// <summary>Starts a daemon and the guests g0, g1, …, each of a disk.</summary>
    /// <param name="guests">How many.</param>
    /// <param name="plugs">How many more images there are for each, to be plugged in.</param>
    public static async Task<Drill> CreateAsync(int guests, int plugs = 0)
    {
        var drill = new Drill();
        try
        {
            await drill.Daemon.StartAsync();
            for (int number = 0; number < guests; number++)
                await drill.AddAsync(number, plugs);
            return drill;
        }
        catch
        {
            await drill.DisposeAsync();
            throw;
        }
    }

    /// <summary>The processes of the guests: they name their images or the daemon's directory.</summary>
    public IReadOnlyList<int> Guests() => [.. OwnedProcesses.Naming(Folder, "qemu-system").Union(Daemon.Guests())];

    /// <summary>The process of a guest.</summary>
    public async Task<string> PidAsync(string guest) => (await ProgramRun.CheckAsync("pgrep", "-f", $"qemu-system.*guest={guest},.*{Folder}")).Trim();

    /// <summary>Runs one of the scripts to its end, which must be a good one.</summary>
    public async Task<string> RunAsync(string script, params string[] arguments)
    {
        var (text, uri) = (Client.Script(Read(script)), Daemon.Uri);
        var result = await ProgramRun.ExecuteAsync("/usr/bin/python3", ["-c", text, uri, .. arguments], limit: TimeSpan.FromMinutes(8));
        TestContext.Current.TestOutputHelper?.WriteLine(result.Error);
        return result.ExitCode == 0 ? result.Output : throw new InvalidOperationException($"{script}: {result}\n{Client.Tail(Daemon.Log)}");
    }

    /// <summary>Starts one of the scripts.</summary>
    public WatchedProgram Watch(string script, params string[] arguments) => new("/usr/bin/python3", ["-c", Client.Script(Read(script)), Daemon.Uri, .. arguments]);

    /// <summary>What the daemon keeps of its guests: descriptors, files, control groups, taps.</summary>
    public async Task<string> RemainsAsync()
    {
        // The file that lies ready for the next definition goes when none has come for a while.
        await Eventually.TrueAsync(() => Task.FromResult(!Directory.EnumerateFiles(Daemon.Root, "*.vireo-new", SearchOption.AllDirectories).Any()), "no file lies ready");
        int descriptors = Directory.GetFiles($"/proc/{Daemon.ProcessId}/fd").Length;
        string files = string.Join('\n', Directory.EnumerateFileSystemEntries(Daemon.Root, "*", SearchOption.AllDirectories).Where(path => !path.EndsWith(".log", StringComparison.Ordinal)).Order());
        // Those of other daemons' guests come and go meanwhile: it may fail to look into one of them.
        string groups = (await ProgramRun.ExecuteAsync("find", ["/sys/fs/cgroup", "-maxdepth", "4", "-type", "d", "-name", "*cycle*"])).Output;
        string taps = string.Join(' ', Directory.GetDirectories("/sys/class/net", "cycle*"));
        return $"{descriptors} descriptors\n{files}\n{groups}\n{taps}";
    }

    /// <summary>The memory the daemon has written to, in bytes. What it only reads of its program is private as long as no other daemon runs, so it tells nothing.</summary>
    public long PrivateMemory() => File.ReadLines($"/proc/{Daemon.ProcessId}/smaps_rollup").Where(line => line.StartsWith("Private_Dirty", StringComparison.Ordinal))
        .Sum(line => 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));

    public async ValueTask DisposeAsync()
    {
        await Daemon.DisposeAsync();
        _images.Dispose();
    }

    private async Task AddAsync(int number, int plugs)
    {
        var domain = new TestDomain($"g{number}") { Memory = 32, Disks = [new TestDisk("vda", _images[$"g{number}.qcow2"])], Devices = "<memballoon model='virtio'/>" };
        await domain.CreateImagesAsync();
        foreach (int plug in Enumerable.Range(0, plugs))
            await ProgramRun.CheckAsync("qemu-img", "create", "-q", "-f", "qcow2", _images[$"plug{number}-{plug}.qcow2"], "1M");
        string file = _images[$"plug{number}.xml"];
        await File.WriteAllTextAsync(file, domain.ToXml().Replace("<memballoon model='none'/>", "", StringComparison.Ordinal));
        await Client.MustAsync(Daemon, "define", file);
        await Client.MustAsync(Daemon, "start", domain.Name);
    }

    private static string Read(string script) => File.ReadAllText(Repository.Path("tests", "Vireo.Qemu.Tests", "Drills", script));
}
