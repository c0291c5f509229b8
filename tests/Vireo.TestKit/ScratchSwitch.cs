using System.Diagnostics;

namespace Vireo.TestKit;

/// <summary>
/// An Open vSwitch of a test's own, with its database in a directory of its own and one bridge that forwards packets without the kernel's help. Whoever has <see cref="Environment"/> uses it.
/// </summary>
public sealed class ScratchSwitch : IAsyncDisposable
{
    private const string Schema = "/usr/share/openvswitch/vswitch.ovsschema";
    private const string OnlyOne = "ovs-netdev";
    private const string Prefix = "vsw";
    private readonly ScratchDirectory _scratch = new("vo");
    private readonly List<Process> _programs = [];
    private FileStream? _turn;

    private ScratchSwitch()
    {
    }

    /// <summary>The bridge's name.</summary>
    public string Bridge { get; } = $"{Prefix}{Random.Shared.Next():x8}";

    /// <summary>What programs have in their environment that use it.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string> { ["OVS_RUNDIR"] = _scratch.Path };

    /// <summary>Starts one.</summary>
    /// <returns>Null where it is not installed, making network devices is not permitted, or the host has one of its own already.</returns>
    public static async Task<ScratchSwitch?> TryStartAsync()
    {
        if (!ProgramRun.Exists("ovs-vswitchd") || !ProgramRun.Exists("ovsdb-server") || !File.Exists(Schema) || !File.Exists("/dev/net/tun") || !System.Environment.IsPrivilegedProcess)
            return null;
        var made = new ScratchSwitch();
        try
        {
            if (await made.TryOpenAsync())
                return made;
            await made.DisposeAsync();
            return null;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks or changes its database.</summary>
    public async Task<string> AskAsync(params string[] arguments)
    {
        var said = await ProgramRun.ExecuteAsync("ovs-vsctl", ["--timeout=20", .. arguments], environment: Environment);
        return said.ExitCode == 0 ? said.Output.Trim() : throw new InvalidOperationException($"ovs-vsctl {string.Join(' ', arguments)}: {said}\n{File.ReadAllText(_scratch["switch.log"])}");
    }

    /// <summary>The names of the bridge's ports.</summary>
    public async Task<IReadOnlyList<string>> PortsAsync() => [.. (await AskAsync("list-ports", Bridge)).Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Some columns of a row, each on a line of its own.</summary>
    public Task<string> RowAsync(string table, string row, string columns) => AskAsync($"--columns={columns}", "list", table, row);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Killed, it would leave its network devices.
        if (_programs.Count > 1)
            await ProgramRun.ExecuteAsync("ovs-appctl", ["--timeout=20", "-t", _scratch["switch.ctl"], "exit", "--cleanup"]);
        foreach (var program in Enumerable.Reverse(_programs))
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(program == _programs[0] ? 0 : 20));
            await program.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            program.Kill();
            await program.WaitForExitAsync();
            program.Dispose();
        }

        _turn?.Dispose();
        _scratch.Dispose();
    }

    private async Task<bool> TryOpenAsync()
    {
        // A host has one switch of this kind at a time: other test programs wait for their turn.
        await Eventually.TrueAsync(() => Task.FromResult(TryTakeTurn()), "no other test has an Open vSwitch", seconds: 60);
        if (Process.GetProcessesByName("ovs-vswitchd") is { Length: > 0 })
            return false;
        foreach (string left in Directory.GetFileSystemEntries("/sys/class/net").Select(path => Path.GetFileName(path)).Where(name => name == OnlyOne || (name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length == Prefix.Length + 8)))
            await ProgramRun.ExecuteAsync("ip", ["link", "del", left]);

        await ProgramRun.CheckAsync("ovsdb-tool", "create", _scratch["conf.db"], Schema);
        Start("ovsdb-server", _scratch["conf.db"], $"--remote=punix:{_scratch["db.sock"]}", $"--unixctl={_scratch["db.ctl"]}");
        await AskAsync("--retry", "--no-wait", "init");
        Start("ovs-vswitchd", $"unix:{_scratch["db.sock"]}", $"--unixctl={_scratch["switch.ctl"]}", "--disable-system");
        await AskAsync("add-br", Bridge, "--", "set", "Bridge", Bridge, "datapath_type=netdev", "--", "set", "Interface", Bridge, "mtu_request=1450");
        await ProgramRun.CheckAsync("ip", "link", "set", Bridge, "up");
        return true;
    }

    private bool TryTakeTurn()
    {
        try
        {
            _turn = new FileStream(Path.Combine(Path.GetTempPath(), "vireo-scratch-switch.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", _scratch["switch.log"], program, .. arguments]) { UseShellExecute = false };
        foreach (string name in (string[])["OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR", "OVS_SYSCONFDIR"])
            start.Environment[name] = _scratch.Path;
        _programs.Add(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start"));
    }
}
