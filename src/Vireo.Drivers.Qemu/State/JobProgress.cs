namespace Vireo.Drivers.Qemu.State;

/// <summary>How far a long job of a domain has come, as it was last measured.</summary>
internal sealed record JobProgress
{
    /// <summary>Nothing is known yet.</summary>
    public static JobProgress None { get; } = new();

    /// <summary>Bytes of images to copy, and how many of them are.</summary>
    public (long Total, long Processed) Disk { get; init; }

    /// <summary>Bytes that a pulled backup keeps aside, and how many they may become; null for what keeps nothing aside.</summary>
    public (long Total, long Used)? Temporary { get; init; }

    /// <summary>Bytes of memory to dump, and how many of them are; null when nothing is dumped by itself.</summary>
    public (long Total, long Processed)? Dump { get; init; }

    /// <summary>The guest's memory on its way to a file; null when none is saved.</summary>
    public Monitor.QmpMigration? Memory { get; init; }
}
