using Vireo.Host.Faults;

namespace Vireo.Qemu.Tests;

/// <summary>An operation on a domain of two disks with the snapshots s1 and s2, each after other data was written; tests cut it short.</summary>
/// <param name="Name">What it is called: the step of the fault points that it passes, then what is special.</param>
/// <param name="Running">Whether the guest runs.</param>
public sealed record FaultedOperation(string Name, bool Running)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<FaultedOperation> All { get; } =
    [
        .. from name in (string[])["create", "create-memory", "create-internal", "revert", "revert-internal", "delete", "delete-internal"]
           from running in (bool[])[true, false]
           where running || name != "create-memory"
           select new FaultedOperation(name, running),
        new FaultedOperation("revert-keep", true),
        new FaultedOperation("revert-keep-internal", false),
        new FaultedOperation("delete-below-internal", true),
    ];

    /// <summary>Whether the snapshots lie within the images.</summary>
    public bool IsInternal => Name.EndsWith("-internal", StringComparison.Ordinal);

    /// <summary>Whether an overlay stands on the images that the internal snapshots lie in.</summary>
    public bool HasOverlay => Name == "delete-below-internal";

    /// <summary>Whether the guest has firmware with variables, which the snapshots hold.</summary>
    public bool HasFirmware => Name == "revert-keep";

    /// <summary>Whether the guest has a TPM, which the snapshots hold: one that is set aside, one that is captured while the guest stands still, and one that the hypervisor brings back.</summary>
    public bool HasTpm => Running && Name is "revert-keep" or "create" or "revert-internal";

    /// <summary>The point that it passes before anything is written.</summary>
    public string First => $"snapshot.{Kind}.planned";

    /// <summary>The points that it passes.</summary>
    public IEnumerable<string> Points => FaultPoints.All.Where(point => IsOwn(point) && !Other.Contains(point)
        && (!point.StartsWith("blockjob.", StringComparison.Ordinal) || (Running && Name == "delete")));

    /// <summary>Whether a point is of its kind, and not one of the steps of another operation within it.</summary>
    public bool IsOwn(string point) => point.Split('.') is ["blockjob" or "journal", ..] || point.StartsWith($"snapshot.{Kind}.", StringComparison.Ordinal);

    private string Kind => Name.Split('-')[0];

    /// <summary>The points of its kind that only others pass.</summary>
    private string[] Other => (Name, Running) switch
    {
        // AgentTests freezes.
        ("create", true) => [FaultPoints.CreateFrozen, FaultPoints.CreateTagMade, FaultPoints.CreateStateSaved, FaultPoints.CreateMemorySaved],
        ("create", false) => [FaultPoints.CreateFrozen, FaultPoints.CreateTagMade, FaultPoints.CreateStateSaved, FaultPoints.CreateMemorySaved, FaultPoints.CreateNodesAdded],
        ("create-memory", _) => [FaultPoints.CreateFrozen, FaultPoints.CreateTagMade, FaultPoints.CreateStateSaved],
        ("create-internal", _) =>
        [
            FaultPoints.CreateOverlayWritten, FaultPoints.CreateOverlayNamed, FaultPoints.CreateOverlaysMade, FaultPoints.CreateMemorySaved, FaultPoints.CreateNodesAdded,
            FaultPoints.CreateFrozen, FaultPoints.CreateSwapped, Running ? FaultPoints.CreateTagMade : FaultPoints.CreateStateSaved,
        ],
        ("revert-keep", _) => [FaultPoints.RevertTagApplied, FaultPoints.RevertLoading, FaultPoints.RevertStateLoaded, FaultPoints.RevertFileRetired],
        ("revert", _) =>
        [
            FaultPoints.RevertTagApplied, FaultPoints.RevertLoading, FaultPoints.RevertStateLoaded, FaultPoints.RevertPresentKept, FaultPoints.RevertFirmwareReplaced,
            .. Running ? (string[])[] : [FaultPoints.RevertProcessStarted],
        ],
        ("revert-internal" or "revert-keep-internal", _) =>
        [
            FaultPoints.RevertFirmwareReplaced, .. Name == "revert-internal" ? (string[])[FaultPoints.RevertPresentKept] : [],
            FaultPoints.RevertOverlayWritten, FaultPoints.RevertOverlayNamed, FaultPoints.RevertOverlaysMade, FaultPoints.RevertProcessStarted, FaultPoints.RevertFileRetired,
            .. Running ? (string[])[FaultPoints.RevertTagApplied, FaultPoints.RevertOldStopped] : [FaultPoints.RevertLoading, FaultPoints.RevertStateLoaded],
        ],
        ("delete", _) => [FaultPoints.DeleteTagRemoved, FaultPoints.DeleteImageOpened],
        ("delete-internal", _) => [FaultPoints.DeleteImageOpened, FaultPoints.DeleteMerge, FaultPoints.DeleteMerged, FaultPoints.DeleteFileRetired],
        _ => [FaultPoints.DeleteMerge, FaultPoints.DeleteMerged, FaultPoints.DeleteFileRetired],
    };

    /// <summary>The command.</summary>
    public string[] Arguments(GuestLab lab) => Name switch
    {
        "create" => lab.SnapshotArguments("s3"),
        "create-memory" =>
        [
            "snapshot-create-as", "guest", "s3", "--memspec", lab["s3.mem"] + ",snapshot=external", "--diskspec", $"vda,file={lab["disk0.s3"]}",
            "--diskspec", $"vdb,file={lab["disk1.s3"]}",
        ],
        "create-internal" => SnapshotArguments(lab, "s3"),
        "revert-keep" => ["snapshot-revert", "guest", "s1", "--running", "--allow-respawn", "--keep-current", "kept", "--memspec", lab["kept.mem"]],
        "revert-keep-internal" => ["snapshot-revert", "guest", "s1", "--keep-current", "kept"],
        "revert" when Running => ["snapshot-revert", "guest", "s1", "--running", "--allow-respawn"],
        "revert" or "revert-internal" => ["snapshot-revert", "guest", "s1"],
        _ => ["snapshot-delete", "guest", "s1", "--children-only"],
    };

    /// <summary>Takes a snapshot of its kind.</summary>
    public string[] SnapshotArguments(GuestLab lab, string name) => IsInternal ? ["snapshot-create-as", "guest", name] : lab.SnapshotArguments(name);

    /// <summary>The snapshots and the current one when it is done, and which of them the disks hold then; null for what they held.</summary>
    public (string Snapshots, string Current, string? Data) Done => Kind switch
    {
        "create" => ("s1 s2 s3", "s3", null),
        "revert" => (Name.StartsWith("revert-keep", StringComparison.Ordinal) ? "s1 s2 kept" : "s1 s2", "s1", "s1"),
        _ => ("s1", "s1", null),
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {(Running ? "while the guest runs" : "while it is shut off")}";
}
