using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>How large the disk in an image is, whoever can tell: the image itself, the hypervisor that has it open, or qemu-img.</summary>
/// <param name="domain">The domain that may have it open.</param>
internal sealed class ImageSizes(ISnapshotDomain domain)
{
    /// <summary>The size in bytes.</summary>
    /// <param name="target">The disk.</param>
    /// <param name="image">The image.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR, VIR_ERR_OPERATION_FAILED: it cannot be read.</exception>
    public async ValueTask<long> OfAsync(string target, ImageLayer image, CancellationToken cancellationToken)
    {
        if (image.Slice?.Size is { } part)
        {
            return (long)part;
        }

        if (image is { OuterFormat: ImageFormat.Luks, Location.LocalPath: { } encrypted } && LuksHeader.PayloadSize(encrypted) is { } within)
        {
            return within;
        }

        if (image.Location.LocalPath is { } path && ImageProbe.Read(path, image.Format).VirtualSize is { } known)
        {
            return known;
        }

        // A server may let in one client alone: whoever is connected is asked first.
        if (domain.Disks?.Find(target) is { Chain: { } chain } disk && chain.Layers.Select(l => l.Location).ToList().IndexOf(image.Location) is >= 0 and var at)
        {
            var node = NodeNumbers.Format(disk.Numbers[at]);
            var nodes = await domain.ExecuteAsync("query-named-block-nodes", """{"flat":true}""", cancellationToken).ConfigureAwait(false);
            return nodes.EnumerateArray().Select(QmpBlockNode.Read).First(n => n.Name == node).VirtualSize;
        }

        return await ImageTool.SizeAsync(image, cancellationToken).ConfigureAwait(false);
    }
}
