namespace Vireo.Cli.Commands;

/// <summary>The words for states and their reasons.</summary>
internal static class DomainWords
{
    private static readonly string[] s_states = ["no state", "running", "idle", "paused", "in shutdown", "shut off", "crashed", "pmsuspended"];

    private static readonly string[][] s_reasons =
    [
        ["unknown"],
        ["unknown", "booted", "migrated", "restored", "from snapshot", "unpaused", "migration canceled", "save canceled", "event wakeup", "crashed", "post-copy", "post-copy failed"],
        ["unknown"],
        ["unknown", "user", "migrating", "saving", "dumping", "I/O error", "watchdog", "from snapshot", "shutting down", "creating snapshot", "crashed", "starting up", "post-copy", "post-copy failed", "api error"],
        ["unknown", "user"],
        ["unknown", "shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "from snapshot", "daemon"],
        ["unknown", "panicked"],
        ["unknown"],
    ];

    public static string State(int state) => state >= 0 && state < s_states.Length ? s_states[state] : "no state";

    public static string Reason(int state, int reason) =>
        state >= 0 && state < s_reasons.Length && reason >= 0 && reason < s_reasons[state].Length ? s_reasons[state][reason] : "unknown";
}
