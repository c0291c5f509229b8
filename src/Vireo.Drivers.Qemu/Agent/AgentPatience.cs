namespace Vireo.Drivers.Qemu.Agent;

/// <summary>How long the guest agent is waited for.</summary>
internal static class AgentPatience
{
    /// <summary>For what an agent answers at once; libvirt's default.</summary>
    public static readonly TimeSpan Short = TimeSpan.FromSeconds(5);

    /// <summary>For a guest to shut down; libvirt's.</summary>
    public static readonly TimeSpan Shutdown = TimeSpan.FromSeconds(60);

    /// <summary>For a freeze or thaw that a snapshot waits for and nobody has set a limit for: the guest writes out what it has cached first.</summary>
    public static readonly TimeSpan Freeze = TimeSpan.FromSeconds(60);

    /// <summary>What a number of the API means: <c>virDomainAgentResponseTimeoutValues</c>, else seconds.</summary>
    public static TimeSpan Of(int seconds) => seconds switch
    {
        (int)DomainAgentResponseTimeoutValues.Block => Timeout.InfiniteTimeSpan,
        (int)DomainAgentResponseTimeoutValues.Default => Short,
        _ => TimeSpan.FromSeconds(seconds),
    };

    /// <summary>Refuses a number below the least.</summary>
    /// <exception cref="VireoException">VIR_ERR_INVALID_ARG.</exception>
    public static void Check(int seconds)
    {
        const int Least = (int)DomainAgentResponseTimeoutValues.Block;
        if (seconds < Least)
        {
            throw VireoException.InvalidArgument(ErrorDomain.Qemu, $"guest agent timeout '{seconds}' is less than the minimum '{Least}'");
        }
    }
}
