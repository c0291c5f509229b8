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

    private static readonly string[] s_blockJobs = ["Unknown job", "Block Pull", "Block Copy", "Block Commit", "Active Block Commit", "Backup"];
    private static readonly string[] s_jobTypes = ["None", "Bounded", "Unbounded", "Completed", "Failed", "Cancelled"];
    private static readonly string[] s_jobOperations =
        ["Unknown", "Start", "Save", "Restore", "Incoming migration", "Outgoing migration", "Snapshot", "Snapshot revert", "Dump", "Backup", "Snapshot delete"];

    public static string State(int state) => state >= 0 && state < s_states.Length ? s_states[state] : "no state";

    public static string Reason(int state, int reason) =>
        state >= 0 && state < s_reasons.Length && reason >= 0 && reason < s_reasons[state].Length ? s_reasons[state][reason] : "unknown";

    public static string BlockJob(int type) => type >= 0 && type < s_blockJobs.Length ? s_blockJobs[type] : "Unknown job";

    public static string JobType(int type) => type >= 0 && type < s_jobTypes.Length ? s_jobTypes[type] : "unknown";

    public static string JobOperation(int operation) => operation >= 0 && operation < s_jobOperations.Length ? s_jobOperations[operation] : "unknown";
}
