using Vireo.Config;
using Vireo.Drivers.Qemu.Defaults;
using Vireo.Drivers.Qemu.SavedState;
using Vireo.Drivers.Qemu.State;
using Vireo.Host;

namespace Vireo.Drivers.Qemu;

/// <content>Saving domains into files and restoring them; the images that the daemon keeps for the next start.</content>
internal sealed partial class QemuConnection
{
    private const int NoSuchFile = 2;
    private const DomainSaveRestoreFlags StateFlags = DomainSaveRestoreFlags.Running | DomainSaveRestoreFlags.Paused;

    /// <inheritdoc/>
    public override ValueTask DomainSaveAsync(DomainRef dom, string to, CancellationToken cancellationToken) => DomainSaveFlagsAsync(dom, to, null, 0, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DomainSaveFlagsAsync(DomainRef dom, string to, string? dxml, uint flags, CancellationToken cancellationToken) =>
        SaveAsync(Find(dom), to, dxml, flags, "virDomainSaveFlags", cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DomainSaveParamsAsync(DomainRef dom, TypedParam[] @params, uint flags, CancellationToken cancellationToken)
    {
        var (file, document) = Read(@params);
        return file is null ? DomainManagedSaveAsync(dom, flags, cancellationToken) : DomainSaveFlagsAsync(dom, file, document, flags, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask DomainRestoreAsync(string from, CancellationToken cancellationToken) => DomainRestoreFlagsAsync(from, null, 0, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask DomainRestoreFlagsAsync(string from, string? dxml, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, StateFlags | DomainSaveRestoreFlags.BypassCache | DomainSaveRestoreFlags.ResetNvram, "qemuDomainRestoreInternal");
        var options = new RestoreOptions
        {
            BypassCache = (flags & (uint)DomainSaveRestoreFlags.BypassCache) != 0,
            Running = Runs(flags),
            ResetFirmware = (flags & (uint)DomainSaveRestoreFlags.ResetNvram) != 0,
        };
        using var file = SavedFile.Open(from);
        var config = await DomainRestoring.ReplacedAsync(Hypervisor, file, dxml, cancellationToken).ConfigureAwait(false);
        var (domain, turn) = await TakeAsync(config, "virDomainRestoreFlags", cancellationToken).ConfigureAwait(false);
        using var job = turn;
        if (domain.View.IsActive)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Domain, $"domain '{config.Name}' is already active");
        }

        try
        {
            domain.Update(v => v with { Started = config });
            await DomainRestoring.RunAsync(domain, file, config, options, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            ForgetEmpty(domain);
            throw;
        }
    }

    /// <inheritdoc/>
    public override ValueTask DomainRestoreParamsAsync(TypedParam[] @params, uint flags, CancellationToken cancellationToken)
    {
        var (file, document) = Read(@params);
        return file is null
            ? throw VireoException.InvalidArgument(ErrorDomain.Qemu, "missing path to restore from")
            : DomainRestoreFlagsAsync(file, document, flags, cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask<string> DomainSaveImageGetXmlDescAsync(string file, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainSaveImageXMLFlags.Secure, "qemuDomainSaveImageGetXMLDesc");
        using var saved = SavedFile.Open(file);
        return await ShowAsync(saved, flags).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainSaveImageDefineXmlAsync(string file, string dxml, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, StateFlags, "qemuDomainSaveImageDefineXML");
        using var saved = SavedFile.Open(file, write: true);
        await RedefineAsync(saved, dxml, Runs(flags)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainManagedSaveAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, StateFlags | DomainSaveRestoreFlags.BypassCache, "qemuDomainManagedSave");
        var domain = Find(dom);
        RequireActive(domain);
        if (!domain.View.IsPersistent)
        {
            throw VireoException.OperationInvalid(ErrorDomain.Qemu, "cannot do managed save for transient domain");
        }

        await SaveAsync(domain, Hypervisor.Files.ManagedSave(domain.View.Name), null, flags, "virDomainManagedSave", cancellationToken).ConfigureAwait(false);
        domain.Update(v => v with { HasManagedSave = true });
    }

    /// <inheritdoc/>
    public override async ValueTask DomainManagedSaveRemoveAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        VireoException.CheckFlags(flags, 0, ErrorDomain.Qemu, "qemuDomainManagedSaveRemove");
        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainManagedSaveRemove", cancellationToken).ConfigureAwait(false);
        var path = Hypervisor.Files.ManagedSave(domain.View.Name);
        if (!File.Exists(path))
        {
            throw SystemError.Make(NoSuchFile, $"Failed to remove managed save file '{path}'", ErrorDomain.Qemu);
        }

        DomainRestoring.RemoveManaged(domain);
    }

    /// <inheritdoc/>
    public override async ValueTask<string> DomainManagedSaveGetXmlDescAsync(DomainRef dom, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, DomainSaveImageXMLFlags.Secure, "qemuDomainManagedSaveGetXMLDesc");
        using var saved = SavedFile.Open(RequireManaged(Find(dom)));
        return await ShowAsync(saved, flags).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DomainManagedSaveDefineXmlAsync(DomainRef dom, string? dxml, uint flags, CancellationToken cancellationToken)
    {
        CheckFlags(flags, StateFlags, "qemuDomainManagedSaveDefineXML");
        var domain = Find(dom);
        using var job = await domain.EnterAsync("virDomainManagedSaveDefineXML", cancellationToken).ConfigureAwait(false);
        using var saved = SavedFile.Open(RequireManaged(domain), write: true);
        await RedefineAsync(saved, dxml, Runs(flags)).ConfigureAwait(false);
    }

    private async ValueTask SaveAsync(QemuDomain domain, string path, string? document, uint flags, string api, CancellationToken cancellationToken)
    {
        CheckFlags(flags, StateFlags | DomainSaveRestoreFlags.BypassCache, "qemuDomainSaveFlags");
        var request = new SaveRequest(path)
        {
            Compression = Hypervisor.Settings.SaveFormat,
            BypassCache = (flags & (uint)DomainSaveRestoreFlags.BypassCache) != 0,
            Running = Runs(flags),
            DomainXml = document,
        };
        using var job = await domain.EnterAsync(api, cancellationToken).ConfigureAwait(false);
        var process = domain.RequireProcess();
        await LongAsync(job, DomainJobOperation.Save, token => new DomainSaving(domain, process).RunAsync(request, token), cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<DomainConfig> CompleteSavedAsync(DomainConfig config) => Hypervisor.Builder.CompleteSavedAsync(config, CancellationToken.None);

    private async ValueTask<string> ShowAsync(SavedFile saved, uint flags)
    {
        var config = await saved.DocumentAsync(CompleteSavedAsync, null).ConfigureAwait(false);
        return ((flags & (uint)DomainSaveImageXMLFlags.Secure) != 0 ? config : WithoutSecrets(config)).ToXml();
    }

    private async ValueTask RedefineAsync(SavedFile saved, string? document, bool? running)
    {
        var config = await saved.DocumentAsync(CompleteSavedAsync, document ?? saved.Image.DomainXml).ConfigureAwait(false);
        var after = saved.Image with { DomainXml = MigratableDocument.Of(config).ToXml(), WasRunning = running ?? saved.Image.WasRunning };
        if (after != saved.Image)
        {
            after.ReplaceIn(saved.Handle, saved.Path);
        }
    }

    private string RequireManaged(QemuDomain domain) =>
        Hypervisor.Files.ManagedSave(domain.View.Name) is var path && File.Exists(path)
            ? path
            : throw VireoException.OperationInvalid(ErrorDomain.Qemu, "domain does not have managed save image");

    /// <summary>Whether the guest is to run, where the flags say.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG: they say both.</exception>
    private static bool? Runs(uint flags) => ((DomainSaveRestoreFlags)flags & StateFlags) switch
    {
        DomainSaveRestoreFlags.Running => true,
        DomainSaveRestoreFlags.Paused => false,
        0 => null,
        _ => throw VireoException.ConflictingFlags(ErrorDomain.Domain, "Flags 'VIR_DOMAIN_SAVE_RUNNING' and 'VIR_DOMAIN_SAVE_PAUSED' are mutually exclusive"),
    };

    private static (string? File, string? Document) Read(TypedParam[] parameters)
    {
        string? file = null;
        string? document = null;
        foreach (var parameter in parameters)
        {
            switch (parameter)
            {
                case { Field: "file", Type: TypedParameterType.String }:
                    file = parameter.Text;
                    break;
                case { Field: "dxml", Type: TypedParameterType.String }:
                    document = parameter.Text;
                    break;
                default:
                    throw new VireoException(ErrorCode.ArgumentUnsupported, ErrorDomain.None, $"parameter '{parameter.Field}' not supported");
            }
        }

        return (file, document);
    }
}
