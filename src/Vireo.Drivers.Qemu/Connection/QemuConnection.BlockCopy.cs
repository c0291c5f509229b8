using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.BlockJobs;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu;

/// <content>Copying disks while the guest runs.</content>
internal sealed partial class QemuConnection
{
    /// <inheritdoc/>
    public override async ValueTask DomainBlockCopyAsync(DomainRef dom, string path, string destxml, TypedParam[] @params, uint flags, CancellationToken cancellationToken)
    {
        const DomainBlockCopyFlags known = DomainBlockCopyFlags.Shallow | DomainBlockCopyFlags.ReuseExt | DomainBlockCopyFlags.TransientJob | DomainBlockCopyFlags.SynchronousWrites;
        CheckFlags(flags, known, "qemuDomainBlockCopy");
        var wanted = (DomainBlockCopyFlags)flags;
        var destination = DiskConfig.Parse(destxml);
        var location = destination.Location() ?? throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"the destination of the copy of disk '{path}' names no image");
        if (location is NvmeLocation)
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, $"a copy of disk '{path}' onto an NVMe controller is not supported yet");
        }

        ImageFormat? format = destination.Driver?.Type is null ? null : destination.Format();
        await CopyAsync(dom, path, location, format, wanted, CopyParameters.Read(@params), "virDomainBlockCopy", cancellationToken).ConfigureAwait(false);
    }

    private ValueTask CopyToPathAsync(DomainRef dom, string path, string? destination, long speed, DomainBlockRebaseFlags flags, CancellationToken cancellationToken)
    {
        var to = destination ?? throw VireoException.InvalidArgument(ErrorDomain.Domain, "base in virDomainBlockRebase must not be NULL");
        ImageLocation location = flags.HasFlag(DomainBlockRebaseFlags.CopyDev) ? new BlockDeviceLocation(to) : new FileLocation(to);
        var wanted = DomainBlockCopyFlags.None
            | (flags.HasFlag(DomainBlockRebaseFlags.Shallow) ? DomainBlockCopyFlags.Shallow : 0)
            | (flags.HasFlag(DomainBlockRebaseFlags.ReuseExt) ? DomainBlockCopyFlags.ReuseExt : 0);
        ImageFormat? format = flags.HasFlag(DomainBlockRebaseFlags.CopyRaw) ? ImageFormat.Raw : null;
        return CopyAsync(dom, path, location, format, wanted, new CopyParameters(speed, 0, 0), "virDomainBlockRebase", cancellationToken);
    }

    private async ValueTask CopyAsync(
        DomainRef dom,
        string path,
        ImageLocation location,
        ImageFormat? format,
        DomainBlockCopyFlags flags,
        CopyParameters parameters,
        string api,
        CancellationToken cancellationToken)
    {
        var domain = Find(dom);
        using var turn = await domain.EnterAsync(api, cancellationToken).ConfigureAwait(false);
        var disk = await IdleDiskAsync(domain, path).ConfigureAwait(false);
        RefuseCopy(domain, disk, flags);
        var preparation = new CopyPreparation(disk, location, format, flags.HasFlag(DomainBlockCopyFlags.ReuseExt), flags.HasFlag(DomainBlockCopyFlags.Shallow));
        var destination = await Task.Run(preparation.Prepare, cancellationToken).ConfigureAwait(false);
        try
        {
            await new DomainBlockJobs(domain).CopyAsync(disk, parameters.Of(destination, flags.HasFlag(DomainBlockCopyFlags.SynchronousWrites)), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            preparation.TakeBack();
            throw;
        }
    }

    private static void RefuseCopy(QemuDomain domain, LiveDisk disk, DomainBlockCopyFlags flags)
    {
        // libvirt's promise to callers that do not know jobs that end with the process.
        if (domain.View.IsPersistent && !flags.HasFlag(DomainBlockCopyFlags.TransientJob))
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, "domain is not transient");
        }

        if (disk.Access.ReadOnly)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"disk '{disk.Target}' is read-only: there is nothing to keep alike");
        }
    }

    /// <summary>What a caller asks of a copy besides its destination.</summary>
    private sealed record CopyParameters(long Speed, uint Granularity, long Buffer)
    {
        public static CopyParameters Read(TypedParam[] given)
        {
            var read = new CopyParameters(0, 0, 0);
            foreach (var parameter in given)
            {
                read = parameter.Field switch
                {
                    "bandwidth" when parameter.Unsigned > long.MaxValue => throw VireoException.InvalidArgument(
                        ErrorDomain.Qemu, $"bandwidth must be less than '{long.MaxValue}' bytes/s ({long.MaxValue >> 20} MiB/s)"),
                    "bandwidth" => read with { Speed = QemuConnection.Speed(parameter.Unsigned, inBytes: true) },
                    "granularity" when parameter.Unsigned is 0 || System.Numerics.BitOperations.IsPow2(parameter.Unsigned) => read with { Granularity = (uint)parameter.Unsigned },
                    "granularity" => throw VireoException.InvalidArgument(ErrorDomain.Qemu, "granularity must be power of 2"),
                    "buf-size" => read with { Buffer = QemuConnection.Speed(parameter.Unsigned, inBytes: true) },
                    var other => throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"parameter '{other}' not supported"),
                };
            }

            return read;
        }

        public CopyDestination Of(CopyDestination destination, bool synchronous) =>
            destination with { Speed = Speed, Granularity = Granularity, Buffer = Buffer, Synchronous = synchronous };
    }
}
