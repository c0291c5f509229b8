using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>
/// The programs that serve one run of a domain beside its QEMU. Which processes they are lies in the run's directory, so that whoever clears the run away, a later daemon
/// included, knows them.
/// </summary>
internal static class RunServants
{
    private const string Folder = "servants";
    private const string Lasts = "lasts";
    private static readonly TimeSpan s_byItself = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>Starts one.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="name">Its name within the run.</param>
    /// <param name="start">How it is started.</param>
    /// <param name="lost">Told when it ends badly, whenever that is.</param>
    /// <param name="lasts">It does not end with its connection to QEMU, so nobody waits for that.</param>
    /// <returns>Which process it is.</returns>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot be started.</exception>
    /// <exception cref="IOException">Its run cannot be told of it: it has been ended.</exception>
    public static ProcessIdentity Start(string directory, string name, ProcessStart start, Action<int, ExitStatus> lost, bool lasts = false)
    {
        var process = HostProcess.Start(start);
        _ = LookAfterAsync(process, lost);
        try
        {
            Directory.CreateDirectory(Path.Combine(directory, Folder));
            File.WriteAllText(FileOf(directory, name), lasts ? $"{process.Identity}\n{Lasts}" : process.Identity.ToString());
            return process.Identity;
        }
        catch
        {
            process.Kill(Signals.Kill);
            throw;
        }
    }

    /// <summary>Waits for the end of one, whose QEMU has let go of it; ends it when it does not go by itself.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="name">Its name within the run; nothing is done when there is none.</param>
    public static async Task EndAsync(string directory, string name)
    {
        var path = FileOf(directory, name);
        if (!File.Exists(path))
        {
            return;
        }

        var lines = await File.ReadAllLinesAsync(path).ConfigureAwait(false);
        using var process = Parse(lines) is { } identity ? HostProcess.Attach(identity) : null;
        if (process is not null && (lines is [_, Lasts, ..] || !await EndsWithinAsync(process, s_byItself).ConfigureAwait(false)))
        {
            process.Kill(Signals.Terminate);
            if (!await EndsWithinAsync(process, s_patience).ConfigureAwait(false))
            {
                process.Kill(Signals.Kill);
                await process.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }

        File.Delete(path);
    }

    /// <summary>Which process one is; null when there is none.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="name">Its name within the run.</param>
    public static ProcessIdentity? Find(string directory, string name) => FileOf(directory, name) is var path && File.Exists(path) ? Parse(File.ReadAllLines(path)) : null;

    /// <summary>The names of those of a run.</summary>
    /// <param name="directory">The run's directory.</param>
    public static IEnumerable<string> Names(string directory) =>
        Path.Combine(directory, Folder) is var folder && Directory.Exists(folder) ? Directory.GetFiles(folder).Select(static file => Path.GetFileName(file)) : [];

    /// <summary>Ends all of a run.</summary>
    /// <param name="directory">The run's directory.</param>
    public static Task EndAllAsync(string directory) => Task.WhenAll(Names(directory).Select(name => EndAsync(directory, name)));

    private static ProcessIdentity? Parse(string[] lines) => lines.Length > 0 ? ProcessIdentity.Parse(lines[0]) : null;

    private static string FileOf(string directory, string name) => Path.Combine(directory, Folder, name);

    private static async Task<bool> EndsWithinAsync(HostProcess process, TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        try
        {
            await process.WaitAsync(deadline.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task LookAfterAsync(HostProcess process, Action<int, ExitStatus> lost)
    {
        using (process)
        {
            if (await process.WaitAsync(CancellationToken.None).ConfigureAwait(false) is { Success: false } status)
            {
                lost(process.Pid, status);
            }
        }
    }
}
