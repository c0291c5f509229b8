using Vireo.Drivers.Qemu.Capabilities;
using Vireo.Drivers.Qemu.Inspection;

namespace Vireo.Drivers.Qemu;

/// <content>Looking into a guest: screens, memory, disks, and what is odd about it.</content>
internal sealed partial class QemuConnection
{
    /// <inheritdoc/>
    public override async ValueTask<(string? Value, DriverStream Stream)> DomainScreenshotAsync(DomainRef dom, uint screen, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainScreenshot");
        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainScreenshot", cancellationToken).ConfigureAwait(false);
        return await Screenshot.TakeAsync(domain.RequireProcess(), screen, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<byte[]> DomainMemoryPeekAsync(DomainRef dom, ulong offset, uint size, uint flags, CancellationToken cancellationToken)
    {
        const DomainMemoryFlags Known = DomainMemoryFlags.Virtual | DomainMemoryFlags.Physical;
        CheckFlags(flags, Known, "qemuDomainMemoryPeek");
        RefuseLarge("memory", size);
        if (((DomainMemoryFlags)flags & Known) is 0 or Known)
        {
            throw flags != 0
                ? VireoException.ConflictingFlags(ErrorDomain.Domain, "Flags 'VIR_MEMORY_VIRTUAL' and 'VIR_MEMORY_PHYSICAL' are mutually exclusive")
                : VireoException.InvalidArgument(ErrorDomain.Qemu, "flags parameter must be VIR_MEMORY_VIRTUAL or VIR_MEMORY_PHYSICAL");
        }

        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainMemoryPeek", cancellationToken).ConfigureAwait(false);
        return await Peek.MemoryAsync(domain.RequireProcess(), flags == (uint)DomainMemoryFlags.Physical, offset, size, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<byte[]> DomainBlockPeekAsync(DomainRef dom, string path, ulong offset, uint size, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainBlockPeek");
        RefuseLarge("block", size);
        if (path.Length == 0)
        {
            throw VireoException.ConflictingFlags(ErrorDomain.Domain, "string disk in virDomainBlockPeek must not be empty");
        }

        var config = Find(dom).View.Config;
        return await Task.Run(() => Peek.Disk(config, path, offset, size), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<string[]> DomainGetMessagesAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        const DomainMessageType all = DomainMessageType.Deprecation | DomainMessageType.Tainting | DomainMessageType.Ioerrors;
        CheckFlags(flags, all, "qemuDomainGetMessages");
        var wanted = flags == 0 ? all : (DomainMessageType)flags;
        var domain = Find(dom);
        if (domain.View.Live is not { } live)
        {
            return [];
        }

        var taints = wanted.HasFlag(DomainMessageType.Tainting) ? DomainMessages.Taints(live) : [];
        var errors = wanted.HasFlag(DomainMessageType.Ioerrors) ? domain.Process?.DiskErrors.Messages(live) ?? [] : [];
        if (!wanted.HasFlag(DomainMessageType.Deprecation))
        {
            return [.. taints, .. errors];
        }

        var qemu = await Hypervisor.HostInformation.EmulatorAsync(live.Devices.Emulator ?? EmulatorTargets.For(live.Os.Type?.Arch), cancellationToken).ConfigureAwait(false);
        return [.. taints, .. DomainMessages.Deprecations(live, qemu), .. errors];
    }

    /// <inheritdoc/>
    public override ValueTask<DomainGetSecurityLabelListResult> DomainGetSecurityLabelListAsync(DomainRef dom, CancellationToken cancellationToken)
    {
        DomainGetSecurityLabelResult[] labels = Find(dom).Process is { } process ? [.. Hypervisor.Security.LabelsOf(process.Host.Pid).Select(Label)] : [];
        return ValueTask.FromResult(new DomainGetSecurityLabelListResult(labels, labels.Length));
    }

    private static void RefuseLarge(string what, uint size)
    {
        if (size > Peek.Largest)
        {
            throw new VireoException(ErrorCode.Rpc, ErrorDomain.Remote, $"{what} peek request too large for remote protocol, {size} > {Peek.Largest}");
        }
    }
}
