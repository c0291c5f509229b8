using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Qemu.State;
using Vireo.Drivers.Qemu.Tpm;

namespace Vireo.Drivers.Qemu.Cloning;

/// <summary>Plans a new domain whose disks are those of a snapshot. Everything that can be refused is refused here, before anything is made.</summary>
/// <param name="domain">The domain that has the snapshot, within its modifying job.</param>
/// <param name="hypervisor">Where the new one will be.</param>
internal sealed class ClonePlanner(ISnapshotDomain domain, QemuHypervisor hypervisor)
{
    private readonly SnapshotDisks _disks = new(domain);

    /// <summary>The plan.</summary>
    /// <exception cref="VireoException">
    /// VIR_ERR_OPERATION_FAILED: the name or a file is taken; VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_OPERATION_INVALID: the snapshot cannot be cloned so.
    /// </exception>
    public async ValueTask<ClonePlan> PlanAsync(QemuSnapshot snapshot, CloneRequest request, CancellationToken cancellationToken)
    {
        NewDomainPlace.Check(hypervisor, request.Name, request.Directory);
        var definition = snapshot.Config.InactiveDomain ?? SnapshotDisks.Saved(snapshot);
        var disks = await Task.Run(() => Disks(snapshot, definition, request).ToList(), cancellationToken).ConfigureAwait(false);
        var config = await hypervisor.Builder.CompleteAsync(new CloneDocument(domain.Name, request.Name).Of(SavedDocument.Of(definition), disks), cancellationToken).ConfigureAwait(false);
        var document = new DocumentChange(hypervisor.Files.Definition(request.Name), null, DomainFiles.DefinitionText(config));
        var plan = new ClonePlan(Guid.NewGuid().ToString("N")[..12], request.Linked, disks, [.. Platform(snapshot, definition, config)], config, document);
        NewDomainPlace.CheckFiles(plan.Files);
        return plan;
    }

    private IEnumerable<ClonedDisk> Disks(QemuSnapshot snapshot, DomainConfig definition, CloneRequest request)
    {
        foreach (var disk in definition.Devices.Disks.Where(d => d.Location() is not null && d is { Readonly: false, Shareable: false } && d.Device != DiskDevice.Cdrom))
        {
            var (chain, within) = _disks.Of(snapshot, disk.Target!.Dev!);
            if (request.Linked)
            {
                CheckLink(snapshot, disk, chain, within);
            }

            var top = chain.Top;
            if (top.VirtualSize is null || chain.Layers.Any(l => l.Encrypted))
            {
                throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"disk {disk.Target.Dev} cannot be cloned: image '{top.Location.Display}' is {(top.VirtualSize is null ? $"of format {top.Format.Name()}" : "encrypted")}, which is not supported yet");
            }

            var directory = request.Directory ?? Path.GetDirectoryName(top.Location.LocalPath)
                ?? throw VireoException.InvalidArgument(ErrorDomain.DomainSnapshot, $"image '{top.Location.Display}' of disk {disk.Target.Dev} lies in no directory of this host: say with --directory where the new one is to be");
            var format = request.Linked || top.Format != ImageFormat.Raw ? ImageFormat.Qcow2 : ImageFormat.Raw;
            yield return new ClonedDisk(disk.Target.Dev!, chain, within, Path.Combine(directory, $"{request.Name}-{disk.Target.Dev}.{format.Name()}"), format);
        }
    }

    private static void CheckLink(QemuSnapshot snapshot, DiskConfig disk, ImageChain chain, InternalSnapshot? within)
    {
        if (within is not null)
        {
            throw VireoException.ConfigUnsupported(
                ErrorDomain.Qemu,
                $"disk {disk.Target!.Dev} of snapshot '{snapshot.Name}' is an internal snapshot within '{chain.Top.Location.Display}', and an overlay can stand on an image only, not on a snapshot within it: clone it without --linked");
        }

        if (chain.Top.Location.LocalPath is null)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"overlays over network disks are not supported yet (disk {disk.Target!.Dev}): clone it without --linked");
        }
    }

    /// <summary>What the snapshot has captured; the state of now when it is older than that, and has none.</summary>
    private IEnumerable<NewState> Platform(QemuSnapshot snapshot, DomainConfig definition, DomainConfig clone)
    {
        if (domain.VariablesOf(clone) is { } variables)
        {
            var content = snapshot.Config.FirmwareVariables is { } captured ? (captured == PlatformState.NeverRun ? null : PackedFile.Unpack(captured))
                : domain.VariablesOf(definition) is { } now && FileStatus.TryOf(now) is not null ? PackedFile.Read(now)
                : null;
            if (content is not null)
            {
                yield return new NewState(variables, new FileContent(content));
            }
        }

        if (TpmStorage.EmulatorOf(clone) is { } tpm)
        {
            var state = snapshot.Config.TpmState is { IsEmpty: false } captured ? StateContent.OfTpm(captured)
                : domain.TpmStateOf(definition) is { } now ? StateContent.OfTpm(now)
                : null;
            if (state is not null)
            {
                yield return new NewState(hypervisor.TpmStorage.DirectoryOf(clone.Uuid!.Value), new DirectoryContent([(TpmStorage.NameOf(tpm), state)]));
            }
        }
    }
}
