namespace Vireo;

/// <content>Starting, stopping and all between.</content>
public sealed partial class Domain
{
    /// <summary>Starts it (<c>virDomainCreateWithFlags</c>). VIR_ERR_OPERATION_INVALID when it runs already.</summary>
    public async ValueTask StartAsync(DomainCreateFlags flags = 0, CancellationToken cancellationToken = default)
    {
        if (flags == 0)
        {
            // The old call is what every daemon knows.
            await Driver.DomainCreateAsync(Reference, cancellationToken).ConfigureAwait(false);
            Reference = await Driver.DomainLookupByUuidAsync(Uuid, cancellationToken).ConfigureAwait(false);
            return;
        }

        Reference = await Driver.DomainCreateWithFlagsAsync(Reference, (uint)flags, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks the guest to power down (<c>virDomainShutdownFlags</c>). Returns when it was asked, not when it is down.</summary>
    public ValueTask ShutdownAsync(DomainShutdownFlags flags = 0, CancellationToken cancellationToken = default) =>
        flags == 0 ? Driver.DomainShutdownAsync(Reference, cancellationToken) : Driver.DomainShutdownFlagsAsync(Reference, (uint)flags, cancellationToken);

    /// <summary>Asks the guest to restart (<c>virDomainReboot</c>).</summary>
    public ValueTask RebootAsync(DomainRebootFlags flags = 0, CancellationToken cancellationToken = default) =>
        Driver.DomainRebootAsync(Reference, (uint)flags, cancellationToken);

    /// <summary>Presses the reset button (<c>virDomainReset</c>).</summary>
    public ValueTask ResetAsync(CancellationToken cancellationToken = default) => Driver.DomainResetAsync(Reference, 0, cancellationToken);

    /// <summary>Pulls the plug (<c>virDomainDestroyFlags</c>). VIR_ERR_OPERATION_INVALID when it does not run.</summary>
    public ValueTask DestroyAsync(DomainDestroyFlags flags = 0, CancellationToken cancellationToken = default) =>
        flags == 0 ? Driver.DomainDestroyAsync(Reference, cancellationToken) : Driver.DomainDestroyFlagsAsync(Reference, (uint)flags, cancellationToken);

    /// <summary>Stops its vcpus (<c>virDomainSuspend</c>).</summary>
    public ValueTask SuspendAsync(CancellationToken cancellationToken = default) => Driver.DomainSuspendAsync(Reference, cancellationToken);

    /// <summary>Lets its vcpus go on (<c>virDomainResume</c>).</summary>
    public ValueTask ResumeAsync(CancellationToken cancellationToken = default) => Driver.DomainResumeAsync(Reference, cancellationToken);

    /// <summary>Forgets the persistent definition; a running domain becomes transient (<c>virDomainUndefineFlags</c>). VIR_ERR_OPERATION_INVALID when snapshots or other state would be lost without a flag for it.</summary>
    public ValueTask UndefineAsync(DomainUndefineFlags flags = 0, CancellationToken cancellationToken = default) =>
        Driver.DomainUndefineFlagsAsync(Reference, (uint)flags, cancellationToken);

    /// <summary>Gives it another name (<c>virDomainRename</c>).</summary>
    public async ValueTask RenameAsync(string name, CancellationToken cancellationToken = default)
    {
        await Driver.DomainRenameAsync(Reference, name, 0, cancellationToken).ConfigureAwait(false);
        Reference = Reference with { Name = name };
    }

    /// <summary>Sets the current memory, in KiB (<c>virDomainSetMemoryFlags</c>).</summary>
    public ValueTask SetMemoryAsync(ulong kibibytes, DomainMemoryModFlags flags = 0, CancellationToken cancellationToken = default) =>
        Driver.DomainSetMemoryFlagsAsync(Reference, kibibytes, (uint)flags, cancellationToken);

    /// <summary>Sets the number of vcpus (<c>virDomainSetVcpusFlags</c>).</summary>
    public ValueTask SetVcpusAsync(uint count, DomainVcpuFlags flags = 0, CancellationToken cancellationToken = default) =>
        Driver.DomainSetVcpusFlagsAsync(Reference, count, (uint)flags, cancellationToken);
}
