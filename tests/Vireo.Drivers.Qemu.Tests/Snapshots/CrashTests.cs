using System.Diagnostics;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Qemu.Tests.Block;
using Vireo.Host.Faults;

namespace Vireo.Drivers.Qemu.Tests.Snapshots;

/// <summary>
/// A process is killed at each fault point of create, revert and delete of a domain that is shut off; whoever comes after finds all of it done or nothing.
/// The victim is this test program again, told by its environment what to do.
/// </summary>
public sealed class CrashTests : IDisposable
{
    private const string Internal = "-internal";

    private readonly TemporaryDirectory _dir = new();

    public void Dispose() => _dir.Dispose();

    public static TheoryData<string, string> Points()
    {
        // Points that only a running hypervisor passes are killed at in the tests of the whole daemon, and so are those of clones.
        string[] live =
        [
            FaultPoints.CreateMemorySaved, FaultPoints.CreateNodesAdded, FaultPoints.CreateFrozen, FaultPoints.RevertProcessStarted,
            FaultPoints.CreateStateSaved, FaultPoints.RevertStateLoaded, FaultPoints.RevertPresentKept, FaultPoints.RevertFirmwareReplaced,
        ];
        string[] inside = [FaultPoints.CreateTagMade, FaultPoints.RevertTagApplied, FaultPoints.DeleteTagRemoved];
        string[] both =
        [
            FaultPoints.CreatePlanned, FaultPoints.CreateJournalled, FaultPoints.CreateCommitted, FaultPoints.CreateDocumentsWritten, FaultPoints.RevertPlanned, FaultPoints.RevertJournalled,
            FaultPoints.RevertVerified, FaultPoints.RevertCommitted, FaultPoints.RevertOldStopped, FaultPoints.RevertDocumentsWritten, FaultPoints.DeletePlanned,
            FaultPoints.DeleteMarked, FaultPoints.DeleteCommitted, FaultPoints.DeleteDocumentsWritten, FaultPoints.JournalDocument,
        ];
        var data = new TheoryData<string, string>();
        foreach (var point in FaultPoints.All.Order().Except(live).Where(p => !p.StartsWith("snapshot.clone.", StringComparison.Ordinal)))
        {
            foreach (var operation in point.Split('.') is [_, var name, _] ? [name] : new[] { "create", "revert", "delete" })
            {
                if (!inside.Contains(point))
                {
                    data.Add(operation, point);
                }

                if (inside.Contains(point) || both.Contains(point))
                {
                    data.Add(operation + Internal, point);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Killed_at_any_point_all_or_nothing_is_left(string operation, string point)
    {
        await using var domain = ScratchDomain.Define(_dir, 3);
        var snapshots = DomainSnapshots.Load(_dir["snapshot"], Settings());
        var inside = operation.EndsWith(Internal, StringComparison.Ordinal);
        if (operation is not ("create" or "create" + Internal))
        {
            await snapshots.CreateAsync(domain, "<domainsnapshot><name>s1</name></domainsnapshot>", inside ? 0 : DomainSnapshotCreateFlags.DiskOnly, CancellationToken.None);
        }

        var before = State();
        KillVictim(operation, point);

        var records = JournalRecovery.Read(_dir["journal"]);
        foreach (var record in records)
        {
            (await SnapshotRecovery.RunAsync(record, null, (_, error) => throw error, CancellationToken.None)).Error.ShouldBeNull();
        }

        domain.Reload();
        var again = DomainSnapshots.Load(_dir["snapshot"], Settings());
        if (records.Any(r => r.Plan.Operation == JournalOperation.SnapshotMerge) && again.Tree.Find("s1") is not null)
        {
            // What the daemon does beside its work when it finds such a journal.
            await again.DeleteAsync(domain, "s1", 0, CancellationToken.None);
        }

        var after = State();
        if (after.SequenceEqual(before))
        {
            return;
        }

        Directory.GetFiles(_dir["img"], ".*").ShouldBeEmpty();
        Directory.GetFiles(_dir.Root, "*.new", SearchOption.AllDirectories).ShouldBeEmpty();
        Directory.GetFiles(_dir["journal"]).ShouldBeEmpty();
        var images = domain.Persistent!.Devices.Disks.Select(d => d.Source!.File!).ToList();
        images.ShouldAllBe(i => File.Exists(i));
        switch (operation)
        {
            case var _ when inside:
                images.ShouldAllBe(i => i.EndsWith(".qcow2", StringComparison.Ordinal));
                Directory.GetFiles(_dir["img"]).Length.ShouldBe(3);
                images.ShouldAllBe(i => (InternalSnapshot.Find(i, "s1") != null) == (again.Tree.Find("s1") != null));
                again.Tree.CurrentName.ShouldBe(again.Tree.Find("s1")?.Name);
                break;
            case "create":
                again.Tree.CurrentName.ShouldBe("s1");
                images.ShouldAllBe(i => i.EndsWith(".s1", StringComparison.Ordinal));
                break;
            case "revert":
                images.ShouldAllBe(i => !i.EndsWith(".s1", StringComparison.Ordinal) && !i.EndsWith(".qcow2", StringComparison.Ordinal));
                Directory.GetFiles(_dir["img"], "*.s1").ShouldBeEmpty();
                break;
            default:
                again.Tree.Count.ShouldBe(0);
                again.Tree.CurrentName.ShouldBeNull();
                images.ShouldAllBe(i => i.EndsWith(".qcow2", StringComparison.Ordinal));
                Directory.GetFiles(_dir["img"]).Length.ShouldBe(3);
                break;
        }
    }

    private void KillVictim(string operation, string point)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            Environment = { ["VIREO_FAULT"] = $"{point}:kill", [CrashVictim.WhatVariable] = $"{operation}|{_dir.Root}" },
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(CrashTests).Assembly.Location);
        }

        foreach (var argument in new[] { "-method", $"{typeof(CrashVictim).FullName}.{nameof(CrashVictim.Runs)}" })
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(128 + 9, $"the victim of {operation} at {point} was to be killed: {output}");
    }

    /// <summary>Every file: documents and images by their bytes.</summary>
    private List<string> State() => [.. _dir.Contents().Where(f => f.Value != "directory").Select(f => $"{f.Key} {f.Value}").Order()];

    private SnapshotSettings Settings() => new(_dir["journal"], false, (what, error) => throw new InvalidOperationException(what, error), TimeProvider.System);
}
