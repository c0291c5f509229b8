using Vireo.Config;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.SavedState;

/// <summary>How a domain is to be restored.</summary>
internal sealed record RestoreOptions
{
    /// <summary>Past the host's cache of files.</summary>
    public bool BypassCache { get; init; }

    /// <summary>Whether the guest runs; null for as the file says.</summary>
    public bool? Running { get; init; }

    /// <summary>The CPUs stay stopped whatever the file says, as for any start that is to be paused.</summary>
    public bool StartPaused { get; init; }

    /// <summary>The firmware's variables are made anew from their template.</summary>
    public bool ResetFirmware { get; init; }
}

/// <summary>Starts domains from files that hold their memory. Within the domain's job.</summary>
internal static class DomainRestoring
{
    /// <summary>Starts a domain that is not active.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="file">The file.</param>
    /// <param name="config">Its document, or one that means the same machine.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">Why it could not be started; the domain is shut off, and the file as it was.</exception>
    public static async Task RunAsync(QemuDomain domain, SavedFile file, DomainConfig config, RestoreOptions options, CancellationToken cancellationToken)
    {
        var cookie = file.Image.Cookie is { } text ? SaveCookie.Parse(text) : null;
        await using var stream = file.OpenStream(options.BypassCache);
        await stream.RequireDataAsync(cancellationToken).ConfigureAwait(false);
        var source = new LaunchSource(cookie?.Cpu is { } cpu ? config with { Cpu = cpu } : config)
        {
            Memory = stream.Descriptor,
            ResetFirmware = options.ResetFirmware,
            AskedCpu = cookie?.Cpu is null ? null : config.Cpu,
        };
        var runs = options.Running ?? file.Image.WasRunning;
        await domain.Hypervisor.Starter.RunAsync(domain, source, StartOptions.Restored with { Paused = options.StartPaused || !runs, PausedEvent = options.StartPaused ? DomainEventSuspendedDetailType.Paused : DomainEventSuspendedDetailType.Restored }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Starts a domain from its managed save image, which is gone then.</summary>
    /// <returns>False when there was none that is complete: the domain is to be booted.</returns>
    /// <exception cref="VireoException">As <see cref="RunAsync"/>; the image is kept.</exception>
    public static async Task<bool> TryManagedAsync(QemuDomain domain, RestoreOptions options, CancellationToken cancellationToken)
    {
        var path = domain.Hypervisor.Files.ManagedSave(domain.View.Name);
        if (!File.Exists(path) || SavedFile.RemoveUnfinished(path))
        {
            domain.Update(v => v with { HasManagedSave = false });
            return false;
        }

        using var file = SavedFile.Open(path);
        var config = await ReplacedAsync(domain.Hypervisor, file, null, cancellationToken).ConfigureAwait(false);
        await RunAsync(domain, file, config, options, cancellationToken).ConfigureAwait(false);
        RemoveManaged(domain);
        return true;
    }

    /// <summary>The document that a domain is to go on with: the hooks may have another one for it.</summary>
    /// <param name="hypervisor">The hypervisor.</param>
    /// <param name="file">The file.</param>
    /// <param name="other">The document that is wanted instead of the file's; null for the file's own.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">As of <see cref="SavedFile.DocumentAsync"/>; VIR_ERR_HOOK_SCRIPT_FAILED.</exception>
    public static async ValueTask<DomainConfig> ReplacedAsync(QemuHypervisor hypervisor, SavedFile file, string? other, CancellationToken cancellationToken)
    {
        ValueTask<DomainConfig> CompleteAsync(DomainConfig config) => hypervisor.Builder.CompleteSavedAsync(config, cancellationToken);
        var config = await file.DocumentAsync(CompleteAsync, other).ConfigureAwait(false);
        return await hypervisor.Hooks.ReplaceAsync(config.Name!, other ?? file.Image.DomainXml, cancellationToken).ConfigureAwait(false) is { } replaced
            ? await file.DocumentAsync(CompleteAsync, replaced).ConfigureAwait(false)
            : config;
    }

    /// <summary>Throws a managed save image away.</summary>
    public static void RemoveManaged(QemuDomain domain)
    {
        Block.FileSystemCalls.Remove(domain.Hypervisor.Files.ManagedSave(domain.View.Name));
        domain.Update(v => v with { HasManagedSave = false });
    }
}
