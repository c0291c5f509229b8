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
            Disks = Align(request.Disks, live).Map(d => Recordable(d, name)),
            Domain = SavedDocument.Of(live),
        });
    }

    /// <summary>The disks of a checkpoint that is there already: as the document has them, one for each of its domain when it has one.</summary>
    /// <param name="request">The document.</param>
    /// <param name="name">The checkpoint's name, which is that of its bitmaps unless they have another.</param>
    /// <exception cref="VireoException">VIR_ERR_CONFIG_UNSUPPORTED.</exception>
    public static ConfigList<CheckpointDisk> Redefined(DomainCheckpointConfig request, string name) =>
        (request.Domain is { } domain ? Align(request.Disks, domain) : request.Disks).Map(disk => (disk.Checkpoint ?? CheckpointMode.Bitmap) == CheckpointMode.No
            ? new CheckpointDisk { Name = disk.Name, Checkpoint = CheckpointMode.No }
            : new CheckpointDisk { Name = disk.Name, Checkpoint = CheckpointMode.Bitmap, Bitmap = disk.Bitmap ?? name });

    // One for each of the domain, in its order.
    private static ConfigList<CheckpointDisk> Align(ConfigList<CheckpointDisk> wanted, DomainConfig live)
    {
        var asked = new Dictionary<string, CheckpointDisk>(StringComparer.Ordinal);
        foreach (var disk in wanted)
        {
            var found = live.Devices.Disks.FirstOrDefault(d => d.Target?.Dev == disk.Name || (disk.Name!.StartsWith('/') && d.SourcePath() == disk.Name))
                ?? throw VireoException.ConfigUnsupported(ErrorDomain.DomainCheckpoint, $"no disk named '{disk.Name}'");
            var target = found.Target!.Dev!;
            if (!asked.TryAdd(target, disk))
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.DomainCheckpoint, $"disk '{target}' specified twice");
            }

            if (disk.Checkpoint != CheckpointMode.No && (found.SourcePath() is null || found.Readonly))
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.DomainCheckpoint, $"disk '{target}' is empty or readonly");
            }
        }

        return [.. live.Devices.Disks.Select(d => Aligned(d, asked.GetValueOrDefault(d.Target!.Dev!), wanted.Count == 0))];
    }

    private static CheckpointDisk Aligned(DiskConfig disk, CheckpointDisk? asked, bool all)
    {
        var mode = asked is not null ? asked.Checkpoint ?? CheckpointMode.Bitmap
            : all && disk.SourcePath() is not null && !disk.Readonly ? CheckpointMode.Bitmap
            : CheckpointMode.No;
        return new CheckpointDisk { Name = disk.Target!.Dev, Checkpoint = mode, Bitmap = mode == CheckpointMode.No ? null : asked?.Bitmap };
    }

    private CheckpointDisk Recordable(CheckpointDisk disk, string name)
    {
        if (disk.Checkpoint == CheckpointMode.No)
        {
            return disk;
        }

        if (disk.Bitmap is { } bitmap && bitmap != name)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"bitmap for disk '{disk.Name}' must match checkpoint name '{name}'");
        }

        var format = live.Devices.Disks.First(d => d.Target!.Dev == disk.Name).Format();
        return format == ImageFormat.Qcow2
            ? disk with { Bitmap = name }
            : throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"checkpoint for disk {disk.Name} unsupported for storage type {format.Name()}");
    }

    private static VireoException Invalid(string detail) => new(ErrorCode.XmlInvalidSchema, ErrorDomain.Xml, detail);
}
