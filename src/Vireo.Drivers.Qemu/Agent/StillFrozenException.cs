namespace Vireo.Drivers.Qemu.Agent;

/// <summary>A freeze went wrong and could not be taken back: the guest's file systems may be frozen. Stands as the cause within the <see cref="VireoException"/> that clients see.</summary>
/// <param name="freeze">Why the freeze went wrong.</param>
/// <param name="thaw">Why it could not be taken back.</param>
internal sealed class StillFrozenException(Exception freeze, VireoException thaw) : Exception(thaw.Message, thaw)
{
    /// <summary>The error that tells of both.</summary>
    public VireoException ToVireo() => new(
        ErrorCode.AgentUnresponsive,
        ErrorDomain.Qemu,
        $"freezing the guest's file systems failed ({freeze.Message}) and so did thawing them ({thaw.Message}): some may be frozen. They are thawed when the agent comes back; domfsthaw tries at once",
        this);
}
