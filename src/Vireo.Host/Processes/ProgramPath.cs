namespace Vireo.Host.Processes;

/// <summary>Finds programs as a shell does: by the directories of PATH.</summary>
public static class ProgramPath
{
    private const string Usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Where a program lies; a name with a slash is its own path. Null when there is none that may be executed.</summary>
    /// <param name="program">Its name or path.</param>
    public static string? Find(string program)
    {
        ArgumentException.ThrowIfNullOrEmpty(program);
        if (program.Contains('/', StringComparison.Ordinal)) return IsExecutable(program) ? program : null;
        string path = Environment.GetEnvironmentVariable("PATH") is { Length: > 0 } set ? set : Usual;
        return path.Split(':').Where(directory => directory.Length > 0).Select(directory => Path.Combine(directory, program)).FirstOrDefault(IsExecutable);
    }

    private static bool IsExecutable(string path) =>
        File.Exists(path) && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
}
