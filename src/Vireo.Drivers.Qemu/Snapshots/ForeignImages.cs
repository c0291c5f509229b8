using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>The images that other domains need: those they have open, those of their definitions and those of their snapshots, bases of the chains included.</summary>
internal static class ForeignImages
{
    /// <summary>Those that others than <paramref name="domain"/> need.</summary>
    public static IReadOnlyCollection<FileIdentity> Of(QemuDomain domain)
    {
        var images = new ImageForest();
        foreach (var other in domain.Hypervisor.Domains.All.Where(d => !ReferenceEquals(d, domain)))
        {
            foreach (var chain in other.Process?.Disks.Disks.Select(d => d.Chain).OfType<ImageChain>() ?? [])
            {
                images.Add(chain);
            }

            foreach (var disk in Documents(other).SelectMany(d => d.Devices.Disks))
            {
                TryAdd(images, disk);
            }
        }

        return [.. images.Images];
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
            // A domain whose images are missing uses none of ours.
        }
    }
}
