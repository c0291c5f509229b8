using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Agent;

/// <summary>Freezes a guest for a change of its disks, in bounded time, so that a freeze that goes wrong leaves nothing frozen.</summary>
internal static class Quiesce
{
    /// <summary>How long a freeze or a thaw may take: what the user has set, else <see cref="AgentPatience.Freeze"/>, never for ever.</summary>
    public static TimeSpan Limit(GuestAgent agent) => agent.Patience < TimeSpan.Zero ? AgentPatience.Freeze : agent.Patience;

    /// <summary>Freezes the guest's file systems. When this throws, whatever the guest may have frozen was thawed, or the message says that it was not.</summary>
    /// <param name="agent">Its agent.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">As <see cref="GuestAgent.ExecuteAsync"/>.</exception>
    public static async Task FreezeAsync(GuestAgent agent, CancellationToken cancellationToken)
    {
        try
        {
            await agent.FreezeAsync(null, Limit(agent), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e.InnerException is UnansweredCommandException)
        {
            // The guest may carry it out yet.
            await TakeBackAsync(e, () => agent.ThawBehindAsync(Limit(agent), CancellationToken.None)).ConfigureAwait(false);
            throw;
        }
        catch (VireoException e) when (e.InnerException is QmpErrorException { CommandNotFound: false })
        {
            // It has frozen some and not others, maybe. An agent that says it does not do that now is left as it is: what is frozen then is somebody else's.
            await TakeBackAsync(e, () => agent.ThawAsync(Limit(agent), CancellationToken.None)).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task TakeBackAsync(Exception cause, Func<Task> thaw)
    {
        try
        {
            await thaw().ConfigureAwait(false);
        }
        catch (VireoException e)
        {
            throw new StillFrozenException(cause, e).ToVireo();
        }
    }
}
