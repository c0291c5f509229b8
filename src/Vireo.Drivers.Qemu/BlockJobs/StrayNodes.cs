using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.BlockJobs;

/// <summary>Block nodes that a daemon opened, or was about to close, when it died. An image that stays open that way could not be written by a later job.</summary>
internal static class StrayNodes
{
    /// <summary>Closes the nodes of ours that the live state knows nothing of. What the guest, a job or another node uses stays: the hypervisor refuses to close it.</summary>
    /// <param name="process">The process, just taken up.</param>
    public static async Task CloseAsync(QemuProcess process)
    {
        var disks = process.Disks;
        var known = disks.Disks.SelectMany(d => d.Numbers)
            .Concat(disks.Jobs.SelectMany(j => j.MirrorNumbers))
            .Concat(disks.Backup?.Disks.Select(d => (int)(d.Index ?? 0)) ?? [])
            .Select(NodeNumbers.Format).ToHashSet(StringComparer.Ordinal);

        // Closing one may free another below it.
        bool closed;
        do
        {
            closed = false;
            var nodes = await process.Monitor.ExecuteAsync(Qmp.QueryNamedBlockNodes, CancellationToken.None).ConfigureAwait(false);
            foreach (var node in nodes.Select(n => n.Name).Where(n => NodeNumbers.IsFormat(n) && !known.Contains(n)))
            {
                closed |= await TryCloseAsync(process.Monitor, node).ConfigureAwait(false);
            }
        }
        while (closed);
    }

    private static async Task<bool> TryCloseAsync(QmpMonitor monitor, string node)
    {
        try
        {
            await monitor.ExecuteAsync(Qmp.BlockdevDel(node), CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (VireoException e) when (e.InnerException is QmpErrorException)
        {
            return false;
        }
    }
}
