using System.Text.Json;

namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>Migration, which is also how memory is saved to and loaded from files.</summary>
internal static partial class Qmp
{
    /// <summary>migrate to a URI; <c>fd:NAME</c> for a descriptor given by getfd. Returns at once; MIGRATION events tell how it goes.</summary>
    public static QmpCommand Migrate(string uri) => new("migrate", w => w.WriteString("uri", uri));

    /// <summary>migrate-incoming, where QEMU was started with <c>-incoming defer</c>.</summary>
    public static QmpCommand MigrateIncoming(string uri) => new("migrate-incoming", w => w.WriteString("uri", uri));

    /// <summary>migrate_cancel.</summary>
    public static QmpCommand MigrateCancel { get; } = new("migrate_cancel");

    /// <summary>migrate-continue from a state it waits in (<c>pre-switchover</c>).</summary>
    public static QmpCommand MigrateContinue(string state) => new("migrate-continue", w => w.WriteString("state", state));

    /// <summary>migrate-set-parameters, with what <paramref name="parameters"/> writes.</summary>
    public static QmpCommand MigrateSetParameters(Action<Utf8JsonWriter> parameters) => new("migrate-set-parameters", parameters);

    /// <summary>migrate-set-capabilities: QEMU's names of them, on or off.</summary>
    public static QmpCommand MigrateSetCapabilities(params IReadOnlyList<(string Name, bool On)> capabilities) => new("migrate-set-capabilities", w =>
    {
        w.WriteStartArray("capabilities");
        foreach (var (name, on) in capabilities)
        {
            w.WriteStartObject();
            w.WriteString("capability", name);
            w.WriteBoolean("state", on);
            w.WriteEndObject();
        }

        w.WriteEndArray();
    });

    /// <summary>query-migrate.</summary>
    public static QmpCommand<QmpMigration> QueryMigrate { get; } = new("query-migrate", QmpMigration.Read);
}

/// <summary>How a migration stands.</summary>
/// <param name="Status">QEMU's word: none, setup, active, device, completed, failed, cancelled.</param>
/// <param name="TotalBytes">Memory to send.</param>
/// <param name="RemainingBytes">Memory still to send.</param>
/// <param name="TransferredBytes">Memory sent.</param>
/// <param name="Error">Why it failed, where told.</param>
internal sealed record QmpMigration(string Status, long TotalBytes, long RemainingBytes, long TransferredBytes, string? Error)
{
    /// <summary>It has ended, well or not.</summary>
    public bool Ended => Status is "completed" or "failed" or "cancelled";

    /// <summary>Why the guest's memory cannot be moved; empty for no reason.</summary>
    public IReadOnlyList<string> Blocked { get; init; } = [];

    /// <summary>How long the guest stood still, or is expected to, in milliseconds; null while that is not known.</summary>
    public long? Downtime { get; init; }

    /// <summary>How long it took to begin, in milliseconds; null while that is not known.</summary>
    public long? SetupTime { get; init; }

    /// <summary>How fast memory is sent.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary>Pages of one repeated byte.</summary>
    public long ConstantPages { get; init; }

    /// <summary>Other pages.</summary>
    public long NormalPages { get; init; }

    /// <summary>Bytes of those.</summary>
    public long NormalBytes { get; init; }

    /// <summary>How fast the guest changes pages that were sent.</summary>
    public long DirtyPagesPerSecond { get; init; }

    /// <summary>How often memory has been gone through.</summary>
    public long Iteration { get; init; }

    /// <summary>Pages the destination has asked for.</summary>
    public long PostcopyRequests { get; init; }

    /// <summary>Bytes of a page.</summary>
    public long PageSize { get; init; }

    internal static QmpMigration Read(JsonElement reply)
    {
        var ram = reply.TryGetProperty("ram", out var found) ? found : default;
        long Number(string name) => ram.ValueKind == JsonValueKind.Object ? ram.Num(name) ?? 0 : 0;
        var megabits = ram.ValueKind == JsonValueKind.Object && ram.TryGetProperty("mbps", out var speed) ? speed.GetDouble() : 0;
        return new(reply.StrOrNull("status") ?? "none", Number("total"), Number("remaining"), Number("transferred"), reply.StrOrNull("error-desc"))
        {
            Blocked = reply.TryGetProperty("blocked-reasons", out var reasons) ? [.. reasons.EnumerateArray().Select(static reason => reason.GetString() ?? "")] : [],
            Downtime = reply.Num("downtime") ?? reply.Num("expected-downtime"),
            SetupTime = reply.Num("setup-time"),
            BytesPerSecond = (long)(megabits * 1000 * 1000 / 8),
            ConstantPages = Number("duplicate"),
            NormalPages = Number("normal"),
            NormalBytes = Number("normal-bytes"),
            DirtyPagesPerSecond = Number("dirty-pages-rate"),
            Iteration = Number("dirty-sync-count"),
            PostcopyRequests = Number("postcopy-requests"),
            PageSize = Number("page-size"),
        };
    }
}
