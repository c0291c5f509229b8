using System.Diagnostics;

namespace Vireo.TestKit;

/// <summary>Processes that belong to a scratch directory: those with its path in their command line, or mounted as another, or that work in it (guests and what serves them outlive their daemon).</summary>
public static class OwnedProcesses
{
    /// <summary>The ids of the processes that name the directory.</summary>
    public static IReadOnlyList<int> Naming(string directory, string? program = null)
    {
        var result = new List<int>();
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out int id) || id == Environment.ProcessId)
                continue;
            string command = CommandLine(id);
            if ((command.Contains(directory, StringComparison.Ordinal) || WorksIn(id, directory) || HasMounted(id, directory)) && (program is null || command.Split('\0')[0].Contains(program, StringComparison.Ordinal)))
                result.Add(id);
        }

        return result;
    }

    /// <summary>Kills them and waits until they are gone.</summary>
    public static void KillThoseNaming(string directory)
    {
        foreach (int id in Naming(directory))
        {
            try
            {
                using var process = Process.GetProcessById(id);
                process.Kill();
                process.WaitForExit(5000);
            }
            catch (ArgumentException)
            {
                // It ended by itself in between.
            }
        }
    }

    /// <summary>Whether a process runs (a zombie does not).</summary>
    public static bool IsRunning(int id) => CommandLine(id).Length > 0;

    /// <summary>Whether a part of the directory is mounted somewhere for a process: the fourth word of a line is what is mounted.</summary>
    private static bool HasMounted(int id, string directory) =>
        Read(id, "mountinfo").Split('\n').Any(line => line.Split(' ') is { Length: > 4 } words && words[3].StartsWith(directory + "/", StringComparison.Ordinal));

    private static bool WorksIn(int id, string directory)
    {
        try
        {
            return new FileInfo($"/proc/{id}/cwd").LinkTarget?.StartsWith(directory + "/", StringComparison.Ordinal) == true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended, or is not ours.
            return false;
        }
    }

    private static string CommandLine(int id) => Read(id, "cmdline");

    private static string Read(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (IOException)
        {
            return "";
        }
        catch (UnauthorizedAccessException)
        {
            return "";
        }
    }
}
