using Vireo.Config;
using Vireo.Drivers.Qemu.Tuning;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Members of disks that say nothing of the kind that they stand with.</summary>
internal static class UnreadDiskMembers
{
    /// <inheritdoc cref="UnreadMembers.Drop"/>
    public static DiskConfig Drop(DiskConfig disk) => disk with
    {
        Source = disk.Source is { } source ? Source(disk.Type, source) : null,
        Geometry = disk.Geometry is { Cyls: > 0, Heads: > 0, Secs: > 0 } ? disk.Geometry : null,
        Blockio = disk.Blockio is { LogicalBlockSize: > 0 } or { PhysicalBlockSize: > 0 } or { DiscardGranularity: not null } ? disk.Blockio : null,
        PrivateData = null,
        Iotune = disk.Iotune is { } limits ? UnreadMembers.Some(DiskThrottle.WithoutZeros(limits)) : null,
    };

    /// <summary>A source without what is not of its type: where it lies is said by the members of that alone; what follows may be said of any.</summary>
    public static DiskSource Source(DiskType type, DiskSource source)
    {
        var file = type == DiskType.File;
        var network = type == DiskType.Network;
        var volume = type == DiskType.Volume;
        var nvme = type == DiskType.Nvme;
        var user = type == DiskType.VhostUser;
        return source with
        {
            Type = nvme || user ? source.Type : null,
            File = file ? source.File : null,
            Fdgroup = file ? source.Fdgroup : null,
            Dev = type == DiskType.Block ? source.Dev : null,
            Dir = type == DiskType.Dir ? source.Dir : null,
            Protocol = network ? source.Protocol : null,
            Name = network ? source.Name : null,
            Query = network && source.Protocol is DiskProtocol.Http or DiskProtocol.Https ? source.Query : null,
            Tls = network ? source.Tls : null,
            TlsHostname = network ? source.TlsHostname : null,
            Pool = volume ? source.Pool : null,
            Volume = volume ? source.Volume : null,
            Mode = volume ? source.Mode : null,
            Managed = nvme ? source.Managed : null,
            Namespace = nvme ? source.Namespace : null,
            Path = user ? source.Path : null,
            Hosts = network ? source.Hosts : [],
            Identity = network && source.Protocol == DiskProtocol.Nfs ? source.Identity : null,
            Snapshot = network ? source.Snapshot : null,
            ConfigFile = network ? source.ConfigFile : null,
            Initiator = network ? source.Initiator : null,
            Address = nvme ? source.Address : null,
            Ssl = network && source.Protocol is DiskProtocol.Https or DiskProtocol.Ftps ? source.Ssl : null,
            Cookies = network && source.Protocol is DiskProtocol.Http or DiskProtocol.Https ? source.Cookies : [],
            Readahead = network && Curl(source.Protocol) ? source.Readahead : null,
            Timeout = network && Curl(source.Protocol) ? source.Timeout : null,
            Reconnect = user || (network && source.Protocol == DiskProtocol.Nbd) ? source.Reconnect : null,
            Slices = source.Slices is { } slices ? UnreadMembers.Some(slices with { Slices = slices.Slices.Where(s => s.Type == "storage").ToConfigList() }) : null,
            PrivateData = null,
        };
    }

    private static bool Curl(DiskProtocol? protocol) => protocol is DiskProtocol.Http or DiskProtocol.Https or DiskProtocol.Ftp or DiskProtocol.Ftps;
}
