using System.Collections.Immutable;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.BlockJobs;

/// <summary>What a job that has ended has made of its disk: computed, nothing is changed by it.</summary>
internal sealed class BlockJobOutcome
{
    private readonly BlockJob _job;
    private readonly LiveDisk? _before;
    private readonly LiveDisk? _after;

    /// <param name="disks">The disks as they were known.</param>
    /// <param name="job">The job.</param>
    /// <param name="succeeded">Whether the hypervisor had no error.</param>
    public BlockJobOutcome(LiveDisks disks, BlockJob job, bool succeeded)
    {
        _job = job;
        _before = disks.Find(job.Target);
        var given = job.Phase == BlockJobPhase.Aborting;

        // A merge that was given up in the moment it was through has happened; one that was stopped says so by its error.
        var moves = succeeded && (!job.Mirrors || job.Phase == BlockJobPhase.Pivoting);
        Status = moves ? ConnectDomainEventBlockJobStatus.Completed
            : given ? ConnectDomainEventBlockJobStatus.Canceled
            : ConnectDomainEventBlockJobStatus.Failed;
        _after = moves && _before is not null ? After(_before, job) : _before;
        Disks = (_after is null ? disks : disks.With(_after)).Without(job);
        Closed = [.. job.MirrorNumbers.Concat(_before?.Numbers ?? []).Except(_after?.Numbers ?? [])];
        Removed = moves && job.Delete && _before?.Chain is { } chain ? [.. chain.Layers.Where(l => !_after!.Chain!.Layers.Contains(l))] : [];
    }

    /// <summary>How it is told.</summary>
    public ConnectDomainEventBlockJobStatus Status { get; }

    /// <summary>The disks afterwards.</summary>
    public LiveDisks Disks { get; }

    /// <summary>The numbers of images that nobody uses any more, the upper ones first.</summary>
    public ImmutableArray<int> Closed { get; }

    /// <summary>Images whose files are to be removed.</summary>
    public ImmutableArray<ImageLayer> Removed { get; }

    /// <summary>The live document afterwards.</summary>
    public DomainConfig Live(DomainConfig live) => Moved(live);

    /// <summary>The persistent document afterwards; the same when the disk it describes is another one.</summary>
    public DomainConfig? Persistent(DomainConfig? persistent) =>
        persistent is not null && _before?.Chain is { } before && persistent.Devices.Disks.FirstOrDefault(d => d.Target?.Dev == _job.Target) is { } disk
        && !ReferenceEquals(_before, _after) && disk.Location() == before.Top.Location
            ? Moved(persistent)
            : persistent;

    private static LiveDisk After(LiveDisk disk, BlockJob job)
    {
        if (job.Type == DomainBlockJobType.Copy)
        {
            var shared = job.SharesBacking ? 1 : disk.Numbers.Length;
            return disk with
            {
                Chain = new ImageChain([.. job.Mirror, .. disk.Chain!.Layers.Skip(shared)]),
                Numbers = [.. job.MirrorNumbers, .. disk.Numbers.Skip(shared)],
            };
        }

        var top = disk.Numbers.IndexOf(job.Top);
        var below = job.Base == 0 ? disk.Numbers.Length : disk.Numbers.IndexOf(job.Base);
        var kept = job.Type == DomainBlockJobType.Pull ? top + 1 : top;
        return disk with
        {
            Chain = new ImageChain([.. disk.Chain!.Layers.Take(kept), .. disk.Chain.Layers.Skip(below)]),
            Numbers = [.. disk.Numbers.Take(kept), .. disk.Numbers.Skip(below)],
        };
    }

    private DomainConfig Moved(DomainConfig config) => _after?.Chain is not { } chain || ReferenceEquals(_before, _after)
        ? config
        : config with
        {
            Devices = config.Devices with
            {
                // The chain has changed: what the document said below the top image no longer holds.
                Disks = [.. config.Devices.Disks.Select(d => d.Target?.Dev == _job.Target ? d.WithTop(chain.Top) with { BackingStore = null } : d)],
            },
        };
}
