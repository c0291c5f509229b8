using System.Diagnostics;
using Vireo.Drivers.Qemu.Tests.Block;
using Vireo.Host.Faults;

namespace Vireo.Drivers.Qemu.Tests.Snapshots;

/// <summary>
/// A process is killed at each fault point of create, revert and delete of a domain that is shut off; whoever comes after finds all of it done or nothing.
/// The victim is this test program again, told by its environment what to do.
/// </summary>
public sealed class CrashTests : IDisposable
{
    private readonly TemporaryDirectory _dir = new();

    public void Dispose() => _dir.Dispose();

    public static TheoryData<string, string> Points()
    {
        // Points that only a running hypervisor passes are killed at in the tests of the whole daemon, and so are those of clones and of what is no snapshot.
        string[] live =
        [
            FaultPoints.CreateMemorySaved, FaultPoints.CreateNodesAdded, FaultPoints.CreateFrozen, FaultPoints.RevertProcessStarted,
            FaultPoints.CreateStateSaved, FaultPoints.RevertLoading, FaultPoints.RevertStateLoaded, FaultPoints.RevertPresentKept, FaultPoints.RevertFirmwareReplaced,
            FaultPoints.JobConcluded, FaultPoints.JobDismissed, FaultPoints.DeleteImageOpened,
        ];
        string[] inside = [FaultPoints.CreateTagMade, FaultPoints.RevertTagApplied, FaultPoints.DeleteTagRemoved];
        string[] both =
        [
            FaultPoints.CreatePlanned, FaultPoints.CreateJournalled, FaultPoints.CreateCommitted, FaultPoints.CreateDocumentsWritten, FaultPoints.RevertPlanned, FaultPoints.RevertJournalled,
            FaultPoints.RevertVerified, FaultPoints.RevertCommitted, FaultPoints.RevertOldStopped, FaultPoints.RevertDocumentsWritten, FaultPoints.DeletePlanned,
            FaultPoints.DeleteMarked, FaultPoints.DeleteCommitted, FaultPoints.DeleteDocumentsWritten, FaultPoints.JournalDocument,
        ];
        var data = new TheoryData<string, string>();
        foreach (var point in FaultPoints.All.Order().Except(live).Where(p => p.Split('.') is not [_, "clone" or "export" or "import", _] and not ["device", ..] and not ["save", ..]))
        {
            foreach (var operation in point.Split('.') is [_, var name, _] ? [name] : new[] { "create", "revert", "delete" })
            {
                if (!inside.Contains(point))
                {
                    data.Add(operation, point);
                }

                if (inside.Contains(point) || both.Contains(point))
                {
                    data.Add(operation + CrashScene.Internal, point);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Killed_at_any_point_all_or_nothing_is_left(string operation, string point)
    {
        await using var scene = await CrashScene.SetAsync(_dir, operation);
        KillVictim(operation, point);
        await scene.RecoverAsync();
        scene.ShouldBeAllOrNothing();
    }

    private void KillVictim(string operation, string point)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            // The runtime's own sockets would stay behind it.
            Environment = { ["DOTNET_EnableDiagnostics"] = "0", ["VIREO_FAULT"] = $"{point}:kill", [CrashVictim.WhatVariable] = $"{operation}|{_dir.Root}" },
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
}
