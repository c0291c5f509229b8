using System.Globalization;
using System.Text;
using Vireo.Drivers;

namespace Vireo.Cli.Commands;

/// <summary>Events in virsh's words.</summary>
internal static class EventText
{
    /// <summary>The events of <c>event --list</c>; the index is the event's number.</summary>
    public static readonly string[] Names =
    [
        "lifecycle", "reboot", "rtc-change", "watchdog", "io-error", "graphics", "io-error-reason", "control-error", "block-job", "disk-change", "tray-change", "pm-wakeup", "pm-suspend",
        "balloon-change", "pm-suspend-disk", "device-removed", "block-job-2", "tunable", "agent-lifecycle", "device-added", "migration-iteration", "job-completed", "device-removal-failed",
        "metadata-change", "block-threshold", "memory-failure", "memory-device-size-change",
    ];

    private static readonly (string Event, string[] Details)[] s_lifecycle =
    [
        ("Defined", ["Added", "Updated", "Renamed", "Snapshot"]),
        ("Undefined", ["Removed", "Renamed"]),
        ("Started", ["Booted", "Migrated", "Restored", "Snapshot", "Event wakeup"]),
        ("Suspended", ["Paused", "Migrated", "I/O Error", "Watchdog", "Restored", "Snapshot", "API error", "Post-copy", "Post-copy Error"]),
        ("Resumed", ["Unpaused", "Migrated", "Snapshot", "Post-copy", "Post-copy Error"]),
        ("Stopped", ["Shutdown", "Destroyed", "Crashed", "Migrated", "Saved", "Failed", "Snapshot"]),
        ("Shutdown", ["Finished", "Finished after guest request", "Finished after host request"]),
        ("PMSuspended", ["Memory", "Disk"]),
        ("Crashed", ["Panicked", "Crashloaded"]),
    ];

    private static readonly string[] s_watchdog = ["none", "pause", "reset", "poweroff", "shutdown", "debug", "inject-nmi"];
    private static readonly string[] s_ioActions = ["none", "pause", "report"];
    private static readonly string[] s_phases = ["connect", "initialize", "disconnect"];
    private static readonly string[] s_families = ["IPv4", "IPv6", "unix"];
    private static readonly string[] s_diskReasons = ["changed", "dropped"];
    private static readonly string[] s_trayReasons = ["opened", "closed"];
    private static readonly string[] s_agentStates = ["unknown", "connected", "disconnected"];
    private static readonly string[] s_agentReasons = ["unknown", "domain started", "channel event"];
    private static readonly string[] s_metadata = ["description", "title", "element"];
    private static readonly string[] s_jobStates = ["completed", "failed", "canceled", "ready"];
    private static readonly string[] s_recipients = ["hypervisor", "guest"];
    private static readonly string[] s_memoryActions = ["ignore", "inject", "fatal", "reset"];

    /// <summary>One event, with the new line at its end.</summary>
    public static string Of(DomainEvent happened)
    {
        var domain = happened.Domain.Name;
        var name = happened.EventId >= 0 && happened.EventId < Names.Length ? Names[happened.EventId] : happened.EventId.ToString(CultureInfo.InvariantCulture);
        return happened switch
        {
            DomainLifecycleEvent e => $"event 'lifecycle' for domain '{domain}': {Lifecycle(e.Event, e.Detail)}\n",
            DomainRtcChangeEvent e => $"event 'rtc-change' for domain '{domain}': {e.Offset}\n",
            DomainWatchdogEvent e => $"event 'watchdog' for domain '{domain}': {Word(s_watchdog, e.Action)}\n",
            DomainIoErrorEvent e => $"event 'io-error' for domain '{domain}': {e.SrcPath} ({e.DevAlias}) {Word(s_ioActions, e.Action)}\n",
            DomainIoErrorReasonEvent e => $"event 'io-error-reason' for domain '{domain}': {e.SrcPath} ({e.DevAlias}) {Word(s_ioActions, e.Action)} due to {e.Reason}\n",
            DomainGraphicsEvent e => Graphics(e),
            DomainBlockJobEvent e => $"event '{name}' for domain '{domain}': {DomainWords.BlockJob(e.Type)} for {e.Path} {Word(s_jobStates, e.Status)}\n",
            DomainBlockJob2Event e => $"event '{name}' for domain '{domain}': {DomainWords.BlockJob(e.Type)} for {e.Dst} {Word(s_jobStates, e.Status)}\n",
            DomainDiskChangeEvent e => $"event 'disk-change' for domain '{domain}' disk {e.DevAlias}: {e.OldSrcPath} -> {e.NewSrcPath}: {Word(s_diskReasons, e.Reason)}\n",
            DomainTrayChangeEvent e => $"event 'tray-change' for domain '{domain}' disk {e.DevAlias}: {Word(s_trayReasons, e.Reason)}\n",
            DomainBalloonChangeEvent e => $"event 'balloon-change' for domain '{domain}': {e.Actual}KiB\n",
            DomainDeviceRemovedEvent e => $"event 'device-removed' for domain '{domain}': {e.DevAlias}\n",
            DomainDeviceAddedEvent e => $"event 'device-added' for domain '{domain}': {e.DevAlias}\n",
            DomainDeviceRemovalFailedEvent e => $"event 'device-removal-failed' for domain '{domain}': {e.DevAlias}\n",
            DomainTunableEvent e => $"event 'tunable' for domain '{domain}':\n" + Parameters(e.Params),
            DomainJobCompletedEvent e => $"event 'job-completed' for domain '{domain}':\n" + Parameters(e.Params),
            DomainAgentLifecycleEvent e => $"event 'agent-lifecycle' for domain '{domain}': state: '{Word(s_agentStates, e.State)}' reason: '{Word(s_agentReasons, e.Reason)}'\n",
            DomainMigrationIterationEvent e => $"event 'migration-iteration' for domain '{domain}': iteration: '{e.Iteration}'\n",
            DomainMetadataChangeEvent e => $"event 'metadata-change' for domain '{domain}': type {Word(s_metadata, e.Type)}, uri {e.Nsuri ?? "<null>"}\n",
            DomainBlockThresholdEvent e => $"event 'block-threshold' for domain '{domain}': dev: {e.Dev}({e.Path}) {e.Threshold} {e.Excess}\n",
            DomainMemoryFailureEvent e => $"event 'memory-failure' for domain '{domain}':\nrecipient: {Word(s_recipients, e.Recipient)}\naction: {Word(s_memoryActions, e.Action)}\n"
                + $"flags:\n\taction required: {((e.Flags & 1) != 0 ? 1 : 0)}\n\trecursive: {((e.Flags & 2) != 0 ? 1 : 0)}\n",
            DomainMemoryDeviceSizeChangeEvent e => $"event 'memory-device-size-change' for domain '{domain}':\nalias: {e.Alias}\nsize: {e.Size}\n",
            _ => $"event '{name}' for domain '{domain}'\n",
        };
    }

    private static string Lifecycle(int number, int detail)
    {
        if (number < 0 || number >= s_lifecycle.Length)
        {
            return "unknown unknown";
        }
        var (name, details) = s_lifecycle[number];
        return $"{name} {Word(details, detail)}";
    }

    private static string Graphics(DomainGraphicsEvent e)
    {
        var text = new StringBuilder($"event 'graphics' for domain '{e.Domain.Name}': {Word(s_phases, e.Phase)} ");
        text.Append($"local[{Word(s_families, e.Local.Family)} {e.Local.Node} {e.Local.Service}] remote[{Word(s_families, e.Remote.Family)} {e.Remote.Node} {e.Remote.Service}] {e.AuthScheme}\n");
        foreach (var identity in e.Subject)
        {
            text.Append($"\t{identity.Type}={identity.Name}\n");
        }
        return text.ToString();
    }

    private static string Parameters(TypedParam[] parameters) => string.Concat(parameters.Select(parameter => $"\t{parameter.Field}: {parameter.ToString()[(parameter.Field.Length + 1)..]}\n"));

    private static string Word(string[] words, int index) => index >= 0 && index < words.Length ? words[index] : "unknown";
}
