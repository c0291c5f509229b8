using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.BlockJobs;

/// <summary>How an image is called from the one above it when their chain is kept relative.</summary>
internal static class RelativeName
{
    /// <summary>The relative path from the image at <paramref name="upper"/> to the one at <paramref name="lower"/>.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: one of them is no file, or a link between them is not relative.</exception>
    public static string Between(ImageChain chain, int upper, int lower)
    {
        for (var i = upper; i < lower; i++)
        {
            var path = chain.Layers[i].Location.LocalPath ?? throw Unsupported(chain.Layers[i]);
            if (ImageProbe.Read(path, chain.Layers[i].Format).Qcow2?.BackingFile is not { } name || name.StartsWith('/') || name.Contains(':', StringComparison.Ordinal))
            {
                throw Unsupported(chain.Layers[i]);
            }
        }

        var from = Path.GetDirectoryName(chain.Layers[upper].Location.LocalPath!)!;
        return Path.GetRelativePath(from, chain.Layers[lower].Location.LocalPath ?? throw Unsupported(chain.Layers[lower]));
    }

    private static VireoException Unsupported(ImageLayer layer) => VireoException.ConfigUnsupported(
        ErrorDomain.Qemu,
        $"can't keep relative backing relationship: image '{layer.Location.Display}' does not name its backing file relatively");
}
