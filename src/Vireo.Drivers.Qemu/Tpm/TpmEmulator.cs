using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Vireo.Config;
using Vireo.Host;
using Vireo.Host.Files;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tpm;

/// <summary>
/// The swtpm process that is the TPM of one run of a domain. It ends with its connection to QEMU. Which one it is lies in the run's directory, so that whoever clears
/// the run away, a later daemon included, knows it.
/// </summary>
/// <remarks>
/// It works in the directory of its state and names no other, so it goes on with its own state whatever becomes of the directory's name: a revert puts another in its place
/// while the old process still runs.
/// </remarks>
internal static partial class TpmEmulator
{
    /// <summary>The program.</summary>
    public const string Program = "swtpm";

    private const string IdentityFile = "swtpm";
    private static readonly TimeSpan s_byItself = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>What it and its setup print.</summary>
    public static string LogOf(VireoPaths paths, DomainConfig config) => Path.Combine(paths.TpmLog, config.Name + "-swtpm.log");

    /// <summary>Starts it.</summary>
    /// <param name="paths">Where everything lies.</param>
    /// <param name="config">The domain.</param>
    /// <param name="state">The directory of its state.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="connection">Its end of the connection to QEMU.</param>
    /// <param name="log">Told when it ends badly: the guest goes on without its TPM then.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot be started.</exception>
    public static void Start(VireoPaths paths, DomainConfig config, string state, string directory, Socket connection, ILogger log)
    {
        var inherited = new InheritedFds();
        var fd = inherited.Add(connection.SafeHandle);
        string[] version = TpmStorage.EmulatorOf(config)!.Version == TpmVersion.V12 ? [] : ["--tpm2"];
        using var printed = HostFile.OpenLog(LogOf(paths, config));
        var process = HostProcess.Start(new ProcessStart(
            ProgramPath.Find(Program)!, ["socket", "--ctrl", $"type=unixio,clientfd={fd}", "--tpmstate", "dir=.,mode=0600", "--terminate", .. version])
        {
            StandardOutput = printed,
            StandardError = printed,
            Inherited = inherited.Entries,
            WorkingDirectory = state,
        });
        _ = LookAfterAsync(process, config.Name!, log);
        File.WriteAllText(Path.Combine(directory, IdentityFile), process.Identity.ToString());
    }

    /// <summary>Waits for the end of a run's emulator, whose QEMU has ended; ends it when it does not go by itself.</summary>
    /// <param name="directory">The run's directory.</param>
    public static async Task EndAsync(string directory)
    {
        var path = Path.Combine(directory, IdentityFile);
        using var process = File.Exists(path) && ProcessIdentity.Parse(File.ReadAllText(path)) is { } identity ? HostProcess.Attach(identity) : null;
        if (process is null || await EndsWithinAsync(process, s_byItself).ConfigureAwait(false))
        {
            return;
        }

        process.Kill(Signals.Terminate);
        if (!await EndsWithinAsync(process, s_patience).ConfigureAwait(false))
        {
            process.Kill(Signals.Kill);
            await process.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

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

    private static async Task LookAfterAsync(HostProcess process, string name, ILogger log)
    {
        using (process)
        {
            if (await process.WaitAsync(CancellationToken.None).ConfigureAwait(false) is { Success: false } status)
            {
                LogLost(log, name, process.Pid, status);
            }
        }
    }

    [LoggerMessage(70, LogLevel.Warning, "domain '{Name}': its TPM, process {Pid}, has gone ({Status}); the guest has none until it is started anew")]
    private static partial void LogLost(ILogger log, string name, int pid, ExitStatus status);
}
