namespace Vireo.TestKit;

/// <summary>Tells the file that VIREO_COMMAND_RECORD names which commands stock virsh and the project's tool carried out against the project's daemon.</summary>
public static class CommandRecord
{
    private static readonly HashSet<string> s_known = [];
    private static readonly Lock s_lock = new();

    /// <summary>Notes the commands of a call that succeeded.</summary>
    /// <param name="tool">virsh or vireo.</param>
    /// <param name="daemon">What it talked to.</param>
    /// <param name="arguments">Options and one command with its arguments, or several commands in one word.</param>
    public static void Note(string tool, ScratchDaemon daemon, IEnumerable<string> arguments)
    {
        if (daemon.Kind != DaemonKind.Vireod || Environment.GetEnvironmentVariable("VIREO_COMMAND_RECORD") is not { Length: > 0 } path)
            return;
        string command = arguments.SkipWhile(word => word.StartsWith('-')).FirstOrDefault() ?? "";
        lock (s_lock)
        {
            foreach (string one in command.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (s_known.Add($"{tool} {one.Split(' ')[0]}"))
                    File.AppendAllText(path, $"{tool} {one.Split(' ')[0]}\n");
            }
        }
    }
}
