using System.Globalization;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.BlockJobs;

/// <summary>Finds an image within a disk's chain by what users call it: its path, or <c>vda[3]</c> with the index from the live document.</summary>
internal static class ChainLookup
{
    /// <summary>The place of an image in the chain, 0 for the top one.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="name">Path or target with index.</param>
    /// <param name="above">The image must lie below this place; -1 for anywhere.</param>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: there is no such image.</exception>
    public static int Find(LiveDisk disk, string name, int above = -1)
    {
        var layers = disk.Chain!.Layers;
        if (Index(disk, name) is { } index)
        {
            var place = disk.Numbers.IndexOf(index);
            return place > above ? place : throw Invalid($"could not find backing store index '{index}' in chain for '{disk.Target}'");
        }

        for (var i = above + 1; i < layers.Length; i++)
        {
            if (layers[i].Location.Display == name)
            {
                return i;
            }
        }

        throw Invalid(above < 0
            ? $"could not find image '{name}' in chain for '{disk.Target}'"
            : $"could not find image '{name}' beneath '{layers[above].Location.Display}' in chain for '{disk.Target}'");
    }

    private static int? Index(LiveDisk disk, string name) =>
        name.StartsWith(disk.Target + "[", StringComparison.Ordinal) && name.EndsWith(']')
        && int.TryParse(name.AsSpan(disk.Target.Length + 1, name.Length - disk.Target.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : null;

    private static VireoException Invalid(string detail) => VireoException.InvalidArgument(ErrorDomain.Storage, detail);
}
