namespace Vireo.Host.Files;

/// <summary>A file to be written as a whole.</summary>
/// <param name="Path">Where.</param>
/// <param name="Content">What it shall hold.</param>
public readonly record struct FileWrite(string Path, ReadOnlyMemory<byte> Content)
{
    /// <summary>Who may read it: 0600 unless said otherwise.</summary>
    public uint Mode { get; init; } = AtomicFile.PrivateMode;

    /// <summary>What may have a file for it already; null when it is to make its own.</summary>
    public ReadyFile? Ready { get; init; }
}
