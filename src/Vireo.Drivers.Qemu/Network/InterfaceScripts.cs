using Microsoft.Extensions.Logging;
using Vireo.Config;
using Vireo.Drivers.Qemu.Lifecycle;

namespace Vireo.Drivers.Qemu.Network;

/// <summary>The users' programs that are told of a tap that comes and of one that goes.</summary>
internal static partial class InterfaceScripts
{
    /// <summary>Runs a card's script for a tap that has come.</summary>
    /// <param name="card">The card.</param>
    /// <param name="tap">The tap's name.</param>
    /// <param name="directory">Where what it prints is kept meanwhile.</param>
    /// <param name="cancellationToken">Gives up waiting; the script is ended.</param>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: it failed, or took more than a minute.</exception>
    public static Task UpAsync(InterfaceConfig card, string tap, string directory, CancellationToken cancellationToken) =>
        card.Script?.Path is { } script ? CheckedProgram.RunAsync(script, [tap], directory, cancellationToken) : Task.CompletedTask;

    /// <summary>Runs the scripts for the taps that have gone with a process. Those that fail are told of in the log.</summary>
    /// <param name="live">The live document of the process.</param>
    /// <param name="directory">Where what they print is kept meanwhile.</param>
    /// <param name="log">The log.</param>
    public static async Task DownAsync(DomainConfig live, string directory, ILogger log)
    {
        foreach (var card in live.Devices.Interfaces)
        {
            if (card is { Type: InterfaceType.Ethernet, Downscript.Path: { } script, Target.Dev: { } tap })
            {
                try
                {
                    await CheckedProgram.RunAsync(script, [tap], directory, CancellationToken.None).ConfigureAwait(false);
                }
                catch (VireoException e)
                {
                    LogFailed(log, live.Name!, tap, e.Message);
                }
            }
        }
    }

    [LoggerMessage(60, LogLevel.Warning, "domain '{Name}': the script for tap '{Tap}', which is gone, failed: {Error}")]
    private static partial void LogFailed(ILogger log, string name, string tap, string error);
}
