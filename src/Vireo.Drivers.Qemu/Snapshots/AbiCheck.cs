using Vireo.Config;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Whether a document can take the place of the one a snapshot has: the guest must see the same machine.</summary>
internal static class AbiCheck
{
    /// <summary>Compares them.</summary>
    /// <param name="source">The document that is there.</param>
    /// <param name="target">The one to take its place.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED: what differs.</exception>
    public static void Require(DomainConfig source, DomainConfig target)
    {
        Same("virt type", source.Type?.ToXmlName(), target.Type?.ToXmlName());
        Same("name", source.Name, target.Name, quoted: true);
        Same("max memory", source.Memory?.Size.Bytes / 1024, target.Memory?.Size.Bytes / 1024);
        Same("vCPU max", source.Vcpu?.Count, target.Vcpu?.Count);
        Same("architecture", source.Os.Type?.Arch, target.Os.Type?.Arch);
        Same("machine type", source.Os.Type?.Machine, target.Os.Type?.Machine);
        Same("disk count", source.Devices.Disks.Count, target.Devices.Disks.Count);
        foreach (var (one, other) in source.Devices.Disks.Zip(target.Devices.Disks))
        {
            Same("disk", one.Target?.Dev, other.Target?.Dev, kind: "");
            Same("disk bus", one.Target?.Bus?.ToXmlName(), other.Target?.Bus?.ToXmlName(), kind: "");
        }

        // The clock may be set anew.
        if (GuestHardware.Of(source with { Clock = target.Clock }) != GuestHardware.Of(target))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, "Target domain hardware does not match source");
        }
    }

    private static void Same<T>(string what, T source, T target, string kind = "domain ", bool quoted = false)
    {
        if (!EqualityComparer<T>.Default.Equals(source, target))
        {
            var quote = quoted ? "'" : "";
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, $"Target {kind}{what} {quote}{target}{quote} does not match source {quote}{source}{quote}");
        }
    }
}
