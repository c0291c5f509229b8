using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu;

/// <content>Starting, pausing and ending domains.</content>
internal sealed partial class QemuConnection
{
    private const DomainCreateFlags StartFlags = DomainCreateFlags.StartPaused | DomainCreateFlags.StartAutodestroy | DomainCreateFlags.StartBypassCache
        | DomainCreateFlags.StartForceBoot | DomainCreateFlags.StartResetNvram;

    /// <inheritdoc/>
    public override async ValueTask DomainCreateAsync(DomainRef dom, CancellationToken cancellationToken) =>
        await DomainCreateWithFlagsAsync(dom, 0, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async ValueTask<DomainRef> DomainCreateWithFlagsAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, StartFlags, "qemuDomainCreateWithFlags");
        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainCreateWithFlags", cancellationToken).ConfigureAwait(false);
        if (domain.View.IsActive)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, "domain is already running");
        }

        await StartAsync(domain, (DomainCreateFlags)flags, cancellationToken).ConfigureAwait(false);
        return domain.View.Ref;
    }

    /// <inheritdoc/>
    public override async ValueTask DomainDestroyAsync(DomainRef dom, CancellationToken cancellationToken) =>
        await DomainDestroyFlagsAsync(dom, 0, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async ValueTask DomainDestroyFlagsAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainDestroyFlags.Graceful | DomainDestroyFlags.RemoveLogs, "qemuDomainDestroyFlags");
        var domain = Find(dom);
        var process = domain.RequireProcess(ErrorDomain.Domain);
        var graceful = (flags & (uint)DomainDestroyFlags.Graceful) != 0;
        await Hypervisor.Stopper.StopAsync(domain, process, EndCause.Destroyed, graceful, "virDomainDestroyFlags", cancellationToken).ConfigureAwait(false);
        if ((flags & (uint)DomainDestroyFlags.RemoveLogs) != 0)
        {
            File.Delete(process.LogPath);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DomainSuspendAsync(DomainRef dom, CancellationToken cancellationToken)
    {
        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainSuspend", cancellationToken).ConfigureAwait(false);
        var process = domain.RequireProcess();
        switch (domain.View.State)
        {
            case DomainState.Pmsuspended:
                throw VireoException.OperationInvalid(ErrorDomain.Qemu, "domain is pmsuspended");
            case DomainState.Paused:
                return;
        }

        await Hypervisor.Pause(domain, process, DomainPausedReason.User, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainResumeAsync(DomainRef dom, CancellationToken cancellationToken)
    {
        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainResume", cancellationToken).ConfigureAwait(false);
        var process = domain.RequireProcess();
        switch (domain.View.State)
        {
            case DomainState.Pmsuspended:
                throw VireoException.OperationInvalid(ErrorDomain.Qemu, "domain is pmsuspended");
            case DomainState.Running:
                throw VireoException.OperationInvalid(ErrorDomain.Qemu, "domain is already running");
        }

        await Hypervisor.Resume(domain, process, DomainRunningReason.Unpaused, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainResetAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainReset");
        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainReset", cancellationToken).ConfigureAwait(false);
        var process = domain.RequireProcess(ErrorDomain.Domain);
        process.RebootOnShutdown = false;
        await process.Monitor.ExecuteAsync("system_reset", cancellationToken).ConfigureAwait(false);
        domain.Update(v => v.State == DomainState.Crashed ? v.In(DomainState.Paused, (int)DomainPausedReason.Crashed) : v);
    }

    private async Task StartAsync(QemuDomain domain, DomainCreateFlags flags, CancellationToken cancellationToken)
    {
        var options = StartOptions.Default with
        {
            Paused = flags.HasFlag(DomainCreateFlags.StartPaused),
            DiscardSaved = flags.HasFlag(DomainCreateFlags.StartForceBoot),
            BypassCache = flags.HasFlag(DomainCreateFlags.StartBypassCache),
            ResetFirmware = flags.HasFlag(DomainCreateFlags.StartResetNvram),
        };
        await Hypervisor.Starter.StartAsync(domain, options, cancellationToken).ConfigureAwait(false);
        if ((flags & DomainCreateFlags.StartAutodestroy) != 0 && domain.Process is { } process)
        {
            _autodestroy[process] = domain;
        }
    }
}
