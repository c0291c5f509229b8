using System.Text;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Where a snapshot's internal parts lie, and whether new ones can be told from those that are there.</summary>
internal static class InternalTags
{
    /// <summary>The images that a snapshot has its internal parts in, by its own document.</summary>
    public static IReadOnlyList<TaggedImage> Of(QemuSnapshot snapshot) =>
    [
        .. from disk in snapshot.Config.Domain?.Devices.Disks ?? default
           where snapshot.Config.Disks.Any(d => d.Name == disk.Target?.Dev && d.Snapshot == SnapshotLocation.Internal)
           let path = disk.Location()?.LocalPath
           where path is not null
           select new TaggedImage(disk.Target!.Dev!, path, snapshot.Name),
    ];

    /// <summary>The disk whose image holds the guest's memory.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: an image lacks its part, or QEMU would take another for it.</exception>
    public static string Check(IReadOnlyList<TaggedImage> images, bool memory)
    {
        string? holder = null;
        foreach (var image in images)
        {
            var held = InternalSnapshot.Read(image.Path);
            var found = held.FirstOrDefault(s => s.Name == image.Tag)
                ?? throw VireoException.OperationFailed(ErrorDomain.Qemu, $"image '{image.Path}' of disk {image.Target} does not hold internal snapshot '{image.Tag}'");
            if (found.HasMemory)
            {
                holder ??= image.Target;
            }

            if (memory && held.FirstOrDefault(s => s.Id == image.Tag && s.Name != image.Tag) is { } other)
            {
                throw Confused(image, other.Name);
            }
        }

        return holder ?? (memory
            ? throw VireoException.OperationFailed(ErrorDomain.Qemu, $"no image holds the memory of internal snapshot '{images[0].Tag}'")
            : images[0].Target);
    }

    /// <summary>Refuses a new internal snapshot that could not be found again.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED, VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static void CheckNew(TaggedImage image, bool memory)
    {
        if (Encoding.UTF8.GetByteCount(image.Tag) > InternalSnapshot.LongestName)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"the name of an internal snapshot has {InternalSnapshot.LongestName} bytes at most");
        }

        var held = InternalSnapshot.Read(image.Path);
        if (held.Any(s => s.Name == image.Tag))
        {
            throw VireoException.OperationFailed(
                ErrorDomain.Qemu,
                $"image '{image.Path}' of disk {image.Target} holds an internal snapshot '{image.Tag}' already, which this domain knows nothing of; remove it with qemu-img snapshot -d, or choose another name");
        }

        // QEMU numbers them, and when it loads one it looks at the numbers before it looks at the names.
        var next = (held.Select(s => ulong.TryParse(s.Id, out var id) ? id : 0).DefaultIfEmpty().Max() + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (memory && held.FirstOrDefault(s => s.Id == image.Tag) is { } numbered)
        {
            throw Confused(image, numbered.Name);
        }

        if (held.FirstOrDefault(s => s.Name == next && s.HasMemory) is { } named)
        {
            throw Confused(image with { Tag = named.Name }, image.Tag);
        }
    }

    private static VireoException Confused(TaggedImage image, string other) => VireoException.ConfigUnsupported(
        ErrorDomain.Qemu,
        $"in image '{image.Path}' of disk {image.Target} QEMU would take the name of internal snapshot '{image.Tag}' for the number of '{other}'; choose another name, or delete one of the two");
}
