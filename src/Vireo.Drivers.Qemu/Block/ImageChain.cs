using System.Collections.Immutable;
using Vireo.Config;

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

    /// <summary>How it is encrypted by the document; null when it says nothing.</summary>
    public StorageEncryption? Encryption { get; init; }

    /// <summary>What a file that stands on the image calls its format: an encrypted one that is plain within is of a format of its own.</summary>
    public ImageFormat OuterFormat => Format == ImageFormat.Raw && Encryption is not null ? ImageFormat.Luks : Format;

    /// <summary>The part of the bytes that is the image; null for all of them.</summary>
    public StorageSlice? Slice { get; init; }

    /// <summary>Refuses an image that is a part of another file as what a new file shall stand upon: the new one's head could not name the part.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public void RequireWhole()
    {
        if (Slice is not null)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Storage, $"'{Location.Display}' is used in part alone (<slices>): no overlay can stand upon that yet");
        }
    }

    /// <summary>Whether it held dirty bitmaps when it was looked at.</summary>
    public bool HasBitmaps { get; init; }
}

/// <summary>A disk's images, from the one that is written to down to the oldest base.</summary>
/// <param name="Layers">Top first; never empty.</param>
internal sealed record ImageChain(ImmutableArray<ImageLayer> Layers)
{
    /// <summary>The image that is written to.</summary>
    public ImageLayer Top => Layers[0];

    /// <summary>Refuses one more overlay when there are as many images as there may be.</summary>
    /// <param name="target">The disk, for the message.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_UNSUPPORTED.</exception>
    public void RequireRoom(string target)
    {
        if (Layers.Length >= ChainReader.MaxDepth)
        {
            throw new VireoException(
                ErrorCode.OperationUnsupported,
                ErrorDomain.Storage,
                $"the backing chain of disk {target} has {Layers.Length} images, as many as it may; merge some of it (snapshot-delete, blockcommit, blockpull) first");
        }
    }

    /// <summary>Reads a chain from its top down.</summary>
    /// <param name="top">The disk's own image.</param>
    /// <param name="format">Its format by the domain's document; never guessed.</param>
    /// <exception cref="VireoException">
    /// VIR_ERR_OPERATION_INVALID: an image does not name its backing file's format; VIR_ERR_INTERNAL_ERROR: a loop or a broken header;
    /// VIR_ERR_SYSTEM_ERROR: an image is missing or unreadable; VIR_ERR_OPERATION_UNSUPPORTED: more than <see cref="ChainReader.MaxDepth"/> layers.
    /// </exception>
    public static ImageChain Read(ImageLocation top, ImageFormat format) => new ChainReader().Read(top, format);
}
