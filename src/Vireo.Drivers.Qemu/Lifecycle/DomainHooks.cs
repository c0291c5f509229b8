using Microsoft.Extensions.Logging;
using Vireo.Config;
using Vireo.Host;
using Vireo.Host.Hooks;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>The operator's scripts that are told of a domain's life.</summary>
internal sealed partial class DomainHooks(VireoPaths paths, ILogger log)
{
    private readonly HookScripts _scripts = new(paths.Hooks, "qemu", paths.QemuRun);

    /// <summary>Tells of what is about to happen, or just has; whoever objects ends it.</summary>
    /// <param name="operation"><c>prepare</c>, <c>start</c>, <c>started</c> or <c>reconnect</c>.</param>
    /// <param name="config">The domain's document at that moment.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_HOOK_SCRIPT_FAILED.</exception>
    public Task RequireAsync(string operation, DomainConfig config, CancellationToken cancellationToken) => CallAsync(operation, "begin", config, cancellationToken);

    /// <summary>Tells of what cannot be helped.</summary>
    /// <param name="operation"><c>stopped</c> or <c>release</c>.</param>
    /// <param name="part">Whether it begins or ends.</param>
    /// <param name="config">The domain's document at that moment.</param>
    public async Task TellAsync(string operation, string part, DomainConfig config)
    {
        try
        {
            await CallAsync(operation, part, config, CancellationToken.None).ConfigureAwait(false);
        }
        catch (VireoException e)
        {
            LogObjection(log, config.Name!, e.Message);
        }
    }

    /// <summary>Tells that a run is over, and all it stood on given up.</summary>
    public async Task TellEndAsync(DomainConfig live)
    {
        var config = live with { Id = null };
        await TellAsync("stopped", "end", config).ConfigureAwait(false);
        await TellAsync("release", "end", config).ConfigureAwait(false);
    }

    /// <summary>Lets a saved domain's document be changed before it goes on.</summary>
    /// <returns>The document instead; null for the same.</returns>
    /// <exception cref="VireoException">VIR_ERR_HOOK_SCRIPT_FAILED.</exception>
    public Task<string?> ReplaceAsync(string name, string document, CancellationToken cancellationToken) =>
        _scripts.RunAsync(new HookCall(name, "restore", "begin"), document, cancellationToken);

    private Task CallAsync(string operation, string part, DomainConfig config, CancellationToken cancellationToken) => _scripts.Any
        ? _scripts.RunAsync(new HookCall(config.Name!, operation, part), QemuConnection.WithoutSecrets(config).ToXml(), cancellationToken)
        : Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Warning, "a hook objects to what has happened to domain '{Name}': {Message}")]
    private static partial void LogObjection(ILogger log, string name, string message);
}
