namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Which flags of the snapshot functions go together: libvirt's rules, checked before anything else is looked at.</summary>
internal static class SnapshotFlags
{
    private const DomainSnapshotCreateFlags KnownCreate =
        DomainSnapshotCreateFlags.Redefine | DomainSnapshotCreateFlags.Current | DomainSnapshotCreateFlags.NoMetadata | DomainSnapshotCreateFlags.Halt |
        DomainSnapshotCreateFlags.DiskOnly | DomainSnapshotCreateFlags.ReuseExt | DomainSnapshotCreateFlags.Quiesce | DomainSnapshotCreateFlags.Atomic |
        DomainSnapshotCreateFlags.Live | DomainSnapshotCreateFlags.Validate;

    private const DomainSnapshotRevertFlags KnownRevert =
        DomainSnapshotRevertFlags.Running | DomainSnapshotRevertFlags.Paused | DomainSnapshotRevertFlags.Stopped | DomainSnapshotRevertFlags.Force |
        DomainSnapshotRevertFlags.ResetNvram | DomainSnapshotRevertFlags.Respawn;

    private const DomainSnapshotDeleteFlags KnownDelete =
        DomainSnapshotDeleteFlags.Children | DomainSnapshotDeleteFlags.MetadataOnly | DomainSnapshotDeleteFlags.ChildrenOnly;

    /// <summary>Checks the flags of <c>virDomainSnapshotCreateXML</c>.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG.</exception>
    public static void CheckCreate(DomainSnapshotCreateFlags flags)
    {
        VireoException.CheckFlags((uint)flags, (uint)KnownCreate, ErrorDomain.Qemu, "qemuSnapshotCreateXML");
        Require(flags, DomainSnapshotCreateFlags.Quiesce, DomainSnapshotCreateFlags.DiskOnly, "VIR_DOMAIN_SNAPSHOT_CREATE_", "QUIESCE", "DISK_ONLY", ErrorDomain.Qemu);
        Require(flags, DomainSnapshotCreateFlags.Current, DomainSnapshotCreateFlags.Redefine, "VIR_DOMAIN_SNAPSHOT_CREATE_", "CURRENT", "REDEFINE", ErrorDomain.DomainSnapshot);
        Exclude(flags, DomainSnapshotCreateFlags.Redefine, DomainSnapshotCreateFlags.NoMetadata, "VIR_DOMAIN_SNAPSHOT_CREATE_", "REDEFINE", "NO_METADATA");
        Exclude(flags, DomainSnapshotCreateFlags.Redefine, DomainSnapshotCreateFlags.Halt, "VIR_DOMAIN_SNAPSHOT_CREATE_", "REDEFINE", "HALT");
    }

    /// <summary>Checks the flags of <c>virDomainRevertToSnapshot</c>.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG.</exception>
    public static void CheckRevert(DomainSnapshotRevertFlags flags)
    {
        VireoException.CheckFlags((uint)flags, (uint)KnownRevert, ErrorDomain.Qemu, "qemuSnapshotRevert");
        Exclude(flags, DomainSnapshotRevertFlags.Running, DomainSnapshotRevertFlags.Paused, "VIR_DOMAIN_SNAPSHOT_REVERT_", "RUNNING", "PAUSED");
        Exclude(flags, DomainSnapshotRevertFlags.Running, DomainSnapshotRevertFlags.Stopped, "VIR_DOMAIN_SNAPSHOT_REVERT_", "RUNNING", "STOPPED");
        Exclude(flags, DomainSnapshotRevertFlags.Paused, DomainSnapshotRevertFlags.Stopped, "VIR_DOMAIN_SNAPSHOT_REVERT_", "PAUSED", "STOPPED");
    }

    /// <summary>Checks the flags of <c>virDomainSnapshotDelete</c>.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG.</exception>
    public static void CheckDelete(DomainSnapshotDeleteFlags flags)
    {
        VireoException.CheckFlags((uint)flags, (uint)KnownDelete, ErrorDomain.Qemu, "qemuSnapshotDelete");
        Exclude(flags, DomainSnapshotDeleteFlags.Children, DomainSnapshotDeleteFlags.ChildrenOnly, "VIR_DOMAIN_SNAPSHOT_DELETE_", "CHILDREN", "CHILDREN_ONLY");
    }

    private static void Require<T>(T flags, T flag, T needed, string prefix, string flagName, string neededName, ErrorDomain domain)
        where T : struct, Enum
    {
        if (flags.HasFlag(flag) && !flags.HasFlag(needed))
        {
            throw VireoException.ConflictingFlags(domain, $"Flag '{prefix}{neededName}' is required by flag '{prefix}{flagName}'");
        }
    }

    private static void Exclude<T>(T flags, T one, T other, string prefix, string oneName, string otherName)
        where T : struct, Enum
    {
        if (flags.HasFlag(one) && flags.HasFlag(other))
        {
            throw VireoException.ConflictingFlags(ErrorDomain.DomainSnapshot, $"Flags '{prefix}{oneName}' and '{prefix}{otherName}' are mutually exclusive");
        }
    }
}
