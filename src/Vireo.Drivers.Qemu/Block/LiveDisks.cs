using System.Collections.Immutable;
using Vireo.Drivers.Qemu.Backup;
using Vireo.Drivers.Qemu.BlockJobs;

namespace Vireo.Drivers.Qemu.Block;

/// <summary>One disk of a running domain as its hypervisor has it open.</summary>
/// <param name="Target">Name within the domain: vda.</param>
/// <param name="Chain">Its images; null for an empty drive.</param>
/// <param name="Numbers">The number of each layer, top first; one for an empty drive.</param>
/// <param name="Access">How it is accessed.</param>
internal sealed record LiveDisk(string Target, ImageChain? Chain, ImmutableArray<int> Numbers, DiskAccess Access)
{
    /// <summary>The node that stands above the images, whichever of them is the top one; null when the device reads the top image itself.</summary>
    public string? Above { get; init; }

    /// <summary>The node that the device reads.</summary>
    public string DeviceNode => Above ?? NodeNumbers.Format(Numbers[0]);

    /// <summary>The disk with an overlay put on top.</summary>
    public LiveDisk WithOverlay(ImageLayer overlay, int number) =>
        this with { Chain = new ImageChain(Chain!.Layers.Insert(0, overlay)), Numbers = Numbers.Insert(0, number) };
}

/// <summary>All disks of a running domain and the numbers given out so far. Kept in the live state, so that a new daemon knows the graph.</summary>
/// <param name="Disks">In the document's order.</param>
/// <param name="LastNumber">The last node number given out.</param>
internal sealed record LiveDisks(ImmutableArray<LiveDisk> Disks, int LastNumber)
{
    /// <summary>The jobs that the hypervisor carries out on them; one for each disk at most.</summary>
    public ImmutableArray<BlockJob> Jobs { get; init; } = [];

    /// <summary>The backup of some of them that is under way; null when there is none.</summary>
    public RunningBackup? Backup { get; init; }

    /// <summary>The job on the disk of that target; null when there is none.</summary>
    public BlockJob? JobOf(string target) => Jobs.FirstOrDefault(j => j.Target == target);

    /// <summary>With another state of a job, or a new one.</summary>
    public LiveDisks With(BlockJob job) => this with { Jobs = [.. Jobs.Where(j => j.Id != job.Id), job] };

    /// <summary>Without a job.</summary>
    public LiveDisks Without(BlockJob job) => this with { Jobs = [.. Jobs.Where(j => j.Id != job.Id)] };

    /// <summary>With another state of a disk.</summary>
    public LiveDisks With(LiveDisk disk) => this with { Disks = [.. Disks.Select(d => d.Target == disk.Target ? disk : d)] };

    /// <summary>Without a disk.</summary>
    public LiveDisks Without(string target) => this with { Disks = [.. Disks.Where(d => d.Target != target)] };

    /// <summary>The disk of that target; null when there is none.</summary>
    public LiveDisk? Find(string target)
    {
        foreach (var disk in Disks)
        {
            if (disk.Target == target)
            {
                return disk;
            }
        }

        return null;
    }
}
