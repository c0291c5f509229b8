using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Snapshots;

namespace Vireo.Drivers.Qemu.Checkpoints;

/// <summary>Says what a checkpoint will be, by libvirt's rules, without changing anything.</summary>
/// <param name="live">The live document.</param>
/// <param name="tree">The domain's checkpoints.</param>
/// <param name="now">The time.</param>
internal sealed class CheckpointPlanner(DomainConfig live, SnapshotTree<QemuCheckpoint> tree, DateTimeOffset now)
{
    /// <summary>A document that may be used: with a name that can name a file, and nothing unknown.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_INVALID_SCHEMA, VIR_ERR_XML_ERROR.</exception>
    public static DomainCheckpointConfig Read(string xml)
    {
        DomainCheckpointConfig.Parse(xml);
        var request = DomainCheckpointConfig.ParseValidated(xml);
        if (request.Name is { } name && (name.Length == 0 || name.StartsWith('.') || name.Contains('/', StringComparison.Ordinal) || name.Any(char.IsControl)))
        {
            throw Invalid($"Element name of domaincheckpoint has the impossible value '{name}'");
        }

        return request.Disks.Any(d => string.IsNullOrEmpty(d.Name) || (d.Bitmap is not null && d.Checkpoint == CheckpointMode.No))
            ? throw Invalid("Element disk of domaincheckpoint lacks its name, or has a bitmap that it does not use")
            : request;
    }

    /// <summary>The checkpoint to make.</summary>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_OPERATION_FAILED.</exception>
    public QemuCheckpoint Plan(DomainCheckpointConfig request)
    {
        var seconds = now.ToUnixTimeSeconds();
        var name = request.Name ?? seconds.ToString(CultureInfo.InvariantCulture);
        if (tree.Find(name) is not null)
        {
            throw VireoException.OperationFailed(ErrorDomain.DomainCheckpoint, $"domain moment {name} already exists");
        }

        return new QemuCheckpoint(request with
        {
            Name = name,
            Parent = tree.CurrentName is { } parent ? new SnapshotParent { Name = parent } : null,
            CreationTime = seconds,
            Disks = Align(request.Disks, name),
            Domain = SavedDocument.Of(live),
        });
    }

    /// <summary>The disks of a checkpoint, one for each of the domain, in its order.</summary>
    public ConfigList<CheckpointDisk> Align(ConfigList<CheckpointDisk> wanted, string name)
    {
        var asked = new Dictionary<string, CheckpointDisk>(StringComparer.Ordinal);
        foreach (var disk in wanted)
        {
            var found = live.Devices.Disks.FirstOrDefault(d => d.Target?.Dev == disk.Name || (disk.Name!.StartsWith('/') && Source(d) == disk.Name))
                ?? throw VireoException.ConfigUnsupported(ErrorDomain.DomainCheckpoint, $"no disk named '{disk.Name}'");
            var target = found.Target!.Dev!;
            if (!asked.TryAdd(target, disk))
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.DomainCheckpoint, $"disk '{target}' specified twice");
            }

            if (disk.Checkpoint != CheckpointMode.No && (Source(found) is null || found.Readonly))
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.DomainCheckpoint, $"disk '{target}' is empty or readonly");
            }
        }

        return [.. live.Devices.Disks.Select(d => Aligned(d, asked.GetValueOrDefault(d.Target!.Dev!), wanted.Count == 0, name))];
    }

    private static CheckpointDisk Aligned(DiskConfig disk, CheckpointDisk? asked, bool all, string name)
    {
        var target = disk.Target!.Dev!;
        var mode = asked is not null ? asked.Checkpoint ?? CheckpointMode.Bitmap
            : all && Source(disk) is not null && !disk.Readonly ? CheckpointMode.Bitmap
            : CheckpointMode.No;
        if (mode == CheckpointMode.No)
        {
            return new CheckpointDisk { Name = target, Checkpoint = mode };
        }

        if (asked?.Bitmap is { } bitmap && bitmap != name)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"bitmap for disk '{target}' must match checkpoint name '{name}'");
        }

        return disk.Format() == ImageFormat.Qcow2
            ? new CheckpointDisk { Name = target, Checkpoint = mode, Bitmap = name }
            : throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"checkpoint for disk {target} unsupported for storage type {disk.Format().Name()}");
    }

    private static string? Source(DiskConfig disk) => disk.Source?.File ?? disk.Source?.Dev ?? disk.Source?.Name;

    private static VireoException Invalid(string detail) => new(ErrorCode.XmlInvalidSchema, ErrorDomain.Xml, detail);
}
