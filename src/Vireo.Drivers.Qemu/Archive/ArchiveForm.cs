using System.Globalization;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.Archive;

/// <summary>The form of an archive: a tar whose last entry, the manifest, tells of all others. One without it is not whole.</summary>
internal static class ArchiveForm
{
    /// <summary>The version that is written, and the only one that is read.</summary>
    public const int Version = 1;

    /// <summary>Entries that an archive may have.</summary>
    public const int MostEntries = 20_000;

    /// <summary>Bytes that a document may have.</summary>
    public const long LargestDocument = 16L << 20;

    /// <summary>Bytes that all documents together may have.</summary>
    public const long LargestDocuments = 256L << 20;

    /// <summary>Bytes that a file may have, holes included.</summary>
    public const long LargestFile = 1L << 50;

    /// <summary>Name of the manifest.</summary>
    public const string Manifest = "manifest.xml";

    /// <summary>Name of an entry. Nothing of it comes from what it holds, and no other names are read.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="number">Which of them; there is one domain.</param>
    public static string Name(SnapshotArchiveKind kind, int number) => kind switch
    {
        SnapshotArchiveKind.Domain => "domain.xml",
        SnapshotArchiveKind.Snapshot => string.Create(CultureInfo.InvariantCulture, $"snapshots/{number}.xml"),
        SnapshotArchiveKind.Checkpoint => string.Create(CultureInfo.InvariantCulture, $"checkpoints/{number}.xml"),
        _ => string.Create(CultureInfo.InvariantCulture, $"files/{number}"),
    };

    /// <summary>Whether it is a document, which is held as it is; files are held with their holes left out.</summary>
    public static bool IsDocument(this SnapshotArchiveKind kind) => kind is SnapshotArchiveKind.Domain or SnapshotArchiveKind.Snapshot or SnapshotArchiveKind.Checkpoint;
}
