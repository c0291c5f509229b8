using System.Buffers;
using System.Text;
using System.Text.Json;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Host.Undo;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Puts overlays on the disks of a running hypervisor, all in one step.</summary>
internal static class LiveSwap
{
    /// <summary>Opens every overlay beside the guest's disks. They stand on nothing yet and nobody uses them.</summary>
    /// <exception cref="VireoException">The hypervisor refused one; <paramref name="undo"/> closes the others.</exception>
    public static async ValueTask AddNodesAsync(
        ISnapshotDomain domain,
        IReadOnlyList<PlannedOverlay> overlays,
        UndoStack undo,
        CancellationToken cancellationToken)
    {
        // All at once: the hypervisor answers in order, and the way there and back is waited for only once.
        var adds = overlays.Select(overlay => (overlay, Task: AddAsync(domain, overlay, cancellationToken))).ToList();
        Exception? failure = null;
        foreach (var (overlay, task) in adds)
        {
            try
            {
                await task.ConfigureAwait(false);
                undo.Push($"close node of '{overlay.Layer.Location.Display}'", () => DeleteNodeAsync(domain, overlay.Number));
            }
            catch (Exception e)
            {
                failure ??= e;
            }
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    /// <summary>The swap: after it the guest writes to the overlays, all of them or none.</summary>
    /// <exception cref="VireoException">The hypervisor refused; nothing has changed.</exception>
    public static async ValueTask SwapAsync(ISnapshotDomain domain, IReadOnlyList<PlannedOverlay> overlays, CancellationToken cancellationToken) =>
        await domain.ExecuteAsync("transaction", Transaction(domain, overlays, await BitmapsAsync(domain, cancellationToken).ConfigureAwait(false)), cancellationToken)
            .ConfigureAwait(false);

    /// <summary>Closes a node that nobody uses.</summary>
    public static async ValueTask DeleteNodeAsync(ISnapshotDomain domain, int number) =>
        await domain.ExecuteAsync("blockdev-del", $$"""{"node-name":"{{NodeNumbers.Format(number)}}"}""", CancellationToken.None).ConfigureAwait(false);

    /// <summary>The names of the nodes that the guest's devices use directly.</summary>
    public static async ValueTask<IReadOnlySet<string>> TopNodesAsync(ISnapshotDomain domain, CancellationToken cancellationToken)
    {
        var blocks = await domain.ExecuteAsync("query-block", null, cancellationToken).ConfigureAwait(false);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var block in blocks.EnumerateArray())
        {
            if (block.TryGetProperty("inserted", out var inserted) && inserted.TryGetProperty("node-name", out var name))
            {
                names.Add(name.GetString()!);
            }
        }

        return names;
    }

    private static async Task AddAsync(ISnapshotDomain domain, PlannedOverlay overlay, CancellationToken cancellationToken)
    {
        var access = domain.Disks!.Find(overlay.Target)!.Access with { ReadOnly = false };
        await domain.ExecuteAsync("blockdev-add", BlockNodeJson.ForLayer(overlay.Layer, overlay.Number, null, access), cancellationToken).ConfigureAwait(false);
    }

    // Only an overlay that has them too goes on recording what the guest changes for the checkpoints.
    private static async ValueTask<IReadOnlyDictionary<string, IReadOnlyList<QmpBitmap>>> BitmapsAsync(ISnapshotDomain domain, CancellationToken cancellationToken)
    {
        if (!domain.HasCheckpoints && !domain.Disks!.Disks.Any(d => d.Chain?.Layers.Any(l => l.HasBitmaps) == true))
        {
            // The hypervisor's answer grows with every image, and the guest's disks wait while it is made.
            return new Dictionary<string, IReadOnlyList<QmpBitmap>>(StringComparer.Ordinal);
        }

        var nodes = await domain.ExecuteAsync("query-named-block-nodes", """{"flat":true}""", cancellationToken).ConfigureAwait(false);
        return nodes.EnumerateArray().Select(QmpBlockNode.Read).ToDictionary(n => n.Name, n => n.Bitmaps, StringComparer.Ordinal);
    }

    private static string Transaction(ISnapshotDomain domain, IReadOnlyList<PlannedOverlay> overlays, IReadOnlyDictionary<string, IReadOnlyList<QmpBitmap>> bitmaps)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("actions"u8);
            foreach (var overlay in overlays)
            {
                var node = NodeNumbers.Format(domain.Disks!.Find(overlay.Target)!.Numbers[0]);
                var carried = new BlockTransaction();
                foreach (var bitmap in (bitmaps.GetValueOrDefault(node) ?? []).Where(b => b is { Persistent: true, Recording: true, Inconsistent: false }))
                {
                    carried.AddBitmap(NodeNumbers.Format(overlay.Number), bitmap.Name, persistent: true, bitmap.Granularity);
                }

                carried.WriteTo(json);
                json.WriteStartObject();
                json.WriteString("type"u8, "blockdev-snapshot"u8);
                json.WriteStartObject("data"u8);
                json.WriteString("node"u8, node);
                json.WriteString("overlay"u8, NodeNumbers.Format(overlay.Number));
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
