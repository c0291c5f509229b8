using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Checkpoints;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Backup;

/// <summary>Completes the document of a backup by libvirt's rules, without changing anything.</summary>
/// <param name="live">The live document.</param>
/// <param name="disks">The disks as they are open.</param>
/// <param name="checkpoints">The domain's checkpoints.</param>
internal sealed class BackupPlanner(DomainConfig live, LiveDisks disks, SnapshotTree<QemuCheckpoint> checkpoints)
{
    /// <summary>A document that may be used.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_INVALID_SCHEMA, VIR_ERR_XML_ERROR.</exception>
    public static DomainBackupConfig Read(string xml)
    {
        DomainBackupConfig.Parse(xml);
        var request = DomainBackupConfig.ParseValidated(xml);
        var pull = request.Mode == BackupMode.Pull;
        if (pull != (request.Server is not null))
        {
            throw Invalid("Element domainbackup has a server where it pushes, or none where it is pulled");
        }

        if (request.Server is { Transport: "unix", Socket: null } or { Transport: not (null or "tcp" or "unix") })
        {
            throw Invalid("Element server of domainbackup lacks its socket, or has an unknown transport");
        }

        foreach (var disk in request.Disks)
        {
            if (string.IsNullOrEmpty(disk.Name) || (disk.Type is null && disk.Backup != false) || (pull ? disk.Target : disk.Scratch) is not null
                || disk.Type is not (null or DiskType.File or DiskType.Block) || disk.State is not null || disk.Index is not null)
            {
                throw Invalid($"Element disk of domainbackup has extra content or lacks some: '{disk.Name}'");
            }
        }

        return request with { Mode = request.Mode ?? BackupMode.Push };
    }

    /// <summary>The complete document; the disks of the domain in its order.</summary>
    /// <param name="request">The document as it was read.</param>
    /// <param name="suffix">What names that nobody gave end with.</param>
    /// <param name="reuse">The targets are there already.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_NO_DOMAIN_CHECKPOINT, VIR_ERR_INVALID_ARG, …</exception>
    public DomainBackupConfig Plan(DomainBackupConfig request, string suffix, bool reuse)
    {
        var asked = new Dictionary<string, BackupDisk>(StringComparer.Ordinal);
        foreach (var disk in request.Disks)
        {
            if (live.Devices.Disks.All(d => d.Target?.Dev != disk.Name))
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"no disk named '{disk.Name}'");
            }

            if (!asked.TryAdd(disk.Name!, disk))
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"backup for disk '{disk.Name}' specified twice");
            }
        }

        var completed = live.Devices.Disks.Select(d => Complete(request, d, asked.GetValueOrDefault(d.Target!.Dev!), suffix, reuse)).ToList();
        if (!completed.Exists(d => d.Backup == true))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "no disks selected for backup");
        }

        return request with { Disks = [.. completed], Server = request.Server is { } server ? Complete(server) : null };
    }

    private static BackupServer Complete(BackupServer server)
    {
        if (server.Transport == "unix")
        {
            return server;
        }

        return server.Port is > 0 and <= ushort.MaxValue
            ? server with { Transport = "tcp", Name = server.Name ?? "localhost" }
            : throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, "<domainbackup> must specify TCP port for now");
    }

    private BackupDisk Complete(DomainBackupConfig request, DiskConfig disk, BackupDisk? asked, string suffix, bool reuse)
    {
        var target = disk.Target!.Dev!;
        var open = disks.Find(target);
        if (asked is null ? request.Disks.Count > 0 || open?.Chain is null || disk.Readonly : asked.Backup == false)
        {
            return new BackupDisk { Name = target, Backup = false };
        }

        if (open?.Chain is not { } chain || disk.Readonly)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"disk '{target}' has no media or is only read");
        }

        var since = asked?.Mode == BackupDiskMode.Full ? null : asked?.Incremental ?? request.Incremental;
        if (asked?.Mode == BackupDiskMode.Incremental && since is null)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"'incremental' backup mode of disk '{target}' requires setting 'incremental' field for disk or backup");
        }

        CheckCheckpoint(target, since);
        var pull = request.Mode == BackupMode.Pull;
        var given = asked?.Target ?? asked?.Scratch ?? new DiskSource { File = (chain.Top.Location as FileLocation ?? throw NoName(target)).Path + "." + suffix };
        var store = given with { Seclabels = default };
        CheckStore(target, store, asked?.Driver?.Type, pull, reuse);
        return new BackupDisk
        {
            Name = target,
            Backup = true,
            State = RunningBackup.Running,
            Type = asked?.Type ?? DiskType.File,
            Mode = since is null ? BackupDiskMode.Full : BackupDiskMode.Incremental,
            Incremental = since,
            ExportName = pull ? asked?.ExportName ?? target : null,
            ExportBitmap = pull && since is not null ? asked?.ExportBitmap ?? "backup-" + target : null,
            Driver = new BackupFormat { Type = asked?.Driver?.Type ?? "qcow2" },
            Target = pull ? null : store,
            Scratch = pull ? store : null,
        };
    }

    private void CheckCheckpoint(string target, string? since)
    {
        if (since is not null && checkpoints.Find(since) is null)
        {
            throw new VireoException(ErrorCode.NoDomainCheckpoint, ErrorDomain.Qemu, $"Checkpoint '{since}' for incremental backup of disk '{target}' not found");
        }
    }

    private static void CheckStore(string target, DiskSource store, string? format, bool pull, bool reuse)
    {
        if ((store.File ?? store.Dev) is not { } path || !path.StartsWith('/'))
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"the target of the backup of disk '{target}' must have an absolute path");
        }

        if (ImageFormats.FromName(format ?? "qcow2") is not (ImageFormat.Raw or ImageFormat.Qcow2) || (pull && format is not (null or "qcow2")))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"a backup of disk '{target}' into an image of format '{format}' is not supported");
        }

        if (reuse && !File.Exists(path))
        {
            throw VireoException.System(ErrorDomain.Qemu, 2, $"Path '{path}' is not accessible");
        }

        if (!reuse && store.File is not null && File.Exists(path) && new FileInfo(path).Length > 0)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"store '{path}' for backup of '{target}' exists");
        }
    }

    private static VireoException NoName(string target) => VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"refusing to generate file name for disk '{target}'");

    private static VireoException Invalid(string detail) => new(ErrorCode.XmlInvalidSchema, ErrorDomain.Xml, detail);

    /// <summary>What the names of files end with that nobody named: the checkpoint's name, else the time.</summary>
    public static string Suffix(QemuCheckpoint? checkpoint, DateTimeOffset now) =>
        checkpoint?.Name ?? now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
