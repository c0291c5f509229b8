using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Qemu.State;
using Vireo.Drivers.Qemu.Tpm;

namespace Vireo.Drivers.Qemu.Archive;

/// <summary>Finds all that a domain and its snapshots are made of. Everything that can be refused is refused here, before anything is written.</summary>
/// <param name="domain">The domain, within its modifying job.</param>
internal sealed class ExportPlanner(QemuDomain domain)
{
    private readonly ChainReader _chains = new();
    private readonly List<ExportedFile> _files = [];
    private readonly Dictionary<FileIdentity, ExportedFile> _known = [];

    /// <summary>The plan.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_INVALID, VIR_ERR_CONFIG_UNSUPPORTED: it cannot be exported; VIR_ERR_SYSTEM_ERROR: a file is missing.</exception>
    public ExportPlan Plan()
    {
        var definition = RequireStill();
        var snapshots = domain.Snapshots.Tree;
        AddImages(definition, $"domain '{domain.View.Name}'");
        foreach (var snapshot in snapshots.All)
        {
            Add(snapshot);
        }

        foreach (var overlay in snapshots.All.SelectMany(s => s.Config.Disks.Concat(s.Config.RevertDisks)).Select(d => d.Source?.File).OfType<string>())
        {
            // By the snapshot that has made it, an image may have one more name.
            if (FileIdentity.Of(overlay) is { } identity && _known.TryGetValue(identity, out var file))
            {
                file.Paths.Add(overlay);
            }
        }

        if (domain.Hypervisor.Firmware.VariablesOf(definition) is { } variables && FileStatus.TryOf(variables) is not null)
        {
            AddFile(SnapshotArchiveKind.Variables, variables);
        }

        RefuseWritten();
        return new ExportPlan(definition, snapshots, domain.Checkpoints.Tree, _files);
    }

    private DomainConfig RequireStill()
    {
        var view = domain.View;
        if (view.IsActive)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"domain '{view.Name}' is active, so its images do not stand still: shut it down (shutdown, destroy), then export it");
        }

        if (view.HasManagedSave)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"domain '{view.Name}' has a managed save image, which is not exported: start it and shut it down, or remove that image (managedsave-remove)");
        }

        if (domain.Snapshots.Tree.All.FirstOrDefault(s => s.Config.Disks.Any(d => d.DeleteInProgress)) is { } half)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"snapshot '{half.Name}' is half-deleted: delete it again to finish that, then export the domain");
        }

        if (view.Persistent is { } definition && TpmStorage.EmulatorOf(definition) is not null)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"domain '{view.Name}' has an emulated TPM, whose state is not exported yet");
        }

        return view.Persistent ?? throw VireoException.OperationInvalid(ErrorDomain.Qemu, "cannot export a transient domain");
    }

    private void Add(QemuSnapshot snapshot)
    {
        var what = $"snapshot '{snapshot.Name}'";
        AddImages(SnapshotDisks.Saved(snapshot), what);
        if (snapshot.Config.InactiveDomain is { } inactive)
        {
            AddImages(inactive, what);
        }

        if (snapshot.MemoryFile is { } memory)
        {
            AddFile(SnapshotArchiveKind.Memory, memory);
        }
    }

    private void AddImages(DomainConfig config, string what)
    {
        foreach (var disk in config.Devices.Disks)
        {
            try
            {
                var chain = disk.Location() is not { } top ? null : disk.BackingStore is null ? _chains.Read(top, disk.Format()) : disk.Chain();
                AddImages(chain);
            }
            catch (VireoException e)
            {
                throw new VireoException(e.Code, e.Domain, $"disk {disk.Target?.Dev} of {what} cannot be exported: {e.Message}", e);
            }
        }
    }

    /// <summary>Adds a chain's images, the lowest first. What lies on another machine stays there.</summary>
    private void AddImages(ImageChain? chain)
    {
        ExportedFile? below = null;
        foreach (var layer in chain is null ? [] : chain.Layers.Reverse())
        {
            if (layer.Location.LocalPath is not { } path)
            {
                below = null;
                continue;
            }

            var status = RequireRegular(path);
            if (!_known.TryGetValue(status.Identity, out var file))
            {
                RequireCarried(layer, path);
                _known[status.Identity] = file = new ExportedFile(SnapshotArchiveKind.Image, path, layer.Format, below);
                _files.Add(file);
            }

            if (file.Format != layer.Format || file.Base != below)
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"documents disagree about the format of image '{path}', or about what it stands on; snapshot-verify tells more");
            }

            file.Paths.Add(path);
            below = file;
        }
    }

    private static void RequireCarried(ImageLayer layer, string path)
    {
        if (layer.Format is not (ImageFormat.Raw or ImageFormat.Qcow2))
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"image '{path}' is of format {layer.Format.Name()}; only raw and qcow2 images can be exported");
        }

        if (layer.Format == ImageFormat.Qcow2 && ImageProbe.Read(path, ImageFormat.Qcow2).Qcow2!.HasDataFile)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"image '{path}' has its data in another file, which cannot be exported");
        }
    }

    private void AddFile(SnapshotArchiveKind kind, string path)
    {
        var identity = RequireRegular(path).Identity;
        if (!_known.TryGetValue(identity, out var file))
        {
            _known[identity] = file = new ExportedFile(kind, path, null, null);
            _files.Add(file);
        }

        file.Paths.Add(path);
    }

    private static FileStatus RequireRegular(string path)
    {
        var status = FileStatus.TryOf(path) ?? throw FileSystemCalls.Failure(FileSystemCalls.NoEntry, $"cannot export '{path}'");
        return status.Kind == FileKind.Regular ? status : throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"'{path}' is no regular file, and only those can be exported");
    }

    /// <summary>Refuses images that the guest of another domain writes to.</summary>
    private void RefuseWritten()
    {
        foreach (var other in domain.Hypervisor.Domains.All)
        {
            foreach (var open in other.Process?.Disks.Disks.Where(d => !d.Access.ReadOnly) ?? [])
            {
                if (open.Chain?.Top.Location.LocalPath is { } path && FileIdentity.Of(path) is { } identity && _known.ContainsKey(identity))
                {
                    throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"domain '{other.View.Name}' runs and writes to '{path}', which domain '{domain.View.Name}' uses too: shut it down first");
                }
            }
        }
    }
}
