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
    /// <param name="flags">The flags.</param>
    /// <param name="refusals">Told VIR_ERR_INVALID_ARG.</param>
    public static void CheckCreate(DomainSnapshotCreateFlags flags, Refusals refusals)
    {
        refusals.Check(() => VireoException.CheckFlags((uint)flags, (uint)KnownCreate, ErrorDomain.Qemu, "qemuSnapshotCreateXML"));
        Require(refusals, flags, DomainSnapshotCreateFlags.Quiesce, DomainSnapshotCreateFlags.DiskOnly, "VIR_DOMAIN_SNAPSHOT_CREATE_", "QUIESCE", "DISK_ONLY", ErrorDomain.Qemu);
        Require(refusals, flags, DomainSnapshotCreateFlags.Current, DomainSnapshotCreateFlags.Redefine, "VIR_DOMAIN_SNAPSHOT_CREATE_", "CURRENT", "REDEFINE", ErrorDomain.DomainSnapshot);
        Exclude(refusals, flags, DomainSnapshotCreateFlags.Live, DomainSnapshotCreateFlags.Redefine, "VIR_DOMAIN_SNAPSHOT_CREATE_", "LIVE", "REDEFINE");
        Exclude(refusals, flags, DomainSnapshotCreateFlags.Redefine, DomainSnapshotCreateFlags.NoMetadata, "VIR_DOMAIN_SNAPSHOT_CREATE_", "REDEFINE", "NO_METADATA");
        Exclude(refusals, flags, DomainSnapshotCreateFlags.Redefine, DomainSnapshotCreateFlags.Halt, "VIR_DOMAIN_SNAPSHOT_CREATE_", "REDEFINE", "HALT");
    }

    /// <summary>Checks the flags of <c>virDomainRevertToSnapshot</c>.</summary>
    /// <param name="flags">The flags.</param>
    /// <param name="refusals">Told VIR_ERR_INVALID_ARG.</param>
    public static void CheckRevert(DomainSnapshotRevertFlags flags, Refusals refusals)
    {
        refusals.Check(() => VireoException.CheckFlags((uint)flags, (uint)KnownRevert, ErrorDomain.Qemu, "qemuSnapshotRevert"));
        Exclude(refusals, flags, DomainSnapshotRevertFlags.Running, DomainSnapshotRevertFlags.Paused, "VIR_DOMAIN_SNAPSHOT_REVERT_", "RUNNING", "PAUSED");
        Exclude(refusals, flags, DomainSnapshotRevertFlags.Running, DomainSnapshotRevertFlags.Stopped, "VIR_DOMAIN_SNAPSHOT_REVERT_", "RUNNING", "STOPPED");
        Exclude(refusals, flags, DomainSnapshotRevertFlags.Paused, DomainSnapshotRevertFlags.Stopped, "VIR_DOMAIN_SNAPSHOT_REVERT_", "PAUSED", "STOPPED");
    }

    /// <summary>Checks the flags of <c>virDomainSnapshotDelete</c>.</summary>
    /// <param name="flags">The flags.</param>
    /// <param name="refusals">Told VIR_ERR_INVALID_ARG.</param>
    public static void CheckDelete(DomainSnapshotDeleteFlags flags, Refusals refusals)
    {
        refusals.Check(() => VireoException.CheckFlags((uint)flags, (uint)KnownDelete, ErrorDomain.Qemu, "qemuSnapshotDelete"));
        Exclude(refusals, flags, DomainSnapshotDeleteFlags.Children, DomainSnapshotDeleteFlags.ChildrenOnly, "VIR_DOMAIN_SNAPSHOT_DELETE_", "CHILDREN", "CHILDREN_ONLY");
    }

    private static void Require<T>(Refusals refusals, T flags, T flag, T needed, string prefix, string flagName, string neededName, ErrorDomain domain)
        where T : struct, Enum
    {
        if (flags.HasFlag(flag) && !flags.HasFlag(needed))
        {
            refusals.Add(VireoException.ConflictingFlags(domain, $"Flag '{prefix}{neededName}' is required by flag '{prefix}{flagName}'"));
        }
    }

    private static void Exclude<T>(Refusals refusals, T flags, T one, T other, string prefix, string oneName, string otherName)
        where T : struct, Enum
    {
        if (flags.HasFlag(one) && flags.HasFlag(other))
        {
            refusals.Add(VireoException.ConflictingFlags(ErrorDomain.DomainSnapshot, $"Flags '{prefix}{oneName}' and '{prefix}{otherName}' are mutually exclusive"));
        }
    }
}
