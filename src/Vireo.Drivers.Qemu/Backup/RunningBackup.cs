using Vireo.Config;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Backup;

/// <summary>A backup under way. Kept in the live state, so that a new daemon takes it up.</summary>
/// <param name="Config">The complete document; a disk that is backed up has the state of its job, and the number of its target.</param>
/// <param name="Started">When it began, in milliseconds since 1970.</param>
/// <param name="Reuse">The targets were there before, and stay.</param>
internal sealed record RunningBackup(DomainBackupConfig Config, long Started, bool Reuse)
{
    /// <summary>The state of a job that goes on.</summary>
    public const string Running = "running";

    /// <summary>The state of a job that is whole.</summary>
    public const string Complete = "complete";

    /// <summary>The state of a job that is being given up.</summary>
    public const string Cancelling = "cancelling";

    /// <summary>The state of a job that was given up.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>The state of a job that failed.</summary>
    public const string Failed = "failed";

    /// <summary>Whether a client pulls it.</summary>
    public bool IsPull => Config.Mode == BackupMode.Pull;

    /// <summary>The object of the server's TLS credentials; null for no TLS.</summary>
    public string? Credentials => Config.Server?.Tls == true ? "backup-tls" : null;

    /// <summary>The disks that are backed up.</summary>
    public IEnumerable<BackupDisk> Disks => Config.Disks.Where(d => d.Backup == true);

    /// <summary>The document as users see it.</summary>
    public DomainBackupConfig Visible => Config with { Disks = [.. Config.Disks.Select(d => d with { State = null })] };

    /// <summary>A disk's part of it; null when it is not backed up.</summary>
    public BackupDisk? DiskOf(string target) => Disks.FirstOrDefault(d => d.Name == target);

    /// <summary>Whether the disk's job has not ended.</summary>
    public static bool IsActive(BackupDisk disk) => disk.State is Running or Cancelling;

    /// <summary>The id of a disk's job.</summary>
    public static string JobOf(BackupDisk disk) => "backup-" + disk.Name;

    /// <summary>The node of a disk's target.</summary>
    public static string NodeOf(BackupDisk disk) => NodeNumbers.Format((int)disk.Index!.Value);

    /// <summary>The temporary bitmap of what is to be backed up; null for all of it.</summary>
    public static string? BitmapOf(BackupDisk disk) => disk.Mode == BackupDiskMode.Incremental ? disk.ExportBitmap ?? "backup-" + disk.Name : null;

    /// <summary>The file of a disk's target.</summary>
    public static string? PathOf(BackupDisk disk) => (disk.Target ?? disk.Scratch)?.File;

    /// <summary>With another state of a disk.</summary>
    public RunningBackup With(BackupDisk disk) => this with { Config = Config with { Disks = [.. Config.Disks.Select(d => d.Name == disk.Name ? disk : d)] } };
}
