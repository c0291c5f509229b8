using Vireo.Config;

namespace Vireo.Drivers.Test;

/// <content>Starting, stopping and all between.</content>
internal sealed partial class TestConnection
{
    private const uint StartFlags = (uint)(DomainCreateFlags.StartPaused | DomainCreateFlags.StartValidate);

    public override ValueTask<DomainRef> DomainCreateXmlAsync(string xmlDesc, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, StartFlags, ErrorDomain.Test, "virDomainCreateXML");
        var config = TestDocuments.Read(xmlDesc, (flags & (uint)DomainCreateFlags.StartValidate) != 0);
        lock (hypervisor.Gate)
        {
            var domain = hypervisor.Claim(config, mustNotRun: true);
            domain.Live = config;
            hypervisor.Keep(domain);
            return ValueTask.FromResult(Start(domain, flags));
        }
    }

    public override async ValueTask DomainCreateAsync(DomainRef dom, CancellationToken cancellationToken) =>
        await DomainCreateWithFlagsAsync(dom, 0, cancellationToken).ConfigureAwait(false);

    public override ValueTask<DomainRef> DomainCreateWithFlagsAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, StartFlags, ErrorDomain.Test, "virDomainCreateWithFlags");
        return On(dom, domain =>
        {
            if (domain.IsActive)
            {
                throw VireoException.OperationInvalid(ErrorDomain.Test, "Domain is already running");
            }

            return Start(domain, flags);
        });
    }

    public override ValueTask DomainShutdownAsync(DomainRef dom, CancellationToken cancellationToken) => DomainShutdownFlagsAsync(dom, 0, cancellationToken);

    public override ValueTask DomainShutdownFlagsAsync(DomainRef dom, uint flags, CancellationToken cancellationToken) => On(dom, domain =>
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Test, "virDomainShutdownFlags");
        MustBe(domain, DomainState.Running, "running");
        hypervisor.Stop(domain, DomainShutoffReason.Shutdown, DomainEventStoppedDetailType.Shutdown);
    });

    public override ValueTask DomainDestroyAsync(DomainRef dom, CancellationToken cancellationToken) => DomainDestroyFlagsAsync(dom, 0, cancellationToken);

    public override ValueTask DomainDestroyFlagsAsync(DomainRef dom, uint flags, CancellationToken cancellationToken) => On(dom, domain =>
    {
        VireoException.CheckFlags(flags, (uint)DomainDestroyFlags.Graceful, ErrorDomain.Test, "virDomainDestroyFlags");
        MustRun(domain);
        hypervisor.Stop(domain, DomainShutoffReason.Destroyed, DomainEventStoppedDetailType.Destroyed);
    });

    public override ValueTask DomainSuspendAsync(DomainRef dom, CancellationToken cancellationToken) => On(dom, domain =>
    {
        MustBe(domain, DomainState.Running, "running");
        domain.State = DomainState.Paused;
        domain.Reason = (int)DomainPausedReason.User;
        hypervisor.Tell(domain.Reference, DomainEventType.Suspended, (int)DomainEventSuspendedDetailType.Paused);
    });

    public override ValueTask DomainResumeAsync(DomainRef dom, CancellationToken cancellationToken) => On(dom, domain =>
    {
        MustBe(domain, DomainState.Paused, "paused");
        domain.State = DomainState.Running;
        domain.Reason = (int)DomainRunningReason.Unpaused;
        hypervisor.Tell(domain.Reference, DomainEventType.Resumed, (int)DomainEventResumedDetailType.Unpaused);
    });

    public override ValueTask DomainRebootAsync(DomainRef dom, uint flags, CancellationToken cancellationToken) => On(dom, domain =>
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Test, "virDomainReboot");
        MustRun(domain);
        if (domain.Config.OnReboot == LifecycleAction.Destroy)
        {
            hypervisor.Stop(domain, DomainShutoffReason.Shutdown, DomainEventStoppedDetailType.Shutdown);
        }
        else
        {
            domain.State = DomainState.Running;
            domain.Reason = (int)DomainRunningReason.Booted;
            hypervisor.Events.Publish(new DomainRebootEvent(domain.Reference));
        }
    });

    public override ValueTask DomainResetAsync(DomainRef dom, uint flags, CancellationToken cancellationToken) => DomainRebootAsync(dom, flags, cancellationToken);

    public override ValueTask<DomainGetControlInfoResult> DomainGetControlInfoAsync(DomainRef dom, uint flags, CancellationToken cancellationToken) => On(dom, domain =>
    {
        MustRun(domain);
        return new DomainGetControlInfoResult((uint)DomainControlState.Ok, 0, 0);
    });

    public override ValueTask<int> DomainRenameAsync(DomainRef dom, string? newName, uint flags, CancellationToken cancellationToken) => On(dom, domain =>
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Test, "virDomainRename");
        if (domain.IsActive)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Test, "cannot rename active domain");
        }

        if (string.IsNullOrEmpty(newName) || hypervisor.FindByName(newName) is not null)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Test, $"domain with name '{newName}' already exists");
        }

        domain.Persistent = domain.Persistent! with { Name = newName };
        return 0;
    });

    private DomainRef Start(TestDomain domain, uint flags)
    {
        hypervisor.Start(domain, DomainRunningReason.Booted);
        hypervisor.Tell(domain.Reference, DomainEventType.Started, (int)DomainEventStartedDetailType.Booted);
        if (((DomainCreateFlags)flags & DomainCreateFlags.StartPaused) != 0)
        {
            domain.State = DomainState.Paused;
            domain.Reason = (int)DomainPausedReason.User;
            hypervisor.Tell(domain.Reference, DomainEventType.Suspended, (int)DomainEventSuspendedDetailType.Paused);
        }

        return domain.Reference;
    }

    private static void MustBe(TestDomain domain, DomainState state, string word)
    {
        if (domain.State != state)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Test, $"domain '{domain.Name}' is not {word}");
        }
    }
}
