namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>
/// The connection has gone, or never came about: nothing more can be had from this process by this way. Stands as the cause within the
/// <see cref="VireoException"/> that clients see.
/// </summary>
public sealed class MonitorClosedException(string message, Exception? inner) : Exception(message, inner)
{
    internal const string EndOfFile = "End of file";

    /// <summary>What had been sent and got no answer; null for a failure of the connection as such.</summary>
    public string? Sent { get; init; }
}
