using Vireo.Config;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.State;
using Vireo.Drivers.Qemu.Tuning;

namespace Vireo.Drivers.Qemu;

/// <content>How much memory a domain has.</content>
internal sealed partial class QemuConnection
{
    /// <inheritdoc/>
    public override ValueTask DomainSetMemoryAsync(DomainRef dom, ulong memory, CancellationToken cancellationToken) => DomainSetMemoryFlagsAsync(dom, memory, (uint)DomainMemoryModFlags.Live, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DomainSetMaxMemoryAsync(DomainRef dom, ulong memory, CancellationToken cancellationToken) =>
        DomainSetMemoryFlagsAsync(dom, memory, (uint)DomainMemoryModFlags.Maximum, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask DomainSetMemoryFlagsAsync(DomainRef dom, ulong memory, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainMemoryModFlags.Live | DomainMemoryModFlags.Config | DomainMemoryModFlags.Maximum, "qemuDomainSetMemoryFlags");
        if (memory == 0)
        {
            throw VireoException.BadArgument(ErrorDomain.Domain, "virDomainSetMemoryFlags", "memory", "memory in virDomainSetMemoryFlags must not be zero");
        }

        if (memory > ulong.MaxValue / 1024)
        {
            throw new VireoException(ErrorCode.Overflow, ErrorDomain.Domain, "input too large");
        }

        var size = DataSize.FromKiB(memory);
        var maximum = (flags & (uint)DomainMemoryModFlags.Maximum) != 0;
        var domain = Find(dom);
        using var turn = await domain.EnterAsync("virDomainSetMemoryFlags", cancellationToken).ConfigureAwait(false);
        var view = domain.View;
        var impact = ModificationImpact.Of(view, flags);
        if (maximum && impact.Live)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, "cannot resize the maximum memory on an active domain");
        }

        var definition = impact.Config ? maximum ? WithMaximum(view.Persistent!, size) : Holding(view.Persistent!, size) with { CurrentMemory = size } : null;
        if (impact.Live)
        {
            Holding(view.Live!, size);
            if (view.Live!.Devices.Memballoon is null or { Model: MemballoonModel.None })
            {
                throw VireoException.OperationInvalid(ErrorDomain.Qemu, "Unable to change memory of active domain without the balloon device and guest OS balloon driver");
            }

            // The guest tells by an event what it makes of it.
            await domain.RequireProcess().Monitor.ExecuteAsync(Qmp.Balloon((long)size.Bytes), cancellationToken).ConfigureAwait(false);
        }

        await DefineAsync(domain, definition).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainSetMemoryStatsPeriodAsync(DomainRef dom, int period, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainMemoryModFlags.Live | DomainMemoryModFlags.Config, "qemuDomainSetMemoryStatsPeriod");
        var domain = Find(dom);
        using var turn = await domain.EnterAsync("virDomainSetMemoryStatsPeriod", cancellationToken).ConfigureAwait(false);
        await DomainTuning.ChangeAsync(
            domain, ModificationImpact.Of(domain.View, flags),
            (config, _) => config.Devices.Memballoon is { Model: not MemballoonModel.None } balloon
                ? config with { Devices = config.Devices with { Memballoon = balloon with { StatsPeriod = period > 0 ? (uint)period : null } } }
                : throw VireoException.Internal(ErrorDomain.Qemu, "No memory balloon device configured, can not set the collection period"),
            (process, config) => process.Monitor.ExecuteAsync(Qmp.QomSet($"/machine/peripheral/{config.Devices.Memballoon!.Alias}", "guest-stats-polling-interval", period), cancellationToken)).ConfigureAwait(false);
    }

    private static DomainConfig Holding(DomainConfig config, DataSize size) =>
        size <= config.Memory!.Size ? config : throw VireoException.InvalidArgument(ErrorDomain.Qemu, "cannot set memory higher than max memory");

    private static DomainConfig WithMaximum(DomainConfig config, DataSize size) => config.Cpu?.Numa is { Cells.IsEmpty: false }
        ? throw VireoException.OperationInvalid(ErrorDomain.Qemu, "initial memory size of a domain with NUMA nodes cannot be modified with this API")
        : config with { Memory = config.Memory! with { Size = size }, CurrentMemory = config.CurrentMemory is { } current && current > size ? size : config.CurrentMemory };
}
