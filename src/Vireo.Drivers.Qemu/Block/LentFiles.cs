using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Block;

/// <summary>The files, lent by clients, that a run of a domain takes for its images. The hypervisor knows those of an image by the image's number.</summary>
internal sealed class LentFiles : IDisposable
{
    private readonly Dictionary<int, IReadOnlyList<SafeFileHandle>> _files = [];

    private LentFiles()
    {
    }

    /// <summary>None.</summary>
    public static LentFiles None => new();

    /// <summary>The files by the numbers of the images.</summary>
    public IReadOnlyDictionary<int, IReadOnlyList<SafeFileHandle>> All => _files;

    /// <summary>The name by which the hypervisor opens an image's files.</summary>
    public static string PathOf(int number) => string.Create(CultureInfo.InvariantCulture, $"/dev/fdset/{number}");

    /// <summary>The numbers of a disk's images that are lent.</summary>
    public static IReadOnlyList<int> NumbersOf(LiveDisk disk) =>
        [.. (disk.Chain?.Layers ?? []).Select((layer, i) => (layer, i)).Where(at => at.layer.Location is LentLocation).Select(at => disk.Numbers[at.i])];

    /// <summary>Refuses what cannot be done with files that are lent.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_UNSUPPORTED.</exception>
    public static void Refuse(ImageChain? chain, string why)
    {
        if (chain?.Layers.FirstOrDefault(layer => layer.Location is LentLocation) is { Location: LentLocation lent })
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, $"image '{lent.Path}' is made of the file descriptors of group '{lent.Group}' and {why}");
        }
    }

    /// <summary>Takes those that disks need.</summary>
    /// <param name="groups">What is lent.</param>
    /// <param name="domain">The domain.</param>
    /// <param name="disks">Its disks.</param>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: a group is not lent; VIR_ERR_CONFIG_UNSUPPORTED: an image stands on another that the document does not name.</exception>
    public static LentFiles For(DescriptorGroups groups, Guid domain, IEnumerable<LiveDisk> disks)
    {
        var taken = new LentFiles();
        try
        {
            foreach (var disk in disks)
            {
                var layers = disk.Chain?.Layers ?? [];
                for (var i = 0; i < layers.Length; i++)
                {
                    if (layers[i].Location is LentLocation lent)
                    {
                        var files = groups.Take(domain, lent.Group);
                        taken._files[disk.Numbers[i]] = files;
                        Check(lent, layers[i].Format, files[0], isLast: i == layers.Length - 1);
                    }
                }
            }
        }
        catch
        {
            taken.Dispose();
            throw;
        }

        return taken;
    }

    /// <summary>Has a process inherit them; the numbers under which it does, by the numbers of the images.</summary>
    public IReadOnlyDictionary<int, IReadOnlyList<int>> Inherit(InheritedFds inherited) =>
        _files.ToDictionary(entry => entry.Key, IReadOnlyList<int> (entry) => [.. entry.Value.Select(inherited.Add)]);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files.Values.SelectMany(files => files))
        {
            file.Dispose();
        }
    }

    // QEMU opens what the document names and nothing else, so an image without what it stands on would be read as if that were empty.
    private static void Check(LentLocation lent, ImageFormat format, SafeFileHandle file, bool isLast)
    {
        var probe = ImageProbe.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.DangerousGetHandle()}"), format);
        if (isLast && probe.Qcow2?.BackingFile is { } below)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"image '{lent.Path}', made of the file descriptors of group '{lent.Group}', stands on '{below}', which a <backingStore> has to name");
        }
    }
}
