using Microsoft.Win32.SafeHandles;

namespace Vireo.Drivers.Qemu.Archive;

/// <summary>An archive as the reader of tar headers sees it. It reads headers only, so whoever has it read much at once has made them up.</summary>
/// <param name="file">The archive; stays open.</param>
internal sealed class ArchiveInput(SafeFileHandle file) : Stream
{
    private const int LargestHeader = 64 * 1024;
    private long _at;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length { get; } = RandomAccess.GetLength(file);

    /// <inheritdoc/>
    public override long Position
    {
        get => _at;
        set => _at = value;
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.Length > LargestHeader)
        {
            throw new InvalidDataException($"a header of it is larger than {LargestHeader} bytes");
        }

        var read = RandomAccess.Read(file, buffer, _at);
        _at += read;
        return read;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => _at = offset + origin switch
    {
        SeekOrigin.Current => _at,
        SeekOrigin.End => Length,
        _ => 0,
    };

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
