namespace Vireo.Config;

/// <summary>What a kind of pool has and needs; facts of libvirt's pool types.</summary>
/// <param name="Hosts">Its source names servers.</param>
/// <param name="Devices">Its source names devices.</param>
/// <param name="NeedsDevice">It cannot do without one.</param>
/// <param name="Dir">Its source names a directory.</param>
/// <param name="Name">Its source has a name, which stands for the pool's own and the other way about.</param>
/// <param name="Initiator">Its source names an initiator.</param>
/// <param name="Target">The host sees it below a path.</param>
/// <param name="Formats">What its source may hold, the usual one first.</param>
/// <param name="VolumeFormats">What its volumes may hold, the usual one first.</param>
internal sealed record StoragePoolKind(
    bool Hosts = false,
    bool Devices = false,
    bool NeedsDevice = false,
    bool Dir = false,
    bool Name = false,
    bool Initiator = false,
    bool Target = true,
    string[]? Formats = null,
    string[]? VolumeFormats = null)
{
    private static readonly string[] s_images =
        ["raw", "none", "dir", "bochs", "cloop", "dmg", "iso", "vpc", "vdi", "fat", "vhd", "ploop", "cow", "qcow", "qcow2", "qed", "vmdk", "luks"];

    private static readonly string[] s_partitions =
        ["none", "linux", "fat16", "fat32", "linux-swap", "linux-lvm", "linux-raid", "extended"];

    private static readonly string[] s_fileSystems =
        ["auto", "ext2", "ext3", "ext4", "ufs", "iso9660", "udf", "gfs", "gfs2", "vfat", "hfs+", "xfs", "ocfs2", "vmfs"];

    private static readonly string[] s_tables = ["unknown", "dos", "dvh", "gpt", "mac", "bsd", "pc98", "sun", "lvm2"];

    public static StoragePoolKind Of(StoragePoolType type) => type switch
    {
        StoragePoolType.Dir => new(VolumeFormats: s_images),
        StoragePoolType.Fs => new(Devices: true, NeedsDevice: true, Formats: s_fileSystems, VolumeFormats: s_images),
        StoragePoolType.Netfs => new(Hosts: true, Dir: true, Formats: ["auto", "nfs", "glusterfs", "cifs"], VolumeFormats: s_images),
        StoragePoolType.Logical => new(Devices: true, Name: true, Formats: ["lvm2", "unknown"]),
        StoragePoolType.Disk => new(Devices: true, NeedsDevice: true, Formats: s_tables, VolumeFormats: s_partitions),
        StoragePoolType.Iscsi => new(Hosts: true, Devices: true, Initiator: true),
        StoragePoolType.IscsiDirect => new(Hosts: true, Devices: true, NeedsDevice: true, Initiator: true, Target: false),
        StoragePoolType.Rbd => new(Hosts: true, Name: true, Target: false, VolumeFormats: s_images),
        StoragePoolType.Sheepdog => new(Hosts: true, Name: true, Target: false, VolumeFormats: ["unknown", .. s_images]),
        StoragePoolType.Gluster => new(Hosts: true, Dir: true, Name: true, Target: false, VolumeFormats: s_images),
        StoragePoolType.Zfs => new(Devices: true, Name: true),
        StoragePoolType.Vstorage => new(Name: true, VolumeFormats: s_images),
        _ => new(),
    };
}
