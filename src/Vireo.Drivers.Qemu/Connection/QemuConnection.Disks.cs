using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu;

/// <content>Disks: sizes, counters, errors and marks.</content>
internal sealed partial class QemuConnection
{
    private const long Sector = 512;

    /// <inheritdoc/>
    public override async ValueTask DomainBlockResizeAsync(DomainRef dom, string disk, ulong size, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainBlockResizeFlags.Bytes, "qemuDomainBlockResize");
        const ulong mostKibibytes = ulong.MaxValue / 1024;
        if (flags == 0 && size > mostKibibytes)
        {
            throw new VireoException(ErrorCode.Overflow, ErrorDomain.Qemu, $"size must be less than {mostKibibytes}");
        }

        var wanted = (long)Math.Min(flags == 0 ? size * 1024 : size, long.MaxValue / Sector * Sector);
        var domain = Find(dom);
        using var turn = await domain.EnterAsync("virDomainBlockResize", cancellationToken).ConfigureAwait(false);
        var disks = RequireDisks(domain);
        if ((disks.Find(disk) ?? disks.Disks.FirstOrDefault(d => d.Chain?.Top.Location.LocalPath == disk)) is not { Chain: { } chain } found)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"disk '{disk}' was not found in the domain config");
        }

        // qcow2 counts in sectors. A job on the disk has the hypervisor refuse.
        var bytes = chain.Top.Format == ImageFormat.Qcow2 ? (wanted + Sector - 1) / Sector * Sector : wanted;
        var process = domain.RequireProcess();
        await process.Monitor.ExecuteAsync(Qmp.BlockResize(found.DeviceNode, bytes), cancellationToken).ConfigureAwait(false);
        process.Disks = process.Disks.With(found with { Chain = new ImageChain(chain.Layers.SetItem(0, chain.Top with { VirtualSize = bytes })) });
        await domain.Hypervisor.SaveStatusNowAsync(domain, process).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainSetBlockThresholdAsync(DomainRef dom, string dev, ulong threshold, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainSetBlockThreshold");
        var domain = Find(dom);
        using var turn = await domain.EnterAsync("virDomainSetBlockThreshold", cancellationToken).ConfigureAwait(false);
        var number = ImageNumber(RequireDisks(domain), dev);
        await domain.RequireProcess().Monitor.ExecuteAsync(Qmp.BlockSetWriteThreshold(NodeNumbers.Format(number), threshold), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<DomainGetBlockInfoResult> DomainGetBlockInfoAsync(DomainRef dom, string path, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainGetBlockInfo");
        var domain = Find(dom);
        var view = domain.View;
        var disk = (view.Live ?? view.Persistent)?.Devices.Disks.FirstOrDefault(d => d.Target?.Dev == path || d.Location()?.LocalPath == path)
            ?? throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"invalid path {path} not assigned to domain");
        if (disk.Type == DiskType.VhostUser)
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, "block info is not supported for vhostuser disk");
        }

        var location = disk.Location() ?? throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"disk '{path}' does not currently have a source assigned");
        if (location is LentLocation)
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, "block info is not supported for FD passed disk image");
        }

        if (location.LocalPath is not { } file)
        {
            return await ToldSizeAsync(domain, disk, location, cancellationToken).ConfigureAwait(false);
        }

        var sizes = await Task.Run(() => BlockSizes.Of(file, disk.Format()), cancellationToken).ConfigureAwait(false);
        var within = disk.Format() == ImageFormat.Raw && (disk.Encryption ?? disk.Source?.Encryption) is not null ? LuksHeader.PayloadSize(file) : null;
        var part = disk.Source?.Slices?.Slices.Find(static slice => slice.Type == "storage")?.Size;
        return new DomainGetBlockInfoResult(sizes.Allocation, part ?? (ulong?)within ?? sizes.Capacity, sizes.Physical);
    }

    // Of what is no file or device of this host the hypervisor knows the size, and nobody how much of it is used.
    private static async ValueTask<DomainGetBlockInfoResult> ToldSizeAsync(QemuDomain domain, DiskConfig disk, ImageLocation location, CancellationToken cancellationToken)
    {
        if (domain.Process is { } process && process.Disks.Find(disk.Target!.Dev!) is { Chain: not null } open)
        {
            var nodes = await process.Monitor.ExecuteAsync(Qmp.QueryNamedBlockNodes, cancellationToken).ConfigureAwait(false);
            if (nodes.FirstOrDefault(node => node.Name == NodeNumbers.Format(open.Numbers[0])) is { VirtualSize: var size })
            {
                return new DomainGetBlockInfoResult((ulong)size, (ulong)size, location is FolderLocation ? 0 : (ulong)size);
            }
        }

        throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"the size of '{location.Display}' is known while the domain runs: it is no file or block device of this host");
    }

    /// <inheritdoc/>
    public override async ValueTask<DomainBlockStatsResult> DomainBlockStatsAsync(DomainRef dom, string path, CancellationToken cancellationToken)
    {
        var counted = await CountAsync(dom, path, cancellationToken).ConfigureAwait(false);
        return new DomainBlockStatsResult(counted("rd_operations"), counted("rd_bytes"), counted("wr_operations"), counted("wr_bytes"), -1);
    }

    /// <inheritdoc/>
    public override async ValueTask<DomainBlockStatsFlagsResult> DomainBlockStatsFlagsAsync(DomainRef dom, string path, int nparams, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, TypedParameterFlags.ParamStringOkay, "qemuDomainBlockStatsFlags");
        string[] names = ["wr_bytes", "wr_operations", "rd_bytes", "rd_operations", "flush_operations", "wr_total_times", "rd_total_times", "flush_total_times"];
        var counted = await CountAsync(dom, path, cancellationToken).ConfigureAwait(false);
        return new DomainBlockStatsFlagsResult(nparams == 0 ? [] : [.. names.Take(nparams).Select(name => TypedParam.Of(name, counted(name)))], names.Length);
    }

    /// <inheritdoc/>
    public override async ValueTask<DomainGetDiskErrorsResult> DomainGetDiskErrorsAsync(DomainRef dom, uint maxerrors, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainGetDiskErrors");
        var domain = Find(dom);
        var disks = RequireDisks(domain);
        if (maxerrors == 0)
        {
            return new DomainGetDiskErrorsResult([], disks.Disks.Length);
        }

        var devices = await domain.RequireProcess().Monitor.ExecuteAsync(Qmp.QueryBlock, cancellationToken).ConfigureAwait(false);
        var failed = from disk in disks.Disks
                     let status = devices.FirstOrDefault(d => d.NodeName == disk.DeviceNode)?.IoStatus
                     where status is "failed" or "nospace"
                     select new DomainDiskError(disk.Target, (int)(status == "nospace" ? DomainDiskErrorCode.NoSpace : DomainDiskErrorCode.Unspec));
        DomainDiskError[] errors = [.. failed.Take((int)Math.Min(maxerrors, int.MaxValue))];
        return new DomainGetDiskErrorsResult(errors, errors.Length);
    }

    /// <summary>The number of the image that <c>vda</c> or <c>vda[3]</c> means.</summary>
    private static int ImageNumber(LiveDisks disks, string device)
    {
        var bracket = device.IndexOf('[', StringComparison.Ordinal);
        var target = bracket < 0 ? device : device[..bracket];
        var index = 0;
        if (bracket >= 0 && !(device.EndsWith(']') && int.TryParse(device.AsSpan(bracket + 1, device.Length - bracket - 2), NumberStyles.None, CultureInfo.InvariantCulture, out index)))
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"failed to parse block device '{device}'");
        }

        var disk = disks.Find(target);
        var numbers = (disk?.Numbers ?? []).AddRange(disks.JobOf(target)?.MirrorNumbers ?? []);
        return disk is { Chain: not null } && (bracket < 0 || numbers.Contains(index))
            ? bracket < 0 ? numbers[0] : index
            : throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"failed to find disk '{device}'");
    }

    /// <summary>The counters of a disk, or of all of them together.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_INVALID: the domain does not run; VIR_ERR_INVALID_ARG: there is no such disk.</exception>
    private async ValueTask<Func<string, long>> CountAsync(DomainRef dom, string path, CancellationToken cancellationToken)
    {
        var domain = Find(dom);
        var disks = RequireDisks(domain);
        var wanted = disks.Disks.Where(d => path.Length == 0 || d.Target == path || d.Chain?.Top.Location.LocalPath == path).Select(d => d.DeviceNode).ToHashSet();
        if (wanted.Count == 0 && path.Length > 0)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"invalid path: {path}");
        }

        if (path.Length > 0 && domain.View.Live?.Devices.Disks.Any(disk => disk.Type == DiskType.VhostUser && disk.Target?.Dev == path) == true)
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, "block stats are not supported for vhostuser disk");
        }

        var all = await AnswerAsync(domain, domain.RequireProcess(), domain.RequireProcess().Figures.Disks, cancellationToken).ConfigureAwait(false);
        var found = all.Where(d => d.Node is { } node && wanted.Contains(node)).ToList();
        return name => found.Sum(counters => counters[name.EndsWith("_times", StringComparison.Ordinal) ? name.Replace("_times", "_time_ns", StringComparison.Ordinal) : name]);
    }
}
