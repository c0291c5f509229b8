using System.Formats.Tar;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vireo.Config;

namespace Vireo.Drivers.Qemu.Archive;

/// <summary>Writes an archive.</summary>
/// <param name="file">The new file.</param>
/// <param name="path">Its name.</param>
internal sealed class ArchiveWriter(SafeFileHandle file, string path) : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly TarWriter _tar = new(new ArchiveOutput(file, path), TarEntryFormat.Pax);
    private readonly List<SnapshotArchiveEntry> _entries = [];

    /// <summary>Adds a document.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public void Add(SnapshotArchiveKind kind, int number, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var name = ArchiveForm.Name(kind, number);
        Write(name, new MemoryStream(bytes), []);
        _entries.Add(new SnapshotArchiveEntry { Name = name, Kind = kind, Size = (ulong)bytes.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)) });
    }

    /// <summary>Adds a file.</summary>
    /// <param name="entry">What is known of it; the rest is filled in.</param>
    /// <param name="content">The file.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public void Add(SnapshotArchiveEntry entry, StoredFile content)
    {
        Write(entry.Name!, content, new Dictionary<string, string>
        {
            ["GNU.sparse.major"] = "1",
            ["GNU.sparse.minor"] = "0",
            ["GNU.sparse.name"] = entry.Name!,
            ["GNU.sparse.realsize"] = content.FileLength.ToString(CultureInfo.InvariantCulture),
        });
        _entries.Add(entry with { Size = (ulong)content.FileLength, Sha256 = content.Sum });
    }

    /// <summary>Adds the manifest, which makes the archive whole.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public void Complete(string? currentSnapshot, string? currentCheckpoint)
    {
        var manifest = new SnapshotArchiveConfig { Version = ArchiveForm.Version, CurrentSnapshot = currentSnapshot, CurrentCheckpoint = currentCheckpoint, Entries = [.. _entries] };
        Write(ArchiveForm.Manifest, new MemoryStream(Encoding.UTF8.GetBytes(manifest.ToXml())), []);
        _tar.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _tar.Dispose();

    private void Write(string name, Stream content, Dictionary<string, string> attributes) =>
        _tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name, attributes) { DataStream = content, Mode = OwnerOnly });
}
