using System.Text;
using Vireo.Host.Files;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>Programs of the host or of users that do one thing and end: what they complain of becomes the error.</summary>
internal static class CheckedProgram
{
    private const int LongestText = 1024;
    private const string SwitchPlace = "OVS_RUNDIR";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs one to its end.</summary>
    /// <param name="program">Its path, or its name among the host's programs.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="directory">Where what it prints is kept meanwhile.</param>
    /// <param name="cancellationToken">Gives up waiting; the program is ended.</param>
    /// <returns>The beginning of what it printed.</returns>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: it is not there, failed, or took more than a minute.</exception>
    public static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, string directory, CancellationToken cancellationToken)
    {
        var path = ProgramPath.Find(program) ?? throw VireoException.Internal(ErrorDomain.Qemu, Missing(program));
        var line = string.Join(' ', arguments.Prepend(program));
        var (status, printed) = await ExecuteAsync(path, arguments, directory, cancellationToken).ConfigureAwait(false);
        return status switch
        {
            null => throw VireoException.Internal(ErrorDomain.Qemu, $"Child process ({line}) did not end within {s_patience.TotalSeconds:0} s and was killed"),
            { Success: false } => throw VireoException.Internal(ErrorDomain.Qemu, $"Child process ({line}) unexpected {status}: {printed}"),
            _ => printed,
        };
    }

    /// <summary>Runs one to its end whose failure is told in its caller's words.</summary>
    /// <inheritdoc cref="RunAsync"/>
    /// <returns>Whether it succeeded, and the beginning of what it printed, or what became of it.</returns>
    public static async Task<(bool Success, string Printed)> TryAsync(string program, IReadOnlyList<string> arguments, string directory, CancellationToken cancellationToken)
    {
        if (ProgramPath.Find(program) is not { } path)
        {
            return (false, Missing(program));
        }

        var (status, printed) = await ExecuteAsync(path, arguments, directory, cancellationToken).ConfigureAwait(false);
        return status switch
        {
            null => (false, $"'{program}' did not end within {s_patience.TotalSeconds:0} s and was killed"),
            { Success: false } => (false, printed.Length > 0 ? printed : $"'{program}' ended with {status}"),
            _ => (true, printed),
        };
    }

    private static async Task<(ExitStatus? Status, string Printed)> ExecuteAsync(string path, IReadOnlyList<string> arguments, string directory, CancellationToken cancellationToken)
    {
        var printed = Path.Combine(directory, "program.log");
        using var output = HostFile.OpenLog(printed, truncate: true);
        var environment = new Dictionary<string, string> { ["LC_ALL"] = "C", ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin", ["HOME"] = "/" };
        if (Environment.GetEnvironmentVariable(SwitchPlace) is { Length: > 0 } place)
        {
            // An Open vSwitch that does not lie where the host usually has it.
            environment[SwitchPlace] = place;
        }

        var start = new ProcessStart(path, arguments) { StandardOutput = output, StandardError = output, Environment = environment, WorkingDirectory = "/" };
        var status = await HostProcess.RunAsync(start, s_patience, Signals.Kill, cancellationToken).ConfigureAwait(false);
        return (status, Printed(printed));
    }

    private static string Missing(string program) => $"Cannot find '{program}' in path";

    private static string Printed(string path)
    {
        using var file = HostFile.OpenExisting(path);
        var buffer = new byte[LongestText];
        return Encoding.UTF8.GetString(buffer, 0, RandomAccess.Read(file, buffer, 0)).TrimEnd();
    }
}
