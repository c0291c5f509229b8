using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Native;

namespace Vireo.Host.Terminals;

/// <summary>
/// Standard output or error as it is. The framework's own streams switch a terminal's keypad when they are first written to, and leave it so;
/// and they cannot be asked not to.
/// </summary>
public sealed unsafe class StandardStream : Stream
{
    private readonly SafeFileHandle _handle;

    private StandardStream(int descriptor) => _handle = new(descriptor, ownsHandle: false);

    /// <summary>Standard output.</summary>
    public static StandardStream Output => new(1);

    /// <summary>Standard error.</summary>
    public static StandardStream Error => new(2);

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Writes all of it. Who reads no more, as <c>head</c> does, is not an error.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        const int BrokenPipe = 32;
        fixed (byte* bytes = buffer)
        {
            for (int done = 0; done < buffer.Length;)
            {
                var count = Libc.Write(_handle, bytes + done, buffer.Length - done);
                if (count >= 0)
                {
                    done += (int)count;
                    continue;
                }

                switch (Marshal.GetLastPInvokeError())
                {
                    case Errno.Interrupted:
                        break;
                    case Errno.Again: // another program made the shared terminal non-blocking
                        Libc.Poll(_handle, Libc.PollOut, -1);
                        break;
                    case BrokenPipe:
                        return;
                    case var errno:
                        throw new IOException(Marshal.GetPInvokeErrorMessage(errno));
                }
            }
        }
    }
}
