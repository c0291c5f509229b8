using Vireo.Config;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.Defaults;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu;

/// <content>Making domains known and forgetting them.</content>
internal sealed partial class QemuConnection
{
    private const int PermissionDenied = 13;

    /// <inheritdoc/>
    public override ValueTask<DomainRef> DomainDefineXmlAsync(string xml, CancellationToken cancellationToken) => DomainDefineXmlFlagsAsync(xml, 0, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<DomainRef> DomainDefineXmlFlagsAsync(string xml, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainDefineFlags.Validate, "qemuDomainDefineXMLFlags");
        var config = await ReadAsync(xml, (flags & (uint)DomainDefineFlags.Validate) != 0, cancellationToken).ConfigureAwait(false);
        var (domain, turn) = await TakeAsync(config, "virDomainDefineXMLFlags", cancellationToken).ConfigureAwait(false);
        using var job = turn;
        var fresh = domain.View.Persistent is null;
        try
        {
            JournalRecovery.RefuseUnfinished(Hypervisor.Paths.QemuJournal, domain.View.Uuid);
            await Hypervisor.Files.SaveDefinitionAsync(config, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            ForgetEmpty(domain);
            throw;
        }

        domain.Update(v => v with { Persistent = config, Started = v.IsActive ? v.Started : null });
        domain.Lifecycle(DomainEventType.Defined, (int)(fresh ? DomainEventDefinedDetailType.Added : DomainEventDefinedDetailType.Updated));
        return domain.View.Ref;
    }

    /// <inheritdoc/>
    public override async ValueTask<DomainRef> DomainCreateXmlAsync(string xmlDesc, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainCreateFlags.StartPaused | DomainCreateFlags.StartAutodestroy | DomainCreateFlags.StartValidate | DomainCreateFlags.StartResetNvram, "qemuDomainCreateXML");
        var config = await ReadAsync(xmlDesc, (flags & (uint)DomainCreateFlags.StartValidate) != 0, cancellationToken).ConfigureAwait(false);
        var (domain, turn) = await TakeAsync(config, "virDomainCreateXML", cancellationToken).ConfigureAwait(false);
        using var job = turn;
        if (domain.View.IsActive)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Domain, $"domain '{config.Name}' is already active");
        }

        try
        {
            domain.Update(v => v with { Started = config });
            await StartAsync(domain, (DomainCreateFlags)flags, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            if (ForgetEmpty(domain))
            {
                Hypervisor.TpmStorage.Forget(config);
            }

            throw;
        }

        return domain.View.Ref;
    }

    /// <inheritdoc/>
    public override ValueTask DomainUndefineAsync(DomainRef dom, CancellationToken cancellationToken) => DomainUndefineFlagsAsync(dom, 0, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask DomainUndefineFlagsAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, (DomainUndefineFlags)0x7f, "qemuDomainUndefineFlags");
        var wanted = (DomainUndefineFlags)flags;
        if (wanted.HasFlag(DomainUndefineFlags.Nvram | DomainUndefineFlags.KeepNvram))
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, "cannot both keep and delete nvram");
        }

        if (wanted.HasFlag(DomainUndefineFlags.Tpm | DomainUndefineFlags.KeepTpm))
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, "cannot both keep and delete TPM");
        }

        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainUndefineFlags", cancellationToken).ConfigureAwait(false);
        var view = domain.View;
        JournalRecovery.RefuseUnfinished(Hypervisor.Paths.QemuJournal, view.Uuid);
        RefuseUndefine(view, wanted);
        RemoveBelongings(view, wanted);
        await Hypervisor.Files.RemoveDefinitionAsync(view.Name, CancellationToken.None).ConfigureAwait(false);
        domain.Update(v => v with { Started = v.Persistent, Persistent = null, Autostart = false, AutostartOnce = false, HasManagedSave = false });
        if (!view.IsActive)
        {
            Hypervisor.Forget(domain);
        }

        domain.Lifecycle(DomainEventType.Undefined, (int)DomainEventUndefinedDetailType.Removed);
    }

    /// <inheritdoc/>
    public override async ValueTask<int> DomainRenameAsync(DomainRef dom, string? newName, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainRename");
        if (string.IsNullOrEmpty(newName))
        {
            throw VireoException.InvalidArgument(ErrorDomain.Domain, "string new_name in virDomainRename must not be empty");
        }

        DomainNames.Check(newName);
        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainRename", cancellationToken).ConfigureAwait(false);
        var view = domain.View;
        JournalRecovery.RefuseUnfinished(Hypervisor.Paths.QemuJournal, view.Uuid);
        var refusal = view switch
        {
            { IsActive: true } => "cannot rename active domain",
            { IsPersistent: false } => "cannot rename a transient domain",
            { HasManagedSave: true } => "domain with a managed saved state can't be renamed",
            { SnapshotCount: > 0 } => "cannot rename domain with snapshots",
            { CheckpointCount: > 0 } => "cannot rename domain with checkpoints",
            _ when view.Name == newName => "Can't rename domain to itself",
            _ => null,
        };
        if (refusal is not null)
        {
            throw VireoException.OperationInvalid(view.Name == newName ? ErrorDomain.Domain : ErrorDomain.Qemu, refusal);
        }

        var config = view.Persistent! with { Name = newName };
        await Hypervisor.Files.SaveDefinitionAsync(config, cancellationToken).ConfigureAwait(false);
        try
        {
            Hypervisor.Domains.Rename(domain, newName, () =>
            {
                domain.Lifecycle(DomainEventType.Undefined, (int)DomainEventUndefinedDetailType.Renamed);
                domain.Update(v => v with { Name = newName, Persistent = config });
            });
        }
        catch (VireoException) when (Hypervisor.Domains.Find(newName) is { } other && !ReferenceEquals(other, domain) && other.View.Persistent is { } theirs)
        {
            // The name's owner has its definition under that name.
            await Hypervisor.Files.SaveDefinitionAsync(theirs, CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        await Hypervisor.Files.RemoveDefinitionAsync(view.Name, CancellationToken.None).ConfigureAwait(false);
        if (view.AutostartOnce)
        {
            await Hypervisor.Files.SetAutostartOnceAsync(newName, true, CancellationToken.None).ConfigureAwait(false);
        }

        if (view.Autostart)
        {
            await Hypervisor.Files.SetAutostartAsync(newName, true, CancellationToken.None).ConfigureAwait(false);
        }

        domain.Lifecycle(DomainEventType.Defined, (int)DomainEventDefinedDetailType.Renamed);
        return 0;
    }

    /// <inheritdoc/>
    public override async ValueTask DomainSetAutostartAsync(DomainRef dom, int autostart, CancellationToken cancellationToken)
    {
        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainSetAutostart", cancellationToken).ConfigureAwait(false);
        if (!domain.View.IsPersistent)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, "cannot set autostart for transient domain");
        }

        if (domain.View.Autostart != (autostart != 0))
        {
            await Hypervisor.Files.SetAutostartAsync(domain.View.Name, autostart != 0, cancellationToken).ConfigureAwait(false);
            domain.Update(v => v with { Autostart = autostart != 0 });
        }
    }

    /// <inheritdoc/>
    public override ValueTask<int> DomainGetAutostartAsync(DomainRef dom, CancellationToken cancellationToken) => ValueTask.FromResult(Find(dom).View.Autostart ? 1 : 0);

    /// <inheritdoc/>
    public override async ValueTask DomainSetAutostartOnceAsync(DomainRef dom, int autostart, CancellationToken cancellationToken)
    {
        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainSetAutostartOnce", cancellationToken).ConfigureAwait(false);
        if (!domain.View.IsPersistent)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, "cannot set autostart for transient domain");
        }

        await Hypervisor.Files.SetAutostartOnceAsync(domain.View.Name, autostart != 0, cancellationToken).ConfigureAwait(false);
        domain.Update(v => v with { AutostartOnce = autostart != 0 });
    }

    /// <inheritdoc/>
    public override ValueTask<int> DomainGetAutostartOnceAsync(DomainRef dom, CancellationToken cancellationToken) => ValueTask.FromResult(Find(dom).View.AutostartOnce ? 1 : 0);

    /// <summary>The domain of a document, found or made, in its turn. One that was undefined while it was waited for is not it any more.</summary>
    private async ValueTask<(QemuDomain Domain, DomainJobQueue.DomainJob Turn)> TakeAsync(DomainConfig config, string function, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (domain, added) = Hypervisor.Domains.GetOrAdd(config.Uuid!.Value, config.Name!, () => Make(config));
            DomainJobQueue.DomainJob turn;
            try
            {
                turn = await domain.EnterAsync(function, cancellationToken).ConfigureAwait(false);
            }
            catch when (added)
            {
                await GiveUpAsync(domain, function).ConfigureAwait(false);
                throw;
            }

            if (ReferenceEquals(Hypervisor.Domains.Find(config.Uuid.Value), domain))
            {
                return (domain, turn);
            }

            turn.Dispose();
        }
    }

    // Whoever found the domain meanwhile and has its turn decides whether it stays.
    private async ValueTask GiveUpAsync(QemuDomain domain, string function)
    {
        using var turn = await domain.EnterAsync(function, CancellationToken.None).ConfigureAwait(false);
        ForgetEmpty(domain);
    }

    /// <summary>Takes a domain that is neither defined nor running out of the table, within its turn.</summary>
    private bool ForgetEmpty(QemuDomain domain)
    {
        var empty = domain.View is { IsPersistent: false, IsActive: false };
        if (empty)
        {
            Hypervisor.Forget(domain);
        }

        return empty;
    }

    private void RefuseUndefine(DomainView view, DomainUndefineFlags flags)
    {
        if (!view.IsPersistent)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, "cannot undefine transient domain");
        }

        if (!view.IsActive && view.SnapshotCount > 0 && !flags.HasFlag(DomainUndefineFlags.SnapshotsMetadata))
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"cannot delete inactive domain with {view.SnapshotCount} snapshots");
        }

        if (!view.IsActive && view.CheckpointCount > 0 && !flags.HasFlag(DomainUndefineFlags.CheckpointsMetadata))
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, $"cannot delete inactive domain with {view.CheckpointCount} checkpoints");
        }

        if (view.HasManagedSave && !flags.HasFlag(DomainUndefineFlags.ManagedSave))
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, "Refusing to undefine while domain managed save image exists");
        }

        if (view.Persistent is { } config && KeptVariables(config) is { } nvram && File.Exists(nvram) && (flags & (DomainUndefineFlags.Nvram | DomainUndefineFlags.KeepNvram)) == 0)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, "cannot undefine domain with nvram");
        }
    }

    // A device is not removed, but neither are its contents forgotten unasked.
    private string? KeptVariables(DomainConfig config) => Hypervisor.Firmware.VariablesOf(config) ?? (FirmwareArguments.IsFlash(config.Os) && config.Os.Nvram?.Type == DiskType.Block ? config.Os.Nvram.Source?.Dev : null);

    private void RemoveBelongings(DomainView view, DomainUndefineFlags flags)
    {
        if (view.HasManagedSave)
        {
            File.Delete(Hypervisor.Files.ManagedSave(view.Name));
        }

        if (flags.HasFlag(DomainUndefineFlags.Nvram) && view.Persistent is { } config && Hypervisor.Firmware.VariablesOf(config) is { } nvram)
        {
            RemoveVariables(nvram);
        }

        if (!view.IsActive && !flags.HasFlag(DomainUndefineFlags.KeepTpm))
        {
            Hypervisor.TpmStorage.Forget(view.Config, evenPersistent: flags.HasFlag(DomainUndefineFlags.Tpm));
        }

        if (!view.IsActive)
        {
            Hypervisor.Files.RemoveMoments(view.Name, flags.HasFlag(DomainUndefineFlags.SnapshotsMetadata), flags.HasFlag(DomainUndefineFlags.CheckpointsMetadata));
        }
    }

    private static void RemoveVariables(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Then the file is not there either.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw VireoException.System(ErrorDomain.Qemu, e is IOException ? e.HResult & 0xffff : PermissionDenied, $"failed to remove nvram: {path}: {e.Message}", e);
        }
    }

    private QemuDomain Make(DomainConfig config) => new(Hypervisor, new DomainView { Name = config.Name!, Uuid = config.Uuid!.Value, Started = config });

    private async ValueTask<DomainConfig> ReadAsync(string xml, bool validate, CancellationToken cancellationToken)
    {
        var parsed = validate ? DomainConfig.ParseValidated(xml) : DomainConfig.Parse(xml);
        if (string.IsNullOrEmpty(parsed.Name))
        {
            throw validate
                ? new VireoException(ErrorCode.XmlInvalidSchema, ErrorDomain.Xml, "Element domain has no name")
                : new VireoException(ErrorCode.NoName, ErrorDomain.Domain, null);
        }

        DomainNames.Check(parsed.Name);
        return await Hypervisor.Builder.CompleteAsync(parsed with { Id = null }, cancellationToken).ConfigureAwait(false);
    }
}
