using System.Runtime.InteropServices;

namespace Vireo.Cli.Shell;

/// <summary>The controlling terminal: raw mode and single bytes of input.</summary>
internal static partial class Terminal
{
    private const int StandardInput = 0;

    // Larger than struct termios of any libc; what is inside is never looked at.
    private const int StateSize = 256;

    public static bool IsInteractive => IsTerminal(StandardInput) != 0;

    /// <summary>Switches to raw mode until the result is disposed.</summary>
    public static IDisposable Raw()
    {
        var saved = new byte[StateSize];
        if (GetAttributes(StandardInput, saved) != 0)
        {
            throw new IOException("unable to get tty attributes: " + Marshal.GetLastPInvokeErrorMessage());
        }
        var raw = (byte[])saved.Clone();
        MakeRaw(raw);
        if (SetAttributes(StandardInput, 0, raw) != 0)
        {
            throw new IOException("unable to set tty attributes: " + Marshal.GetLastPInvokeErrorMessage());
        }
        return new Restorer(saved);
    }

    /// <summary>Waits for input. 0 is its end.</summary>
    public static int Read(Span<byte> buffer)
    {
        while (true)
        {
            var count = (int)ReadBytes(StandardInput, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
            if (count >= 0)
            {
                return count;
            }
            const int interrupted = 4;
            if (Marshal.GetLastPInvokeError() != interrupted)
            {
                throw new IOException("unable to read from the terminal: " + Marshal.GetLastPInvokeErrorMessage());
            }
        }
    }

    /// <summary>Whether input arrives within the time.</summary>
    public static bool InputWithin(int milliseconds)
    {
        var request = new PollRequest { Descriptor = StandardInput, Events = 1 };
        return Poll(ref request, 1, milliseconds) > 0;
    }

    [LibraryImport("libc", EntryPoint = "isatty")]
    private static partial int IsTerminal(int descriptor);

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static partial int GetAttributes(int descriptor, byte[] state);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static partial int SetAttributes(int descriptor, int when, byte[] state);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(byte[] state);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadBytes(int descriptor, ref byte buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollRequest request, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    private sealed class Restorer(byte[] saved) : IDisposable
    {
        // Nothing is to be done for a terminal that is gone.
        public void Dispose() => _ = SetAttributes(StandardInput, 0, saved);
    }
}
