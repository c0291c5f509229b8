using System.Collections.Immutable;

namespace Vireo.Drivers.Qemu.Block;

/// <summary>One image of a backing chain.</summary>
/// <param name="Location">Where its bytes lie.</param>
/// <param name="Format">How they are to be read.</param>
internal sealed record ImageLayer(ImageLocation Location, ImageFormat Format)
{
    /// <summary>Size of the disk in bytes; null when only QEMU can tell.</summary>
    public long? VirtualSize { get; init; }

    /// <summary>Which file it is; null for what lies elsewhere.</summary>
    public FileIdentity? Identity { get; init; }

    /// <summary>Whether the image is encrypted.</summary>
    public bool Encrypted { get; init; }
}

/// <summary>A disk's images, from the one that is written to down to the oldest base.</summary>
/// <param name="Layers">Top first; never empty.</param>
internal sealed record ImageChain(ImmutableArray<ImageLayer> Layers)
{
    /// <summary>More layers than this are refused, as libvirt does.</summary>
    public const int MaxDepth = 200;

    /// <summary>The image that is written to.</summary>
    public ImageLayer Top => Layers[0];

    /// <summary>Reads a chain from its top down.</summary>
    /// <param name="top">The disk's own image.</param>
    /// <param name="format">Its format by the domain's document; never guessed.</param>
    /// <exception cref="VireoException">
    /// VIR_ERR_OPERATION_INVALID: an image does not name its backing file's format; VIR_ERR_INTERNAL_ERROR: a loop or a broken header;
    /// VIR_ERR_SYSTEM_ERROR: an image is missing or unreadable; VIR_ERR_OPERATION_UNSUPPORTED: more than <see cref="MaxDepth"/> layers.
    /// </exception>
    public static ImageChain Read(ImageLocation top, ImageFormat format)
    {
        var layers = ImmutableArray.CreateBuilder<ImageLayer>();
        var seen = new HashSet<FileIdentity>();
        var next = (Location: top, Format: (ImageFormat?)format, By: (ImageLocation?)null);
        while (true)
        {
            if (layers.Count >= MaxDepth)
            {
                throw new VireoException(
                    ErrorCode.OperationUnsupported,
                    ErrorDomain.Storage,
                    $"backing chain of '{top.Display}' is deeper than {MaxDepth} images; merge some of it (blockcommit, blockpull) first");
            }

            if (next.Location.LocalPath is not { } path)
            {
                layers.Add(new ImageLayer(next.Location, next.Format ?? throw NoFormat(next.Location, next.By!)));
                break;
            }

            var probe = ImageProbe.Read(path, next.Format);
            if (!seen.Add(probe.Identity))
            {
                throw VireoException.Internal(ErrorDomain.Storage, $"backing store for {top.Display} is self-referential: '{path}' comes twice");
            }

            if (next.Format is null && probe.Format != ImageFormat.Raw)
            {
                // Following a format that nobody vouched for would let a guest name any file of the host as its disk.
                throw NoFormat(next.Location, next.By!);
            }

            var location = probe.Kind == FileKind.BlockDevice && next.Location is FileLocation ? new BlockDeviceLocation(path) : next.Location;
            layers.Add(new ImageLayer(location, probe.Format)
            {
                VirtualSize = probe.VirtualSize,
                Identity = probe.Identity,
                Encrypted = probe.Qcow2?.Encryption > 0 || probe.Format == ImageFormat.Luks,
            });
            if (probe.Qcow2?.BackingFile is not { } name)
            {
                break;
            }

            var below = BackingName.Resolve(name, location, out var named);
            next = (below, FormatOf(probe.Qcow2.BackingFormat ?? named, below, location), location);
        }

        return new ImageChain(layers.ToImmutable());
    }

    private static ImageFormat? FormatOf(string? name, ImageLocation image, ImageLocation by) => name is null
        ? null
        : ImageFormats.FromName(name)
            ?? throw VireoException.ConfigUnsupported(ErrorDomain.Storage, $"image '{by.Display}' says that its backing file '{image.Display}' has the unknown format '{name}'");

    private static VireoException NoFormat(ImageLocation image, ImageLocation by) => VireoException.OperationInvalid(
        ErrorDomain.Storage,
        $"format of backing image '{image.Display}' of image '{by.Display}' was not specified in the image metadata (See https://libvirt.org/kbase/backing_chains.html for troubleshooting)");
}
