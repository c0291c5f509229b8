using System.Formats.Tar;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Snapshots;
using Vireo.Host;

namespace Vireo.Drivers.Qemu.Archive;

/// <summary>Reads an archive that anybody may have made: what is not exactly as it should be is refused, and nothing is taken from a name in it.</summary>
internal sealed class ArchiveReader : IDisposable
{
    private const int Chunk = 1 << 20;
    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly Dictionary<string, (long Offset, long Length)> _stored = new(StringComparer.Ordinal);

    private ArchiveReader(SafeFileHandle file, string path) => (_file, _path) = (file, path);

    /// <summary>What lies in it: checked to be complete, and to fit what is there.</summary>
    public SnapshotArchiveConfig Manifest { get; private set; } = null!;

    /// <summary>Where it lies.</summary>
    public string Path => _path;

    /// <summary>Bytes that all its files take within it.</summary>
    public long FileBytes => Manifest.Entries.Where(e => !e.Kind!.Value.IsDocument()).Sum(e => _stored[e.Name!].Length);

    /// <summary>Opens an archive and looks at what lies in it.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: it is no whole archive; VIR_ERR_SYSTEM_ERROR: it cannot be read.</exception>
    public static ArchiveReader Open(string path)
    {
        if (!path.StartsWith('/'))
        {
            throw VireoException.InvalidArgument(ErrorDomain.DomainSnapshot, $"archive '{path}' must be an absolute path");
        }

        // Never open a pipe or device by chance: it could block for ever.
        var status = FileStatus.TryOf(path) ?? throw FileSystemCalls.Failure(FileSystemCalls.NoEntry, $"cannot open archive '{path}'");
        if (status.Kind != FileKind.Regular)
        {
            throw VireoException.OperationFailed(ErrorDomain.DomainSnapshot, $"archive '{path}' is no regular file");
        }

        ArchiveReader? reader = null;
        try
        {
            reader = new ArchiveReader(File.OpenHandle(path), path);
            reader.Index();
            reader.Manifest = SnapshotArchiveConfig.Parse(reader.Text(ArchiveForm.Manifest, null));
            reader.CheckManifest();
            return reader;
        }
        catch (Exception e)
        {
            reader?.Dispose();
            throw e switch
            {
                InvalidDataException or EndOfStreamException or FormatException or ArgumentException or NotSupportedException or OverflowException => reader!.Bad(e.Message, e),
                IOException or UnauthorizedAccessException => SystemError.Make(e, $"cannot read archive '{path}'", ErrorDomain.Storage),
                _ => e,
            };
        }
    }

    /// <summary>The text of a document.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: it is not what the manifest tells.</exception>
    public string Text(SnapshotArchiveEntry entry) => Text(entry.Name!, entry.Sha256);

    /// <summary>Writes a file as it was, holes included.</summary>
    /// <param name="entry">The file.</param>
    /// <param name="to">The new file, empty.</param>
    /// <param name="path">Its name.</param>
    /// <param name="written">Told how many bytes of the archive more are done.</param>
    /// <param name="cancellationToken">Gives up; the file is not whole then.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: it is not what the manifest tells; VIR_ERR_SYSTEM_ERROR.</exception>
    public void Extract(SnapshotArchiveEntry entry, SafeFileHandle to, string path, Action<long> written, CancellationToken cancellationToken)
    {
        var failure = $"cannot write '{path}'";
        using var stored = Stored(entry.Name!);
        var map = SparseMap.Read(stored, (long)entry.Size!.Value);
        var buffer = new byte[Chunk];
        foreach (var extent in map.Extents)
        {
            for (var at = extent.Start; at < extent.End;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, extent.End - at));
                stored.Fill(part);
                FileSystemCalls.Write(to, path, part, at, failure);
                at += part.Length;
                written(part.Length);
            }
        }

        stored.CheckSum(entry.Sha256);
        FileSystemCalls.SetLength(to, path, map.Size, failure);
    }

    /// <summary>VIR_ERR_OPERATION_FAILED: something is wrong with the archive.</summary>
    public VireoException Bad(string why, Exception? inner = null) => VireoException.OperationFailed(ErrorDomain.DomainSnapshot, $"archive '{_path}' cannot be used: {why}", inner!);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private StoredReader Stored(string name) => new(_file, name, _stored[name].Offset, _stored[name].Length, why => Bad(why));

    private string Text(string name, string? sum)
    {
        using var stored = Stored(name);
        var bytes = new byte[stored.Left];
        stored.Fill(bytes);
        if (sum is not null)
        {
            stored.CheckSum(sum);
        }

        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Finds every entry. The data are passed over.</summary>
    private void Index()
    {
        var length = RandomAccess.GetLength(_file);
        using var tar = new TarReader(new ArchiveInput(_file), leaveOpen: false);
        while (tar.GetNextEntry(copyData: false) is { } entry)
        {
            if (_stored.ContainsKey(ArchiveForm.Manifest))
            {
                throw Bad("something comes after its manifest");
            }

            if (entry.EntryType != TarEntryType.RegularFile)
            {
                throw Bad($"entry '{entry.Name}' is a {entry.EntryType}, not a file");
            }

            var offset = entry.DataOffset;
            if (entry.Length > 0 && (offset < 0 || entry.Length > length - offset))
            {
                throw Bad($"it ends within entry '{entry.Name}'");
            }

            if (!_stored.TryAdd(entry.Name, (offset, entry.Length)))
            {
                throw Bad($"entry '{entry.Name}' comes twice");
            }

            if (_stored.Count > ArchiveForm.MostEntries)
            {
                throw Bad($"it has more than {ArchiveForm.MostEntries} entries");
            }
        }

        if (!_stored.TryGetValue(ArchiveForm.Manifest, out var manifest) || manifest.Length is 0 or > ArchiveForm.LargestDocument)
        {
            throw Bad("it has no manifest at its end, so it is no archive of snapshots, or not a whole one");
        }
    }

    private void CheckManifest()
    {
        if (Manifest.Version != ArchiveForm.Version)
        {
            throw Bad($"it is of version {Manifest.Version}; this version of Vireo reads {ArchiveForm.Version}");
        }

        var told = new Dictionary<string, SnapshotArchiveEntry>(StringComparer.Ordinal);
        var paths = new HashSet<string>(StringComparer.Ordinal);
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in Manifest.Entries)
        {
            var kind = entry.Kind ?? throw Bad("its manifest has an entry of no kind");
            var series = ArchiveForm.Name(kind, 0);
            var number = numbers[series] = numbers.GetValueOrDefault(series) + 1;
            var name = ArchiveForm.Name(kind, number);
            if (entry.Name != name || !_stored.TryGetValue(name, out var stored) || !told.TryAdd(name, entry))
            {
                throw Bad($"its manifest tells of '{entry.Name}' where '{name}' should be, or it is not there");
            }

            CheckSize(entry, kind, stored.Length);
            CheckFile(entry, kind, told, paths);
        }

        if (told.Count + 1 != _stored.Count)
        {
            throw Bad($"entry '{_stored.Keys.First(n => n != ArchiveForm.Manifest && !told.ContainsKey(n))}' is not in its manifest");
        }

        if (!told.ContainsKey(ArchiveForm.Name(SnapshotArchiveKind.Domain, 1)))
        {
            throw Bad("it has no domain");
        }

        if (told.Values.Where(e => e.Kind!.Value.IsDocument()).Sum(e => (long)e.Size!.Value) > ArchiveForm.LargestDocuments)
        {
            throw Bad($"its documents are larger than {ArchiveForm.LargestDocuments} bytes together");
        }
    }

    private void CheckSize(SnapshotArchiveEntry entry, SnapshotArchiveKind kind, long stored)
    {
        var right = kind.IsDocument() ? entry.Size == (ulong)stored && stored is > 0 and <= ArchiveForm.LargestDocument : entry.Size <= ArchiveForm.LargestFile;
        if (!right)
        {
            throw Bad($"entry '{entry.Name}' is too large, or not as long as its manifest tells");
        }
    }

    private void CheckFile(SnapshotArchiveEntry entry, SnapshotArchiveKind kind, Dictionary<string, SnapshotArchiveEntry> told, HashSet<string> paths)
    {
        if (kind.IsDocument() != (entry.Paths.Count == 0))
        {
            throw Bad($"entry '{entry.Name}' has paths and is a document, or has none and is a file");
        }

        foreach (var path in entry.Paths)
        {
            SnapshotNames.CheckFile(path);
            if (!path.StartsWith('/') || !paths.Add(path))
            {
                throw Bad($"path '{path}' of entry '{entry.Name}' is not absolute, or another's too");
            }
        }

        var format = entry.Format is null ? null : ImageFormats.FromName(entry.Format);
        if (kind == SnapshotArchiveKind.Image ? format is not (ImageFormat.Raw or ImageFormat.Qcow2) : entry.Format is not null)
        {
            throw Bad($"entry '{entry.Name}' is of format '{entry.Format}', which is not carried");
        }

        if (entry.Base is { } below && (format != ImageFormat.Qcow2 || below == entry.Name || !told.TryGetValue(below, out var image) || image.Kind != SnapshotArchiveKind.Image))
        {
            throw Bad($"entry '{entry.Name}' cannot stand on '{below}': an image stands on one before it");
        }
    }
}
