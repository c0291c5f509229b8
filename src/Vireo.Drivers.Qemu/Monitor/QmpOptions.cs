namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>Bounds of a monitor connection.</summary>
public sealed record QmpOptions
{
    /// <summary>How long a command may take unless it says otherwise.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A longer message from QEMU ends the connection, in bytes.</summary>
    public int LongestMessage { get; init; } = 10 << 20;

    /// <summary>How many commands may wait for their answers, given-up ones included.</summary>
    public int MostInFlight { get; init; } = 512;

    /// <summary>How many events are kept for a reader that is slow; the oldest go first.</summary>
    public int MostEvents { get; init; } = 1024;

    /// <summary>Makes out-of-band commands possible where QEMU offers them.</summary>
    public bool OutOfBand { get; init; } = true;
}
