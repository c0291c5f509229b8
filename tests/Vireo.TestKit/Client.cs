namespace Vireo.TestKit;

/// <summary>Command-line and Python clients, run against a daemon.</summary>
public static class Client
{
    /// <summary>Stock virsh.</summary>
    public static Task<ProgramResult> VirshAsync(ScratchDaemon daemon, params string[] arguments) => RunAsync("virsh", "/usr/bin/virsh", daemon, arguments);

    /// <summary>The project's tool.</summary>
    public static Task<ProgramResult> VireoAsync(ScratchDaemon daemon, params string[] arguments) => RunAsync("vireo", Repository.Program("vireo"), daemon, arguments);

    /// <summary>Stock virsh or the project's tool.</summary>
    public static Task<ProgramResult> RunAsync(string tool, ScratchDaemon daemon, params string[] arguments) =>
        tool == "virsh" ? VirshAsync(daemon, arguments) : VireoAsync(daemon, arguments);

    /// <summary>Stock virsh or the project's tool, which goes on until it is interrupted.</summary>
    public static WatchedProgram Watch(string tool, ScratchDaemon daemon, params string[] arguments) =>
        new(tool == "virsh" ? "/usr/bin/virsh" : Repository.Program("vireo"), ["-c", daemon.Uri, .. arguments]);

    /// <summary>Stock python libvirt: the script finds an open connection <c>c</c>, the module <c>libvirt</c> and the arguments in <c>sys.argv[2:]</c>.</summary>
    public static Task<ProgramResult> PythonAsync(ScratchDaemon daemon, string script, params string[] arguments) =>
        ProgramRun.ExecuteAsync("/usr/bin/python3", ["-c", Script(script), daemon.Uri, .. arguments]);

    /// <summary>A script for stock python with its beginning: the connection <c>c</c> and <c>told</c>, which gives a call's result or its error.</summary>
    public static string Script(string text) => Prelude + text;

    /// <summary>Runs stock virsh and throws with all it said unless it succeeded.</summary>
    public static async Task<string> MustAsync(ScratchDaemon daemon, params string[] arguments)
    {
        var result = await VirshAsync(daemon, arguments);
        return result.ExitCode == 0
            ? result.Output
            : throw new InvalidOperationException($"virsh {string.Join(' ', arguments)}: {result}\n--- {daemon.Kind} log\n{Tail(daemon.Log)}");
    }

    /// <summary>The last part of a log.</summary>
    public static string Tail(string text) => text.Length <= 4000 ? text : text[^4000..];

    private static async Task<ProgramResult> RunAsync(string tool, string program, ScratchDaemon daemon, string[] arguments)
    {
        ProgramResult result;
        try
        {
            result = await ProgramRun.ExecuteAsync(program, ["-c", daemon.Uri, .. arguments]);
        }
        catch (ProgramTimeoutException e) when (tool == "virsh" && IsDeaf(e, arguments))
        {
            result = await ProgramRun.ExecuteAsync(program, ["-c", daemon.Uri, .. arguments]);
        }

        if (result.ExitCode == 0)
            CommandRecord.Note(tool, daemon, arguments);
        return result;
    }

    // Stock virsh makes long calls in a thread of their own. Where the daemon refuses one at once, that thread has sometimes told its end before the first one listens, which waits for ever then: beside it there is only the thread of events.
    private static bool IsDeaf(ProgramTimeoutException timeout, string[] arguments) => timeout.Threads == 2 && arguments is ["dump" or "save" or "managedsave", ..];

    private const string Prelude = """
        import libvirt, sys
        libvirt.registerErrorHandler(lambda c, e: None, None)
        def told(f, *a):
            try:
                return f(*a)
            except libvirt.libvirtError as e:
                return (e.get_error_code(), e.get_error_domain(), e.get_error_level(), e.get_error_message(), e.get_str1(), e.get_str2(), e.get_str3())
        c = libvirt.open(sys.argv[1])

        """;
}
