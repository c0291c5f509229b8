namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>The monitor's failures as libvirt's errors.</summary>
internal static class QmpErrors
{
    /// <summary>QEMU does not take what it is sent.</summary>
    public static VireoException Unread() => VireoException.OperationFailed(ErrorDomain.Qemu, "QEMU does not read its monitor; too much waits to be sent");

    /// <summary>No answer within the deadline. The command may still be carried out.</summary>
    public static VireoException Late(string command, TimeSpan deadline) => new(
        ErrorCode.OperationTimeout,
        ErrorDomain.Qemu,
        $"QEMU did not answer '{command}' within {deadline.TotalSeconds:0.###} s; its monitor hangs or its host is overloaded");

    /// <summary>The connection ended before the answer.</summary>
    /// <param name="command">What waits.</param>
    /// <param name="cause">Why it ended; null for an orderly end of file.</param>
    /// <param name="sent">The command as it was sent; null when it was not.</param>
    public static VireoException Gone(string command, Exception? cause, string? sent = null) => new(
        ErrorCode.OperationFailed,
        ErrorDomain.Qemu,
        $"QEMU closed its monitor before it answered '{command}'{(cause is null ? "" : ": " + cause.Message)}",
        new MonitorClosedException(sent, cause));

    /// <summary>What came is not QMP.</summary>
    public static VireoException Garbage(string why, Exception? cause = null) =>
        VireoException.Internal(ErrorDomain.Qemu, $"QEMU's monitor sent what is not QMP: {why}", cause);
}

/// <summary>
/// The connection has gone: nothing more can be had from this process by this way. Stands as the cause within the
/// <see cref="VireoException"/> that clients see.
/// </summary>
/// <param name="sent">What had been sent and got no answer; null when nothing was.</param>
/// <param name="cause">Why it went; null for an orderly end of file.</param>
internal sealed class MonitorClosedException(string? sent, Exception? cause) : Exception("the monitor connection has gone", cause)
{
    /// <summary>What had been sent and got no answer; null when nothing was.</summary>
    public string? Sent { get; } = sent;
}
