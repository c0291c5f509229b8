using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Events;
using Vireo.Host.Native;

namespace Vireo.Host.Terminals;

/// <summary>
/// A terminal, tap or pipe as a stream that never blocks a thread: waits are by the poller and can be cancelled, losing nothing. One reader and one writer at a time.
/// </summary>
public sealed class DescriptorStream : Stream
{
    private readonly SafeFileHandle _reading;
    private readonly SafeFileHandle _writing;

    /// <summary>Takes the descriptor over.</summary>
    /// <param name="handle">Open for reading and writing; becomes non-blocking.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public DescriptorStream(SafeFileHandle handle)
    {
        _reading = handle;
        var flags = Libc.Control(handle, Libc.GetStatusFlags, 0);
        if (flags < 0 || Libc.Control(handle, Libc.SetStatusFlags, flags | Libc.NonBlock) < 0)
            throw SystemError.Last("cannot make a file descriptor non-blocking");
        // The poller watches a number for one thing at a time.
        var copy = Libc.Control(handle, Libc.DupFdCloseOnExec, 0);
        _writing = copy >= 0 ? new SafeFileHandle(copy, ownsHandle: true) : throw SystemError.Last("cannot duplicate a file descriptor");
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Reads what is there, waiting while there is nothing; 0 when the other end has gone.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var count = TryRead(buffer.Span);
            if (count >= 0)
                return count;
            await Poller.Shared.WaitAsync(_reading, Readiness.Readable, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes all of it, waiting while there is no room.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var count = TryWrite(buffer.Span);
            if (count < 0)
                await Poller.Shared.WaitAsync(_writing, Readiness.Writable, cancellationToken).ConfigureAwait(false);
            else
                buffer = buffer[count..];
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Not offered: it would block a thread.</summary>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read asynchronously");

    /// <summary>Not offered: it would block a thread.</summary>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("write asynchronously");

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _reading.Dispose();
            _writing.Dispose();
        }

        base.Dispose(disposing);
    }

    private unsafe int TryRead(Span<byte> buffer)
    {
        fixed (byte* pointer = buffer)
        {
            var count = Libc.Read(_reading, pointer, buffer.Length);
            if (count >= 0)
                return (int)count;
        }

        // A terminal whose other end is closed answers EIO.
        return Marshal.GetLastPInvokeError() switch
        {
            Errno.Again or Errno.Interrupted => -1,
            Errno.Io => 0,
            var errno => throw SystemError.Make(errno, "cannot read from terminal"),
        };
    }

    private unsafe int TryWrite(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* pointer = buffer)
        {
            var count = Libc.Write(_writing, pointer, buffer.Length);
            if (count >= 0)
                return (int)count;
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno is Errno.Again or Errno.Interrupted ? -1 : throw SystemError.Make(errno, "cannot write to terminal");
    }
}
