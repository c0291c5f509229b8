using System.Collections.Immutable;

namespace Vireo.Drivers.Qemu.Block;

/// <summary>Reads backing chains; what several share is read once. Lives as long as one look at the images.</summary>
internal sealed class ChainReader
{
    /// <summary>More layers than this are refused: the document of a domain has an element within an element for each, and documents have bounds.</summary>
    public const int MaxDepth = 240;

    private readonly Dictionary<(ImageLocation Location, ImageFormat? Format), Link> _links = [];

    /// <summary>Reads a chain from its top down.</summary>
    /// <param name="top">The disk's own image.</param>
    /// <param name="format">Its format by the domain's document; never guessed.</param>
    /// <exception cref="VireoException">As <see cref="ImageChain.Read"/>.</exception>
    public ImageChain Read(ImageLocation top, ImageFormat format)
    {
        var layers = ImmutableArray.CreateBuilder<ImageLayer>();
        var seen = new HashSet<FileIdentity>();
        (ImageLocation Location, ImageFormat? Format, ImageLocation? By)? next = (top, format, null);
        while (next is { } image)
        {
            if (layers.Count >= MaxDepth)
            {
                throw new VireoException(
                    ErrorCode.OperationUnsupported,
                    ErrorDomain.Storage,
                    $"backing chain of '{top.Display}' is deeper than {MaxDepth} images; merge some of it (blockcommit, blockpull) first");
            }

            if (!_links.TryGetValue((image.Location, image.Format), out var link))
            {
                _links[(image.Location, image.Format)] = link = Open(image.Location, image.Format, image.By);
            }

            if (link.Layer.Identity is { } identity && !seen.Add(identity))
            {
                throw VireoException.Internal(ErrorDomain.Storage, $"backing store for {top.Display} is self-referential: '{link.Layer.Location.LocalPath}' comes twice");
            }

            layers.Add(link.Layer);
            next = link.Below is { } below ? (below.Location, below.Format, link.Layer.Location) : null;
        }

        return new ImageChain(layers.ToImmutable());
    }

    private static Link Open(ImageLocation location, ImageFormat? format, ImageLocation? by)
    {
        (location as FolderLocation)?.RequireThere();
        if (location.LocalPath is not { } path)
        {
            return new Link(new ImageLayer(location, format ?? throw NoFormat(location, by!)), null);
        }

        var probe = ImageProbe.Read(path, format);
        if (format is null && probe.Format != ImageFormat.Raw)
        {
            // Following a format that nobody vouched for would let a guest name any file of the host as its disk.
            throw NoFormat(location, by!);
        }

        var place = probe.Kind == FileKind.BlockDevice && location is FileLocation ? new BlockDeviceLocation(path) : location;
        var layer = new ImageLayer(place, probe.Format)
        {
            VirtualSize = probe.VirtualSize,
            Identity = probe.Identity,
            Encrypted = probe.Qcow2?.Encryption > 0 || probe.Format == ImageFormat.Luks,
            HasBitmaps = probe.Qcow2?.HasBitmaps == true,
        };
        if (probe.Qcow2?.BackingFile is not { } name)
        {
            return new Link(layer, null);
        }

        var below = BackingName.Resolve(name, place, out var named);
        return new Link(layer, (below, FormatOf(probe.Qcow2.BackingFormat ?? named, below, place)));
    }

    private static ImageFormat? FormatOf(string? name, ImageLocation image, ImageLocation by) => name is null
        ? null
        : ImageFormats.FromName(name)
            ?? throw VireoException.ConfigUnsupported(ErrorDomain.Storage, $"image '{by.Display}' says that its backing file '{image.Display}' has the unknown format '{name}'");

    private static VireoException NoFormat(ImageLocation image, ImageLocation by) => VireoException.OperationInvalid(
        ErrorDomain.Storage,
        $"format of backing image '{image.Display}' of image '{by.Display}' was not specified in the image metadata (See https://libvirt.org/kbase/backing_chains.html for troubleshooting)");

    private sealed record Link(ImageLayer Layer, (ImageLocation Location, ImageFormat? Format)? Below);
}
