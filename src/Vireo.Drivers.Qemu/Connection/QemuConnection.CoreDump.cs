using Vireo.Drivers.Qemu.CoreDump;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu;

/// <content>Dumping the memory of guests for whoever looks for a fault.</content>
internal sealed partial class QemuConnection
{
    private const DomainCoreDumpFlags DumpFlags =
        DomainCoreDumpFlags.Crash | DomainCoreDumpFlags.Live | DomainCoreDumpFlags.BypassCache | DomainCoreDumpFlags.Reset | DomainCoreDumpFlags.MemoryOnly;

    /// <inheritdoc/>
    public override ValueTask DomainCoreDumpAsync(DomainRef dom, string to, uint flags, CancellationToken cancellationToken) =>
        DomainCoreDumpWithFormatAsync(dom, to, (uint)DomainCoreDumpFormat.Raw, flags, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask DomainCoreDumpWithFormatAsync(DomainRef dom, string to, uint dumpformat, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DumpFlags, "qemuDomainCoreDumpWithFormat");
        var wanted = (DomainCoreDumpFlags)flags;
        RefuseConflicts(wanted);
        if (!Enum.IsDefined((DomainCoreDumpFormat)dumpformat))
        {
            throw VireoException.ConflictingFlags(ErrorDomain.Domain, $"dumpformat '{dumpformat}' is not supported");
        }

        var request = new DumpRequest(to)
        {
            Live = wanted.HasFlag(DomainCoreDumpFlags.Live),
            MemoryOnly = wanted.HasFlag(DomainCoreDumpFlags.MemoryOnly),
            BypassCache = wanted.HasFlag(DomainCoreDumpFlags.BypassCache),
            Format = (DomainCoreDumpFormat)dumpformat,
            Compression = Hypervisor.Settings.DumpFormat,
        };
        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainCoreDumpWithFormat", cancellationToken).ConfigureAwait(false);
        var process = domain.RequireProcess();
        if (request is { Format: not DomainCoreDumpFormat.Raw, MemoryOnly: false })
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, "kdump-compressed format is only supported with memory-only dump");
        }

        var ran = domain.View.State == DomainState.Running;
        await LongAsync(
            job,
            DomainJobOperation.Dump,
            token =>
            {
                job.Long!.CannotAbort = request.MemoryOnly ? "cannot abort memory-only dump" : null;
                return new DomainDump(domain, process).RunAsync(request, token);
            },
            cancellationToken).ConfigureAwait(false);
        await AfterDumpAsync(domain, process, wanted, ran).ConfigureAwait(false);
    }

    private async ValueTask AfterDumpAsync(QemuDomain domain, QemuProcess process, DomainCoreDumpFlags wanted, bool ran)
    {
        if (wanted.HasFlag(DomainCoreDumpFlags.Crash))
        {
            process.WillEnd(EndCause.Panicked);
            await process.EndAsync().ConfigureAwait(false);
            await Hypervisor.Stopper.FinishAsync(domain, process).ConfigureAwait(false);
            return;
        }

        if (wanted.HasFlag(DomainCoreDumpFlags.Reset))
        {
            await process.Monitor.ExecuteAsync(Qmp.SystemReset, CancellationToken.None).ConfigureAwait(false);
        }

        if (ran && domain.View.State == DomainState.Paused)
        {
            await Hypervisor.Resume(domain, process, DomainRunningReason.Unpaused, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static void RefuseConflicts(DomainCoreDumpFlags flags)
    {
        foreach (var (one, other, names) in new[]
        {
            (DomainCoreDumpFlags.Crash, DomainCoreDumpFlags.Live, "'VIR_DUMP_CRASH' and 'VIR_DUMP_LIVE'"),
            (DomainCoreDumpFlags.Crash, DomainCoreDumpFlags.Reset, "'VIR_DUMP_CRASH' and 'VIR_DUMP_RESET'"),
            (DomainCoreDumpFlags.Live, DomainCoreDumpFlags.Reset, "'VIR_DUMP_LIVE' and 'VIR_DUMP_RESET'"),
        })
        {
            if (flags.HasFlag(one | other))
            {
                throw VireoException.ConflictingFlags(ErrorDomain.Domain, $"Flags {names} are mutually exclusive");
            }
        }
    }
}
