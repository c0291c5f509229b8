using System.Text.Json;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Host.Faults;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Removes internal snapshots from images that a running domain has open. Its guest goes on meanwhile.</summary>
/// <param name="domain">The domain, within its modifying job.</param>
internal sealed class LiveTagRemoval(ISnapshotDomain domain)
{
    /// <summary>Removes one.</summary>
    /// <returns>False when the domain does not have its image open.</returns>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: what the hypervisor says.</exception>
    public async ValueTask<bool> TryRunAsync(TaggedImage image, CancellationToken cancellationToken)
    {
        foreach (var disk in domain.Disks?.Disks ?? [])
        {
            for (var layer = 0; layer < disk.Chain?.Layers.Length; layer++)
            {
                if (disk.Chain.Layers[layer].Location.LocalPath == image.Path)
                {
                    await (layer == 0 ? RemoveAsync(disk, image.Tag, cancellationToken) : RemoveBelowAsync(disk, layer, image.Tag)).ConfigureAwait(false);
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Ends what an earlier daemon has begun: images that overlays stand on are only read again.</summary>
    /// <exception cref="VireoException">What the hypervisor says.</exception>
    public async ValueTask SettleAsync()
    {
        var nodes = await domain.ExecuteAsync("query-named-block-nodes", """{"flat":true}""", CancellationToken.None).ConfigureAwait(false);
        var written = nodes.EnumerateArray().Select(QmpBlockNode.Read).Where(n => !n.ReadOnly).Select(n => n.Name).ToHashSet(StringComparer.Ordinal);

        // A job that merges writes to them, too.
        foreach (var disk in domain.Disks!.Disks.Where(d => !domain.Disks.Jobs.Any(j => j.Target == d.Target)))
        {
            for (var layer = 1; layer < disk.Chain?.Layers.Length; layer++)
            {
                if (written.Contains(NodeNumbers.Format(disk.Numbers[layer])))
                {
                    await StateJob.OutcomeAsync(domain, JobOn(disk, layer), CancellationToken.None).ConfigureAwait(false);
                    await ReopenAsync(disk, layer, readOnly: true).ConfigureAwait(false);
                }
            }
        }
    }

    private async Task RemoveAsync(LiveDisk disk, string tag, CancellationToken cancellationToken)
    {
        await domain.ExecuteAsync(
            "blockdev-snapshot-delete-internal-sync",
            $$"""{"device":"{{NodeNumbers.Format(disk.Numbers[0])}}","name":"{{JsonEncodedText.Encode(tag)}}"}""",
            cancellationToken).ConfigureAwait(false);

        // Opened anew as it is, the image's tables are written: a crash leaks no cluster that has come free.
        await ReopenAsync(disk, 0, disk.Access.ReadOnly).ConfigureAwait(false);
    }

    // The command above wants a node that nothing stands on; the job takes any that is written to.
    private async Task RemoveBelowAsync(LiveDisk disk, int layer, string tag)
    {
        var job = JobOn(disk, layer);
        await ReopenAsync(disk, layer, readOnly: false).ConfigureAwait(false);
        try
        {
            FaultPoint.Hit(FaultPoints.DeleteImageOpened);
            await domain.RunJobAsync(new StateJob(StateJobKind.Delete, job, tag, disk.Target, [disk.Target]) { Layer = layer }).ConfigureAwait(false);
            await StateJob.DismissAsync(domain, job).ConfigureAwait(false);
        }
        finally
        {
            await ReopenAsync(disk, layer, readOnly: true).ConfigureAwait(false);
        }
    }

    private static string JobOn(LiveDisk disk, int layer) => "snapshot-delete-" + NodeNumbers.Format(disk.Numbers[layer]);

    private async Task ReopenAsync(LiveDisk disk, int layer, bool readOnly)
    {
        var access = disk.Access with { ReadOnly = readOnly, DetectZeroes = layer == 0 ? disk.Access.DetectZeroes : null };
        int? below = layer + 1 < disk.Numbers.Length ? disk.Numbers[layer + 1] : null;
        var node = BlockNodeJson.ForReopen(disk.Chain!.Layers[layer], disk.Numbers[layer], below, access);
        await domain.ExecuteAsync("blockdev-reopen", $$"""{"options":[{{node}}]}""", CancellationToken.None).ConfigureAwait(false);
    }
}
