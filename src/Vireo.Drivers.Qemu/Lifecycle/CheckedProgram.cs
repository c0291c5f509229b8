using System.Text;
using Vireo.Host.Files;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>Programs of the host or of users that do one thing and end: what they complain of becomes the error.</summary>
internal static class CheckedProgram
{
    private const int LongestText = 1024;
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
        var path = ProgramPath.Find(program) ?? throw VireoException.Internal(ErrorDomain.Qemu, $"Cannot find '{program}' in path");
        var line = string.Join(' ', arguments.Prepend(program));
        var printed = Path.Combine(directory, "program.log");
        using var output = HostFile.OpenLog(printed, truncate: true);
        var environment = new Dictionary<string, string> { ["LC_ALL"] = "C", ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin", ["HOME"] = "/" };
        var start = new ProcessStart(path, arguments) { StandardOutput = output, StandardError = output, Environment = environment, WorkingDirectory = "/" };
        var status = await HostProcess.RunAsync(start, s_patience, Signals.Kill, cancellationToken).ConfigureAwait(false)
            ?? throw VireoException.Internal(ErrorDomain.Qemu, $"Child process ({line}) did not end within {s_patience.TotalSeconds:0} s and was killed");
        if (!status.Success)
        {
            throw VireoException.Internal(ErrorDomain.Qemu, $"Child process ({line}) unexpected {status}: {Printed(printed)}");
        }

        return Printed(printed);
    }

    private static string Printed(string path)
    {
        using var file = HostFile.OpenExisting(path);
        var buffer = new byte[LongestText];
        return Encoding.UTF8.GetString(buffer, 0, RandomAccess.Read(file, buffer, 0)).TrimEnd();
    }
}
