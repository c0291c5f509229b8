using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Qemu.Tests.Block;

namespace Vireo.Drivers.Qemu.Tests.Snapshots;

/// <summary>A domain of three disks and a TPM that is shut off, before one operation that something cuts short, and what must be true of it afterwards.</summary>
internal sealed class CrashScene : IAsyncDisposable
{
    /// <summary>What the name of an operation on internal snapshots ends with.</summary>
    public const string Internal = "-internal";

    private readonly TemporaryDirectory _dir;
    private readonly string _operation;
    private readonly List<string> _before;
    private DomainSnapshots _snapshots;

    private CrashScene(TemporaryDirectory dir, string operation, ScratchDomain domain, DomainSnapshots snapshots)
    {
        (_dir, _operation, Domain, _snapshots) = (dir, operation, domain, snapshots);
        _before = State();
    }

    /// <summary>Every operation.</summary>
    public static IReadOnlyList<string> Operations { get; } = ["create", "revert", "delete", "create" + Internal, "revert" + Internal, "delete" + Internal];

    public ScratchDomain Domain { get; }

    private bool IsInternal => _operation.EndsWith(Internal, StringComparison.Ordinal);

    public static async Task<CrashScene> SetAsync(TemporaryDirectory dir, string operation)
    {
        var domain = ScratchDomain.Define(dir, 3, tpm: true);
        domain.TpmState = "first";
        var snapshots = DomainSnapshots.Load(dir["snapshot"], Settings(dir));
        if (!operation.StartsWith("create", StringComparison.Ordinal))
        {
            await RunAsync(operation.Replace("revert", "create", StringComparison.Ordinal).Replace("delete", "create", StringComparison.Ordinal), domain, snapshots);
            domain.TpmState = "second";
        }

        return new CrashScene(dir, operation, domain, snapshots);
    }

    /// <summary>The operation of that name.</summary>
    public static async Task RunAsync(string operation, ScratchDomain domain, DomainSnapshots snapshots)
    {
        const string document = "<domainsnapshot><name>s1</name></domainsnapshot>";
        await (operation switch
        {
            "create" => snapshots.CreateAsync(domain, document, DomainSnapshotCreateFlags.DiskOnly, CancellationToken.None).AsTask(),
            "create" + Internal => snapshots.CreateAsync(domain, document, 0, CancellationToken.None).AsTask(),
            "revert" or "revert" + Internal => snapshots.RevertAsync(domain, "s1", null, 0, CancellationToken.None).AsTask(),
            _ => snapshots.DeleteAsync(domain, "s1", 0, CancellationToken.None).AsTask(),
        });
    }

    /// <summary>The operation, in this process.</summary>
    public Task RunAsync() => RunAsync(_operation, Domain, _snapshots);

    /// <summary>Whether the journal holds an operation that only a new daemon finishes or takes back.</summary>
    public bool HasUnfinished() => Directory.Exists(_dir["journal"]) && Directory.GetFiles(_dir["journal"], "*.journal")
        .Any(j => JournalRecord.Decode(j, File.ReadAllBytes(j)) is { Plan.Operation: not JournalOperation.SnapshotMerge });

    /// <summary>What a daemon does when it starts.</summary>
    public async Task RecoverAsync()
    {
        var records = JournalRecovery.Read(_dir["journal"]);
        foreach (var record in records.Where(r => r.Plan.Operation != JournalOperation.SnapshotMerge))
        {
            (await SnapshotRecovery.RunAsync(record, null, (_, error) => throw error, CancellationToken.None)).Error.ShouldBeNull();
        }

        Domain.Reload();
        _snapshots = DomainSnapshots.Load(_dir["snapshot"], Settings(_dir));
        foreach (var record in records.Where(r => r.Plan.Operation == JournalOperation.SnapshotMerge))
        {
            if (_snapshots.Tree.Find("s1") is { } begun && SnapshotDeletion.HasBegun(_snapshots.Tree, begun, 0))
            {
                await _snapshots.DeleteAsync(Domain, "s1", 0, CancellationToken.None);
            }

            File.Delete(record.Path);
        }
    }

    /// <summary>Every file is as it was, or the operation is done.</summary>
    public void ShouldBeAllOrNothing()
    {
        if (State().SequenceEqual(_before))
        {
            return;
        }

        Directory.GetFiles(_dir["img"], ".*").ShouldBeEmpty();
        Directory.GetFiles(_dir.Root, "*.new", SearchOption.AllDirectories).ShouldBeEmpty();
        Directory.GetFiles(_dir["journal"]).ShouldBeEmpty();
        Directory.GetFileSystemEntries(_dir["tpm"]).ShouldBe([_dir["tpm/tpm2"]]);
        Domain.TpmState.ShouldBe(_operation.StartsWith("delete", StringComparison.Ordinal) ? "second" : "first");
        var images = Domain.Persistent!.Devices.Disks.Select(d => d.Source!.File!).ToList();
        images.ShouldAllBe(i => File.Exists(i));
        var tree = _snapshots.Tree;
        switch (_operation)
        {
            case var _ when IsInternal:
                images.ShouldAllBe(i => i.EndsWith(".qcow2", StringComparison.Ordinal));
                Directory.GetFiles(_dir["img"]).Length.ShouldBe(3);
                images.ShouldAllBe(i => (InternalSnapshot.Find(i, "s1") != null) == (tree.Find("s1") != null));
                tree.CurrentName.ShouldBe(tree.Find("s1")?.Name);
                break;
            case "create":
                tree.CurrentName.ShouldBe("s1");
                images.ShouldAllBe(i => i.EndsWith(".s1", StringComparison.Ordinal));
                break;
            case "revert":
                images.ShouldAllBe(i => !i.EndsWith(".s1", StringComparison.Ordinal) && !i.EndsWith(".qcow2", StringComparison.Ordinal));
                Directory.GetFiles(_dir["img"], "*.s1").ShouldBeEmpty();
                break;
            default:
                tree.Count.ShouldBe(0);
                tree.CurrentName.ShouldBeNull();
                images.ShouldAllBe(i => i.EndsWith(".qcow2", StringComparison.Ordinal));
                Directory.GetFiles(_dir["img"]).Length.ShouldBe(3);
                break;
        }

        foreach (var image in Directory.GetFiles(_dir["img"]))
        {
            TemporaryDirectory.QemuImg("check", "-f", "qcow2", image).ShouldContain("No errors");
        }
    }

    public ValueTask DisposeAsync() => Domain.DisposeAsync();

    private static SnapshotSettings Settings(TemporaryDirectory dir) => new(dir["journal"], false, (_, _) => { }, TimeProvider.System);

    /// <summary>Every file: documents and images by their bytes.</summary>
    private List<string> State() => [.. _dir.Contents().Where(f => f.Value != "directory").Select(f => $"{f.Key} {f.Value}").Order()];
}
