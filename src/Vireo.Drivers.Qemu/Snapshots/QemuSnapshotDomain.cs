using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Vireo.Config;
using Vireo.Drivers.Qemu.Agent;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.BlockJobs;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.State;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>A domain of this hypervisor as the snapshot engine sees it. Used within the domain's job.</summary>
/// <param name="domain">The domain.</param>
internal sealed class QemuSnapshotDomain(QemuDomain domain) : ISnapshotDomain
{
    private QemuHypervisor Hypervisor => domain.Hypervisor;

    /// <inheritdoc/>
    public Guid Uuid => domain.View.Uuid;

    /// <inheritdoc/>
    public string Name => domain.View.Name;

    /// <inheritdoc/>
    public bool IsPersistent => domain.View.IsPersistent;

    /// <inheritdoc/>
    public DomainConfig? Live => domain.View is { IsActive: true } view ? view.Live : null;

    /// <inheritdoc/>
    public DomainConfig? Persistent => domain.View.Persistent;

    /// <inheritdoc/>
    public DomainState State => domain.View.State;

    /// <inheritdoc/>
    public LiveDisks? Disks => domain.Process?.Disks;

    /// <inheritdoc/>
    public ProcessIdentity? Process => domain.Process?.Host.Identity;

    /// <inheritdoc/>
    public bool HasCheckpoints => domain.Checkpoints.Tree.Count > 0;

    /// <inheritdoc/>
    public (uint User, uint Group)? ImageOwner => null;

    /// <inheritdoc/>
    public IReadOnlyCollection<FileIdentity> ImagesOfOtherDomains() => DomainImages.OfOthers(domain);

    /// <inheritdoc/>
    public string? VariablesOf(DomainConfig config) => Hypervisor.Firmware.VariablesOf(config);

    /// <inheritdoc/>
    public DomainConfig WithFirmware(DomainConfig config) => Hypervisor.Firmware.Apply(config);

    /// <inheritdoc/>
    public string? TpmStateOf(DomainConfig config) => Hypervisor.TpmStorage.StateOf(config);

    /// <inheritdoc/>
    public IReadOnlyList<DocumentChange> DocumentChanges(DomainConfig? live, DomainConfig? persistent, LiveDisks? disks)
    {
        var changes = Definition(persistent);
        if (domain.Process is { } process)
        {
            changes.Add(new DocumentChange(
                Hypervisor.Files.Status(Name),
                null,
                live is null ? null : DomainFiles.LiveState(domain.View, process, LiveDocument.Show(live, disks!), disks!).ToXml())
            { IsVolatile = true });
        }

        return changes;
    }

    /// <inheritdoc/>
    public void Adopt(DomainConfig? live, DomainConfig? persistent, LiveDisks? disks)
    {
        if (domain.Process is not { } process || live is null)
        {
            domain.Update(v => v with { Persistent = persistent });
            return;
        }

        process.Disks = disks!;
        var shown = LiveDocument.Show(live, disks!);
        process.Live = shown;
        domain.Update(v => v with { Live = ChannelStates.Keep(v.Live, shown), Persistent = persistent });
    }

    /// <inheritdoc/>
    public async ValueTask PlaceAsync(Action place)
    {
        if (domain.Process is not { } process)
        {
            await Task.Run(place).ConfigureAwait(false);
            return;
        }

        try
        {
            await Hypervisor.PlaceStatusAsync(process, place).ConfigureAwait(false);
        }
        finally
        {
            Hypervisor.SaveStatusSoon(domain, process);
        }
    }

    /// <inheritdoc/>
    public ValueTask ClaimAsync(LiveDisks disks, CancellationToken cancellationToken)
    {
        var process = domain.RequireProcess();
        return process.ClaimAsync(process.Live, disks, cancellationToken);
    }

    /// <inheritdoc/>
    public void SaveStatusSoon()
    {
        if (domain.Process is { } process)
        {
            Hypervisor.SaveStatusSoon(domain, process);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<JsonElement> ExecuteAsync(string command, string? argumentsJson, CancellationToken cancellationToken) =>
        await domain.RequireProcess().Monitor.ExecuteAsync(new QmpCommand(command, argumentsJson), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public HeldCommand Hold(string command, string argumentsJson) => domain.RequireProcess().Monitor.Hold(new QmpCommand(command, argumentsJson));

    /// <inheritdoc/>
    public async ValueTask RunJobAsync(StateJob job)
    {
        var process = domain.RequireProcess();
        await job.RunAsync(process.Monitor, process.Disks).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<DomainConfig> CompleteAsync(DomainConfig config, CancellationToken cancellationToken) => Hypervisor.Builder.CompleteSavedAsync(config, cancellationToken);

    /// <inheritdoc/>
    public void TellReverted(bool memory)
    {
        var reason = memory ? DomainPausedReason.FromSnapshot : DomainPausedReason.User;
        domain.TryUpdate(v => v.State == DomainState.Paused ? v.In(DomainState.Paused, (int)reason) : null);
        if (IsPersistent)
        {
            domain.Lifecycle(DomainEventType.Defined, (int)DomainEventDefinedDetailType.FromSnapshot);
        }
    }

    /// <inheritdoc/>
    public void Progressed(JobProgress progress) => domain.Progressed(progress);

    /// <inheritdoc/>
    public async ValueTask MergeAsync(PlannedMerge merge, Action<double> progress, CancellationToken cancellationToken) =>
        await new LiveMerge(new DomainBlockJobs(domain), merge, progress).RunAsync(Disks!, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask PauseAsync(DomainPausedReason reason, CancellationToken cancellationToken) =>
        await Hypervisor.Pause(domain, domain.RequireProcess(), reason, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask ResumeAsync(DomainRunningReason reason, CancellationToken cancellationToken) =>
        await Hypervisor.Resume(domain, domain.RequireProcess(), reason, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask SaveMemoryAsync(SafeFileHandle file, CancellationToken cancellationToken)
    {
        var process = domain.RequireProcess();
        process.PauseReason = DomainPausedReason.Snapshot;
        await new OutgoingMemory(domain, process, $"the memory of domain '{Name}' could not be saved").SendAsync(file, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask FreezeAsync(CancellationToken cancellationToken)
    {
        using var turn = await domain.EnterAgentAsync("virDomainSnapshotCreateXML", cancellationToken).ConfigureAwait(false);
        try
        {
            await Quiesce.FreezeAsync(domain.RequireAgent(), cancellationToken).ConfigureAwait(false);
        }
        catch (VireoException e) when (e.InnerException is StillFrozenException)
        {
            domain.Process?.Agent?.OweThaw();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask ThawAsync(CancellationToken cancellationToken)
    {
        if (domain.Process is not { Agent: { } channel })
        {
            return;
        }

        // Whatever keeps it from being done now, it is done as soon as it can be.
        channel.OweThaw();
        using var turn = await domain.EnterAgentAsync("virDomainSnapshotCreateXML", cancellationToken).ConfigureAwait(false);
        await channel.ThawAsync(Quiesce.Limit(domain.RequireAgent()), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask StopAsync(DomainShutoffReason reason, CancellationToken cancellationToken)
    {
        var process = domain.RequireProcess();
        process.WillEnd(EndCause.Of(reason));
        await process.EndAsync().ConfigureAwait(false);
        await Hypervisor.Stopper.FinishAsync(domain, process, goesOn: true).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReplacementProcess> StartReplacementAsync(DomainConfig config, SafeFileHandle? memory, CancellationToken cancellationToken)
    {
        var complete = await Hypervisor.Builder.CompleteAsync(config, cancellationToken).ConfigureAwait(false);
        var beside = Live;
        var process = await Hypervisor.Launcher.LaunchAsync(new LaunchSource(complete) { Memory = memory, Beside = beside }, cancellationToken).ConfigureAwait(false);
        return new Replacement(this, domain, process, handsOver: beside is not null);
    }

    private List<DocumentChange> Definition(DomainConfig? persistent) => persistent is null
        ? []
        : [new DocumentChange(Hypervisor.Files.Definition(Name), Persistent is { } before ? DomainFiles.DefinitionText(before) : null, DomainFiles.DefinitionText(persistent))];

    private sealed class Replacement(QemuSnapshotDomain owner, QemuDomain domain, QemuProcess process, bool handsOver) : IReplacementProcess
    {
        private bool _taken;

        public ProcessIdentity Process => process.Host.Identity;

        public DomainConfig Live => process.Live;

        public LiveDisks Disks => process.Disks;

        public async ValueTask RunJobAsync(StateJob job)
        {
            await job.RunAsync(process.Monitor, process.Disks).ConfigureAwait(false);
            if (job.Kind == StateJobKind.Load)
            {
                // The guest in the memory may hold channels open.
                process.Live = Terminals.Show(process.Live, await process.Monitor.ExecuteAsync("query-chardev", CancellationToken.None).ConfigureAwait(false));
            }
        }

        public IReadOnlyList<DocumentChange> DocumentChanges(DomainConfig? persistent)
        {
            var view = domain.View with { Id = process.Id, Live = process.Live, State = DomainState.Paused, Reason = (int)DomainPausedReason.FromSnapshot };
            return [.. owner.Definition(persistent), new DocumentChange(domain.Hypervisor.Files.Status(owner.Name), null, DomainFiles.LiveState(view, process).ToXml()) { IsVolatile = true }];
        }

        public async ValueTask TakeOverAsync(DomainConfig? persistent, CancellationToken cancellationToken)
        {
            _taken = true;
            if (domain.Process is { } old)
            {
                // In the orderly way, so that images which snapshots lie in are left clean.
                old.WillEnd(EndCause.Of(DomainShutoffReason.FromSnapshot));
                await old.EndAsync().ConfigureAwait(false);
                await domain.Hypervisor.Stopper.FinishAsync(domain, old, goesOn: true, handsOver).ConfigureAwait(false);
            }

            // A transient domain went with its process.
            domain.Hypervisor.Domains.GetOrAdd(owner.Uuid, owner.Name, () => domain);

            await domain.Hypervisor.SettleAsync(process).ConfigureAwait(false);
            domain.Update(v => v with { Persistent = persistent });
            await domain.Hypervisor.Starter.AdoptAsync(domain, process, DomainPausedReason.FromSnapshot).ConfigureAwait(false);
            domain.Lifecycle(DomainEventType.Started, (int)DomainEventStartedDetailType.FromSnapshot);
            if (!handsOver)
            {
                // Committed: an objection comes too late.
                await domain.Hypervisor.Hooks.TellAsync("started", "begin", process.Live).ConfigureAwait(false);
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (_taken)
            {
                return;
            }

            await process.EndAsync().ConfigureAwait(false);
            await process.DisposeAsync().ConfigureAwait(false);
            await domain.Hypervisor.Stopper.ClearAwayAsync(process).ConfigureAwait(false);
            if (!handsOver)
            {
                await domain.Hypervisor.Hooks.TellEndAsync(process.Live).ConfigureAwait(false);
            }
        }
    }
}
