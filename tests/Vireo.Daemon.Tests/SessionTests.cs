using System.Diagnostics;
using Vireo.Host.Sockets;
using Vireo.TestKit;

namespace Vireo.Daemon.Tests;

/// <summary>A user's own daemon: <c>qemu:///session</c>, found by ours and by stock clients without being told where.</summary>
public sealed class SessionTests : IDisposable
{
    private const string Nobody = "65534";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ScratchDirectory _scratch = new("vs");

    private Dictionary<string, string> Variables => new()
    {
        ["HOME"] = _scratch["home"],
        ["XDG_RUNTIME_DIR"] = _scratch["run"],
        ["XDG_CACHE_HOME"] = "",
        ["XDG_CONFIG_HOME"] = "",
        ["XDG_STATE_HOME"] = "",
        ["LIBVIRT_DEFAULT_URI"] = "",
        ["VIRSH_DEFAULT_CONNECT_URI"] = "",
        ["DOTNET_CLI_HOME"] = _scratch["home"],
    };

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Clients_find_it_and_nobody_else_may_connect()
    {
        await MakeHomeAsync();
        using var daemon = await StartAsync("--as-libvirtd");

        foreach (string tool in (string[])[Repository.Program("vireo"), .. File.Exists("/usr/bin/virsh") ? (string[])["/usr/bin/virsh"] : []])
        {
            (await RunAsync(tool, "uri")).Output.Trim().ShouldBe("qemu:///session");
            (await RunAsync(tool, "-r", "-c", "qemu:///session", "list", "--name")).ExitCode.ShouldBe(0);
            (await RunAsync(tool, "-c", $"qemu:///system?socket={_scratch["run/libvirt/libvirt-sock"]}", "list")).Error
                .ShouldContain("internal error: unexpected qemu URI path '/system', try qemu:///session");
        }

        foreach (string place in (string[])["run/vireo", "run/libvirt", "run/vireo/run", "home/.cache/vireo", "home/.config/vireo", "home/.local/state/vireo"])
            (File.GetUnixFileMode(_scratch[place]) & Others).ShouldBe(UnixFileMode.None, place);
        (File.GetUnixFileMode(_scratch["run/libvirt/libvirt-sock"]) & Others).ShouldBe(UnixFileMode.None);
        File.Exists(_scratch["run/libvirt/libvirt-sock-ro"]).ShouldBeFalse();
        await EndAsync(daemon);
    }

    [Fact]
    public async Task The_socket_of_a_libvirtd_that_runs_is_not_taken()
    {
        await MakeHomeAsync();
        await AsUserAsync("/bin/mkdir", _scratch["run/libvirt"]);
        using var libvirtd = UnixSocket.Listen(_scratch["run/libvirt/libvirt-sock"], 0x1FF);

        var (program, arguments) = Command(Repository.Program("vireod"), "--as-libvirtd");
        var result = await ProgramRun.ExecuteAsync(program, arguments, environment: Variables);

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("another daemon listens on " + _scratch["run/libvirt/libvirt-sock"]);
        UnixSocket.IsListening(_scratch["run/libvirt/libvirt-sock"]).ShouldBeTrue();
    }

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    // Root's daemon is the system's: then the user is nobody.
    private static (string Program, string[] Arguments) Command(string program, params string[] arguments) => Environment.IsPrivilegedProcess
        ? ("/usr/bin/setpriv", ["--reuid", Nobody, "--regid", Nobody, "--clear-groups", program, .. arguments])
        : (program, arguments);

    private async Task MakeHomeAsync()
    {
        Directory.CreateDirectory(_scratch["home"]);
        Directory.CreateDirectory(_scratch["run"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (Environment.IsPrivilegedProcess) await ProgramRun.CheckAsync("/bin/chown", $"{Nobody}:{Nobody}", _scratch["home"], _scratch["run"]);
        var (program, arguments) = Command("/usr/bin/test", "-x", Repository.Program("vireod"));
        if ((await ProgramRun.ExecuteAsync(program, arguments)).ExitCode != 0) Assert.Skip("the working tree is closed to other users");
    }

    private async Task<Process> StartAsync(params string[] options)
    {
        var (program, arguments) = Command(Repository.Program("vireod"), options);
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
        foreach (var (name, value) in Variables) start.Environment[name] = value;
        var daemon = Process.Start(start)!;
        while (await daemon.StandardError.ReadLineAsync().WaitAsync(Patience) is { } line && !line.Contains("listening on", StringComparison.Ordinal))
        {
        }

        _ = daemon.StandardError.ReadToEndAsync();
        return daemon;
    }

    private static async Task EndAsync(Process daemon)
    {
        await ProgramRun.CheckAsync("/bin/kill", "-TERM", $"{daemon.Id}");
        await daemon.WaitForExitAsync().WaitAsync(Patience);
        daemon.ExitCode.ShouldBe(0);
    }

    private Task<ProgramResult> RunAsync(string tool, params string[] words) => AsUserAsync(tool, words);

    private Task<ProgramResult> AsUserAsync(string tool, params string[] words)
    {
        var (program, arguments) = Command(tool, words);
        return ProgramRun.ExecuteAsync(program, arguments, environment: Variables);
    }
}
