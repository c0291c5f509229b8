using System.Text.Json.Serialization;
using Vireo.Drivers.Qemu.Block;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Journal;

/// <summary>What a journalled operation does.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JournalOperation>))]
internal enum JournalOperation
{
    /// <summary>Makes a snapshot.</summary>
    SnapshotCreate,

    /// <summary>Brings a domain back to a snapshot.</summary>
    SnapshotRevert,

    /// <summary>Removes snapshots.</summary>
    SnapshotDelete,

    /// <summary>Merges the data of snapshots that are to be removed: gone on with by deleting them again.</summary>
    SnapshotMerge,

    /// <summary>Makes a new domain out of a snapshot.</summary>
    SnapshotClone,

    /// <summary>Writes a domain with its snapshots into an archive.</summary>
    SnapshotExport,

    /// <summary>Makes a domain with its snapshots out of an archive.</summary>
    SnapshotImport,
}

/// <summary>
/// All that an operation on a domain's disks is going to change, written down before the first change: enough to take it back, and enough to finish it.
/// </summary>
internal sealed record JournalPlan
{
    /// <summary>The version of the journal's format that this code writes and the only one it reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the format.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>What is done.</summary>
    public required JournalOperation Operation { get; init; }

    /// <summary>The domain.</summary>
    public required Guid Domain { get; init; }

    /// <summary>Its name.</summary>
    public required string DomainName { get; init; }

    /// <summary>The snapshot that the operation is about.</summary>
    public string? Snapshot { get; init; }

    /// <summary>The flags of an operation that is gone on with by asking for it again.</summary>
    public uint Flags { get; init; }

    /// <summary>Whether a hypervisor process takes part: the swap happens within it, and may have happened without the journal saying so.</summary>
    public bool Live { get; init; }

    /// <summary>The hypervisor process that a finished operation has no more use for.</summary>
    public ProcessIdentity? OldProcess { get; init; }

    /// <summary>Whether the guest runs when the operation is finished.</summary>
    public bool Resume { get; init; }

    /// <summary>Whether the operation has a guest that ran stand still: taken back, it runs again.</summary>
    public bool Pauses { get; init; }

    /// <summary>Files that the operation makes.</summary>
    public IReadOnlyList<PlannedFile> Create { get; init; } = [];

    /// <summary>The block nodes that the guest writes to once a create has swapped.</summary>
    public IReadOnlyList<string> Nodes { get; init; } = [];

    /// <summary>Files that others take the place of.</summary>
    public IReadOnlyList<ReplacedFile> Replace { get; init; } = [];

    /// <summary>Files that nobody needs any more once the operation is finished.</summary>
    public IReadOnlyList<RetiredFile> Retire { get; init; } = [];

    /// <summary>Internal snapshots: those that a create makes, or those that a revert brings the images back to.</summary>
    public IReadOnlyList<TaggedImage> Tags { get; init; } = [];

    /// <summary>The job within the hypervisor that does the work; it knows whether it has. Null when there is none.</summary>
    public string? Job { get; init; }

    /// <summary>Internal snapshots that a revert makes of the present state first.</summary>
    public IReadOnlyList<TaggedImage> Keep { get; init; } = [];

    /// <summary>The job within the hypervisor that makes those. Null when there is none.</summary>
    public string? KeepJob { get; init; }

    /// <summary>Documents that change.</summary>
    public IReadOnlyList<DocumentChange> Documents { get; init; } = [];
}

/// <summary>A file, or a directory of files, that an operation makes.</summary>
/// <param name="Path">Its name.</param>
/// <param name="TemporaryPath">Its name until it is complete; unique to the operation, so that whatever bears it is ours.</param>
/// <param name="Node">The block node that uses it once the operation has swapped; null when none will.</param>
internal sealed record PlannedFile(string Path, string TemporaryPath, string? Node = null);

/// <summary>A file, or a directory of files, that another one takes the place of.</summary>
/// <param name="Path">Its name.</param>
/// <param name="TemporaryPath">Where the new one lies until then.</param>
/// <param name="OldPath">Where the old one lies from then on, until the operation is finished.</param>
/// <param name="Existed">Whether there is an old one.</param>
internal sealed record ReplacedFile(string Path, string TemporaryPath, string OldPath, bool Existed);

/// <summary>A file to remove at the end.</summary>
/// <param name="Path">Its name.</param>
/// <param name="Identity">Which file is meant: another one that has taken the name is left alone.</param>
internal sealed record RetiredFile(string Path, string Identity);

/// <summary>A document that changes.</summary>
/// <param name="Path">The file that holds it.</param>
/// <param name="Before">Its text before; null when there was no such document.</param>
/// <param name="After">Its text after; null when it is removed.</param>
internal sealed record DocumentChange(string Path, string? Before, string? After)
{
    /// <summary>Whether it lies in a run directory, which a power cut empties: it need not wait for the disk.</summary>
    public bool IsVolatile { get; init; }
}

/// <summary>How far an operation has come.</summary>
internal enum JournalPhase
{
    /// <summary>New files are being made; the guest's disks are untouched, unless the operation is live and crashed within the swap.</summary>
    Prepared,

    /// <summary>The operation is to be finished, whatever happens.</summary>
    Committed,
}

/// <summary>Reads and writes plans without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalPlan))]
internal sealed partial class JournalJson : JsonSerializerContext;
