using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Vireo.Host;

namespace Vireo.Drivers.Qemu.Archive;

/// <summary>A file as an archive holds it, read once: the list of its data, then the data. Sums up what is read.</summary>
internal sealed class StoredFile : Stream
{
    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly byte[] _head;
    private readonly SparseMap _map;
    private readonly Action<int> _read;
    private readonly CancellationToken _cancellationToken;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _at;
    private int _extent;
    private long _within;

    /// <summary>Opens a file that nobody writes to.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Told how many bytes more are read.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public StoredFile(string path, Action<int> read, CancellationToken cancellationToken)
    {
        _path = path;
        _read = read;
        _cancellationToken = cancellationToken;
        try
        {
            _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SystemError.Make(e, $"cannot open '{path}'", ErrorDomain.Storage);
        }

        _map = SparseMap.Of(_file, path);
        _head = _map.Encode();
        Length = _head.Length + _map.DataLength;
    }

    /// <summary>Length of the file itself, holes included.</summary>
    public long FileLength => _map.Size;

    /// <summary>The sum of what was read, in hexadecimal digits.</summary>
    public string Sum => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <summary>So that the length is asked for and written first; nobody seeks.</summary>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length { get; }

    /// <inheritdoc/>
    public override long Position
    {
        get => _at;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        var read = _at < _head.Length ? ReadHead(buffer) : ReadData(buffer);
        _hash.AppendData(buffer[..read]);
        _at += read;
        _read(read);
        return read;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private int ReadHead(Span<byte> buffer)
    {
        var head = _head.AsSpan((int)_at);
        head = head[..Math.Min(head.Length, buffer.Length)];
        head.CopyTo(buffer);
        return head.Length;
    }

    private int ReadData(Span<byte> buffer)
    {
        while (_extent < _map.Extents.Count && _within == _map.Extents[_extent].Length)
        {
            _extent++;
            _within = 0;
        }

        if (_extent == _map.Extents.Count || buffer.IsEmpty)
        {
            return 0;
        }

        var extent = _map.Extents[_extent];
        int read;
        try
        {
            read = RandomAccess.Read(_file, buffer[..(int)Math.Min(buffer.Length, extent.Length - _within)], extent.Start + _within);
        }
        catch (IOException e)
        {
            throw SystemError.Make(e, $"cannot read '{_path}'", ErrorDomain.Storage);
        }

        _within += read;
        return read > 0 ? read : throw VireoException.OperationFailed(ErrorDomain.Storage, $"file '{_path}' became shorter while it was read");
    }
}
