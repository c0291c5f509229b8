using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Vireo.Config;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Host;
using Vireo.Host.Files;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tpm;

/// <summary>
/// The swtpm process that is the TPM of one run of a domain. It ends with its connection to QEMU.
/// </summary>
/// <remarks>
/// It works in the directory of its state and names no other, so it goes on with its own state whatever becomes of the directory's name: a revert puts another in its place
/// while the old process still runs.
/// </remarks>
internal static partial class TpmEmulator
{
    /// <summary>The program.</summary>
    public const string Program = "swtpm";

    /// <summary>What it and its setup print.</summary>
    public static string LogOf(VireoPaths paths, DomainConfig config) => Path.Combine(paths.TpmLog, config.Name + "-swtpm.log");

    /// <summary>Starts it.</summary>
    /// <param name="paths">Where everything lies.</param>
    /// <param name="config">The domain.</param>
    /// <param name="state">The directory of its state.</param>
    /// <param name="directory">The run's directory.</param>
    /// <param name="connection">Its end of the connection to QEMU.</param>
    /// <param name="account">Whom it runs as, and whose its state becomes; null for the daemon's own user.</param>
    /// <param name="passphrase">What its state is encrypted with; null when it is not.</param>
    /// <param name="log">Told when it ends badly: the guest goes on without its TPM then.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot be started.</exception>
    public static void Start(VireoPaths paths, DomainConfig config, string state, string directory, Socket connection, HostAccount? account, byte[]? passphrase, ILogger log)
    {
        TpmStorage.GiveTo(account, state);
        using var inherited = new InheritedFds();
        var fd = inherited.Add(connection.SafeHandle);
        string[] version = TpmStorage.EmulatorOf(config)!.Version == TpmVersion.V12 ? [] : ["--tpm2"];
        using var printed = HostFile.OpenLog(LogOf(paths, config));
        string[] arguments = ["socket", "--ctrl", $"type=unixio,clientfd={fd}", "--tpmstate", "dir=.,mode=0600", "--terminate", .. version, .. Keys(passphrase, inherited)];
        var start = new ProcessStart(ProgramPath.Find(Program)!, arguments) { Inherited = inherited.Entries, WorkingDirectory = state };
        RunServants.Start(directory, Program, start.As(account).PrintingTo(printed), (pid, status) => LogLost(log, config.Name!, pid, status));
    }

    // A state that is encrypted on the disk is not to be told in clear with the guest's memory either.
    private static string[] Keys(byte[]? passphrase, InheritedFds inherited) => passphrase is null ? [] :
        ["--key", $"pwdfd={inherited.AddContent("tpm", passphrase)},mode=aes-256-cbc", "--migration-key", $"pwdfd={inherited.AddContent("tpm", passphrase)},mode=aes-256-cbc"];

    [LoggerMessage(70, LogLevel.Warning, "domain '{Name}': its TPM, process {Pid}, has gone ({Status}); the guest has none until it is started anew")]
    private static partial void LogLost(ILogger log, string name, int pid, ExitStatus status);
}
