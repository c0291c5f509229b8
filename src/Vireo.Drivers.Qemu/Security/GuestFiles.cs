using Vireo.Config;
using Vireo.Drivers.Qemu.Backup;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.BlockJobs;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.Lifecycle;

namespace Vireo.Drivers.Qemu.Security;

/// <summary>The files of the host that a guest's process opens by name.</summary>
internal static class GuestFiles
{
    /// <summary>All of them.</summary>
    /// <param name="live">The live document.</param>
    /// <param name="disks">Its disks, with jobs that read or write other images.</param>
    public static IReadOnlyCollection<GuestFile> Of(DomainConfig live, LiveDisks disks)
    {
        var files = new Dictionary<string, GuestFile>(StringComparer.Ordinal);
        foreach (var file in Boot(live.Os).Concat(Encryption(live.LaunchSecurity)).Concat(Images(live, disks)).Concat(Devices(live.Devices)))
        {
            // Of one that is named twice the stronger use counts.
            files[file.Path] = !files.TryGetValue(file.Path, out var known) ? file
                : (file.Use > known.Use ? file : known) with { IsWritten = file.IsWritten || known.IsWritten };
        }

        return files.Values;
    }

    private static IEnumerable<GuestFile> Boot(OsConfig os)
    {
        foreach (var path in (IEnumerable<string?>)[os.Kernel, os.Initrd, os.Dtb, .. os.AcpiTables.Select(table => table.Path)])
        {
            if (path is { Length: > 0 })
            {
                yield return new GuestFile(path);
            }
        }

        var variables = FirmwareVariables.LocationOf(os) switch
        {
            NetworkLocation { Socket: { } socket } => new GuestFile(socket) { KeepsOwner = true, IsWritten = true },
            { LocalPath: { } path } => new GuestFile(path, FileUse.Exclusive),
            _ => null,
        };
        if (variables is not null)
        {
            yield return variables;
        }
    }

    // Every such guest has the same device open.
    private static GuestFile[] Encryption(LaunchSecurityConfig? security) =>
        security is { Type: LaunchSecurityType.Sev } ? [new GuestFile(DeviceFiles.Sev) { IsWritten = true, IsHosts = true }] : [];

    private static IEnumerable<GuestFile> Images(DomainConfig live, LiveDisks disks)
    {
        foreach (var disk in live.Devices.Disks)
        {
            foreach (var file in disks.Find(disk.Target!.Dev!) is { Chain: { } chain } ? Images(disk, chain.Layers) : [])
            {
                yield return file;
            }
        }

        foreach (var job in disks.Jobs)
        {
            foreach (var file in Images(live, disks, job))
            {
                yield return file;
            }
        }

        foreach (var path in disks.Backup?.Disks.Select(disk => RunningBackup.PathOf(disk) ?? (disk.Target ?? disk.Scratch)?.Dev) ?? [])
        {
            if (path is not null)
            {
                yield return new GuestFile(path, FileUse.Exclusive);
            }
        }
    }

    private static IEnumerable<GuestFile> Images(DomainConfig live, LiveDisks disks, BlockJob job)
    {
        var disk = live.Devices.Disks.Find(d => d.Target!.Dev == job.Target);
        if (disk is null || disks.Find(job.Target) is not { Chain: { } chain } open)
        {
            return [];
        }

        var merged = job.Type is DomainBlockJobType.Commit or DomainBlockJobType.ActiveCommit ? open.Numbers.IndexOf(job.Base) : -1;
        return Images(disk, job.Mirror).Concat(merged >= 0 ? Images(disk, [chain.Layers[merged]]) : []);
    }

    // The first is written to unless the disk is only read, the others are read.
    private static IEnumerable<GuestFile> Images(DiskConfig disk, IReadOnlyList<ImageLayer> layers)
    {
        var (keeps, label) = Labels(disk.Source?.Seclabels ?? default);
        var use = disk.Readonly || disk.Device == DiskDevice.Cdrom ? FileUse.Open : disk.Shareable ? FileUse.Shared : FileUse.Exclusive;
        foreach (var layer in layers)
        {
            var place = layer.Location switch
            {
                FolderLocation folder => new GuestFile(folder.Path) { KeepsOwner = keeps, Label = label, HasAllBelow = true },
                // A server's door stays its own.
                NetworkLocation { Socket: { } socket } => new GuestFile(socket) { KeepsOwner = true, IsWritten = true },
                { LocalPath: { } path } => new GuestFile(path, use) { KeepsOwner = keeps, Label = label },
                _ => null,
            };
            if (place is not null)
            {
                yield return place;
            }

            use = FileUse.Open;
        }
    }

    private static IEnumerable<GuestFile> Devices(DevicesConfig devices)
    {
        var characters = devices.Serials.Concat(devices.Parallels).Concat(devices.Channels).Concat(devices.Consoles.Where(console => console.Target?.Type != CharTargetType.Serial))
            .Select(device => (device.Type, device.Sources, device.Log))
            .Concat(devices.Redirdevs.Select(device => (device.Type, device.Sources, device.Log)))
            .Concat(devices.Smartcards.Select(card => (card.Type, card.Sources, card.Log)))
            .Concat(devices.Rngs.Select(rng => (rng.Backend?.Type, rng.Backend?.Sources ?? default, rng.Backend?.Log)));
        return characters.SelectMany(device => Characters(device.Item1, device.Item2, device.Item3))
            .Concat(devices.Rngs.Where(rng => rng.Backend is { Model: RngBackendModel.Random }).Select(rng => rng.Backend!.Path)
                .Concat(devices.Inputs.Select(input => input.Source?.Evdev ?? input.Source?.Dev)).Concat(devices.Tpms.Select(tpm => tpm.Backend?.DevicePath))
                .Concat(devices.Memories.Select(memory => memory.Source?.Path)).Concat(DeviceNodes.Of(devices)).OfType<string>().Select(path => new GuestFile(path) { IsWritten = true }));
    }

    private static IEnumerable<GuestFile> Characters(CharType? type, ConfigList<CharSource> sources, CharLog? log)
    {
        var (keeps, label) = sources.IsEmpty ? default : Labels(sources[0].Seclabels);
        if (type is CharType.File or CharType.Dev or CharType.Pipe && !sources.IsEmpty && sources[0].Path is { } path)
        {
            yield return new GuestFile(path) { KeepsOwner = keeps, Label = label, IsMade = type == CharType.File, IsWritten = true };
            if (type == CharType.Pipe)
            {
                yield return new GuestFile(path + ".in") { KeepsOwner = keeps, Label = label, IsWritten = true };
                yield return new GuestFile(path + ".out") { KeepsOwner = keeps, Label = label, IsWritten = true };
            }
        }

        if (log?.File is { } file)
        {
            yield return new GuestFile(file) { IsMade = true, IsWritten = true };
        }
    }

    private static (bool Keeps, DacLabel? Label) Labels(ConfigList<SeclabelConfig> labels) =>
        labels.Find(label => label.Model is null or DacLabel.Model) is not { } own ? (false, null)
        : (own.Relabel == false, own.Label is { } text ? DacLabel.Parse(text) : null);
}
