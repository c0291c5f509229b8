using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.Comparison;

/// <summary>Where the data of a disk lies.</summary>
/// <param name="Chain">Its images.</param>
/// <param name="Within">The internal snapshot of the first of them that is meant; null for the image itself.</param>
internal sealed record DiskImages(ImageChain Chain, InternalSnapshot? Within);

/// <summary>A domain as it was at some moment, or is: its document and its disks, for reading.</summary>
/// <param name="domain">The domain, within its modifying job.</param>
/// <param name="document">Its document then.</param>
internal abstract class DomainMoment(QemuDomain domain, DomainConfig document) : IAsyncDisposable
{
    /// <summary>Its document.</summary>
    public DomainConfig Document { get; } = document;

    /// <summary>The disks that hold data of its own.</summary>
    public IReadOnlyList<string> Disks { get; } =
        [.. document.Devices.Disks.Where(d => d.Location() is not null && !d.Readonly && d.Device != DiskDevice.Cdrom).Select(d => d.Target!.Dev!)];

    /// <summary>The domain.</summary>
    protected QemuDomain Domain { get; } = domain;

    /// <summary>Where the data of a disk lies.</summary>
    /// <exception cref="VireoException">It cannot be said.</exception>
    public abstract DiskImages Images(string target);

    /// <summary>Opens a disk for reading: images that nobody writes to.</summary>
    public virtual async ValueTask<IDiskView> OpenAsync(string target, DiskImages images, CancellationToken cancellationToken) =>
        await ImageExport.OpenAsync(images.Chain, images.Within, Domain.Hypervisor.Paths.QemuChannels, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>As a snapshot keeps it.</summary>
internal sealed class SnapshotMoment(QemuDomain domain, ISnapshotDomain seen, QemuSnapshot snapshot) : DomainMoment(domain, SnapshotDisks.Saved(snapshot))
{
    /// <inheritdoc/>
    public override DiskImages Images(string target)
    {
        var (chain, within) = new SnapshotDisks(seen).Of(snapshot, target);
        return new DiskImages(chain, within);
    }
}

/// <summary>As it is now; of a guest that runs, as each part is when it is read.</summary>
internal sealed class PresentMoment(QemuDomain domain) : DomainMoment(domain, domain.View.Live ?? domain.View.Persistent!)
{
    private LiveExport? _export;

    /// <inheritdoc/>
    public override DiskImages Images(string target)
    {
        var chain = Domain.Process is { } process ? process.Disks.Find(target)?.Chain : Document.Devices.Disks.First(d => d.Target?.Dev == target).Chain();
        return new DiskImages(chain ?? throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"disk {target} of domain '{Domain.View.Name}' holds no image now"), null);
    }

    /// <inheritdoc/>
    public override async ValueTask<IDiskView> OpenAsync(string target, DiskImages images, CancellationToken cancellationToken)
    {
        if (Domain.Process is not { } process)
        {
            return await base.OpenAsync(target, images, cancellationToken).ConfigureAwait(false);
        }

        _export ??= await LiveExport.StartAsync(process, Domain.Hypervisor.Snapshots.Report, cancellationToken).ConfigureAwait(false);
        return await _export.OpenAsync(target, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _export?.DisposeAsync() ?? ValueTask.CompletedTask;
}
