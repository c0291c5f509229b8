using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Qemu.Tests.Block;

namespace Vireo.Drivers.Qemu.Tests.Snapshots;

/// <summary>What <see cref="CrashTests"/> runs in the process that is killed. It has nothing of its own, for it will not clean up.</summary>
public sealed class CrashVictim
{
    internal const string WhatVariable = "VIREO_CRASH_TEST";

    [Fact]
    public async Task Runs()
    {
        if (Environment.GetEnvironmentVariable(WhatVariable)?.Split('|') is not [var operation, var root])
        {
            return;
        }

        using var dir = TemporaryDirectory.At(root);
        await using var domain = ScratchDomain.Load(dir);
        await CrashScene.RunAsync(operation, domain, DomainSnapshots.Load(dir["snapshot"], new SnapshotSettings(dir["journal"], false, (_, _) => { }, TimeProvider.System)));
    }
}
