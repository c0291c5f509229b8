using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>The images that domains need: those they have open, those of their definitions and those of their snapshots, bases of the chains included.</summary>
internal static class DomainImages
{
    /// <summary>Those that others than <paramref name="domain"/> need.</summary>
    public static IReadOnlyCollection<FileIdentity> OfOthers(QemuDomain domain)
    {
        var images = new ImageForest();
        foreach (var other in domain.Hypervisor.Domains.All.Where(d => !ReferenceEquals(d, domain)))
        {
            Add(images, other);
        }

        return [.. images.Images];
    }

    /// <summary>Bytes that the images of a domain take on the file systems of this host, and the memory that its snapshots hold in files.</summary>
    public static long Usage(QemuDomain domain)
    {
        var images = new ImageForest();
        Add(images, domain);
        var memory = domain.Snapshots.Tree.All.Select(s => s.MemoryFile).OfType<string>();
        return images.Images.Select(i => images.Layer(i).Location.LocalPath!).Concat(memory).Distinct().Sum(path => FileStatus.TryOf(path)?.Allocated ?? 0);
    }

    private static void Add(ImageForest images, QemuDomain domain)
    {
        foreach (var chain in domain.Process?.Disks.Disks.Select(d => d.Chain).OfType<ImageChain>() ?? [])
        {
            images.Add(chain);
        }

        foreach (var disk in Documents(domain).SelectMany(d => d.Devices.Disks))
        {
            TryAdd(images, disk);
        }
    }

    private static IEnumerable<DomainConfig> Documents(QemuDomain domain) =>
        domain.Snapshots.Tree.All.SelectMany(s => new[] { s.Config.Domain, s.Config.InactiveDomain }).Append(domain.View.Persistent).OfType<DomainConfig>();

    private static void TryAdd(ImageForest images, DiskConfig disk)
    {
        try
        {
            if (disk.BackingStore is not null && disk.Chain() is { } told)
            {
                images.Add(told);
            }
            else if (disk.Location() is { } location)
            {
                images.Add(location, disk.Format());
            }
        }
        catch (VireoException)
        {
            // A domain whose images are missing uses none of anybody's.
        }
    }
}
