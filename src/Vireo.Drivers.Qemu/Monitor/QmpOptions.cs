namespace Vireo.Drivers.Qemu.Monitor;

/// <summary>Bounds of a monitor connection.</summary>
internal sealed record QmpOptions
{
    /// <summary>A longer message from QEMU ends the connection, in bytes. The schema, QEMU's longest answer, has a few hundred KiB.</summary>
    public int LongestMessage { get; init; } = 16 << 20;

    /// <summary>How many commands may wait for their answers, given-up ones included.</summary>
    public int MostInFlight { get; init; } = 1024;

    /// <summary>Makes out-of-band commands possible where QEMU offers them.</summary>
    public bool OutOfBand { get; init; } = true;
}
