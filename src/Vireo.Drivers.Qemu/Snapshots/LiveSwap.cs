using System.Buffers;
using System.Text;
using System.Text.Json;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Host.Undo;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Puts overlays on the disks of a running hypervisor, all in one step. The hypervisor reads what it is to do while the files for it are still being made.</summary>
/// <param name="domain">The domain.</param>
/// <param name="overlays">The overlays.</param>
internal sealed class LiveSwap(ISnapshotDomain domain, IReadOnlyList<PlannedOverlay> overlays) : IDisposable
{
    private static readonly IReadOnlyDictionary<string, IReadOnlyList<QmpBitmap>> s_none = new Dictionary<string, IReadOnlyList<QmpBitmap>>(StringComparer.Ordinal);
    private HeldCommand? _add;
    private HeldCommand? _swap;

    /// <summary>Has the hypervisor read what opens the first overlay.</summary>
    /// <exception cref="VireoException">The monitor is gone.</exception>
    public void Announce() => _add = overlays.Count > 0 ? domain.Hold("blockdev-add", AddArguments(overlays[0])) : null;

    /// <summary>Opens every overlay beside the guest's disks. They stand on nothing yet and nobody uses them.</summary>
    /// <exception cref="VireoException">The hypervisor refused one; <paramref name="undo"/> closes the others.</exception>
    public async ValueTask AddNodesAsync(UndoStack undo, CancellationToken cancellationToken)
    {
        var disks = overlays.Aggregate(domain.Disks!, static (disks, overlay) => disks.With(disks.Find(overlay.Target)!.WithOverlay(overlay.Layer, overlay.Number)));
        await domain.ClaimAsync(disks, cancellationToken).ConfigureAwait(false);

        // All at once: the hypervisor answers in order, and the way there and back is waited for only once.
        var adds = overlays.Select(overlay => (overlay, Task: AddAsync(overlay, cancellationToken))).ToList();
        AnnounceSwap();
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
    public async ValueTask SwapAsync(CancellationToken cancellationToken)
    {
        if (_swap is { } held)
        {
            await held.ReleaseAsync(QmpMonitor.DefaultDeadline, cancellationToken).ConfigureAwait(false);
            return;
        }

        var bitmaps = MayHaveBitmaps ? await BitmapsAsync(cancellationToken).ConfigureAwait(false) : s_none;
        await domain.ExecuteAsync("transaction", Transaction(bitmaps), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _add?.Dispose();
        _swap?.Dispose();
    }

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

        return names.All(NodeNumbers.IsFormat) ? names : await BelowAsync(domain, cancellationToken).ConfigureAwait(false);
    }

    // Where something stands above a disk's images its device names that alone.
    private static async ValueTask<IReadOnlySet<string>> BelowAsync(ISnapshotDomain domain, CancellationToken cancellationToken)
    {
        var counted = await domain.ExecuteAsync("query-blockstats", null, cancellationToken).ConfigureAwait(false);
        return counted.EnumerateArray().Select(item => QmpBlockCounters.Read(item).Image.Node).OfType<string>().ToHashSet(StringComparer.Ordinal);
    }

    private async Task AddAsync(PlannedOverlay overlay, CancellationToken cancellationToken) => _ = _add is { } held && ReferenceEquals(overlay, overlays[0])
        ? await held.ReleaseAsync(QmpMonitor.DefaultDeadline, cancellationToken).ConfigureAwait(false)
        : await domain.ExecuteAsync("blockdev-add", AddArguments(overlay), cancellationToken).ConfigureAwait(false);

    private string AddArguments(PlannedOverlay overlay) =>
        BlockNodeJson.ForLayer(overlay.Layer, overlay.Number, null, domain.Disks!.Find(overlay.Target)!.Access with { ReadOnly = false });

    private void AnnounceSwap() => _swap = overlays.Count > 0 && !MayHaveBitmaps ? domain.Hold("transaction", Transaction(s_none)) : null;

    // The hypervisor's answer to which there are grows with every image, and the guest's disks wait while it is made.
    private bool MayHaveBitmaps => domain.HasCheckpoints || domain.Disks!.Disks.Any(d => d.Chain?.Layers.Any(l => l.HasBitmaps) == true);

    // Only an overlay that has them too goes on recording what the guest changes for the checkpoints.
    private async ValueTask<IReadOnlyDictionary<string, IReadOnlyList<QmpBitmap>>> BitmapsAsync(CancellationToken cancellationToken)
    {
        var nodes = await domain.ExecuteAsync("query-named-block-nodes", """{"flat":true}""", cancellationToken).ConfigureAwait(false);
        return nodes.EnumerateArray().Select(QmpBlockNode.Read).ToDictionary(n => n.Name, n => n.Bitmaps, StringComparer.Ordinal);
    }

    private string Transaction(IReadOnlyDictionary<string, IReadOnlyList<QmpBitmap>> bitmaps)
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
