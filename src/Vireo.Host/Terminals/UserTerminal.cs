using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Native;

namespace Vireo.Host.Terminals;

/// <summary>The terminal that a person types into: this process's standard input and output.</summary>
public static unsafe class UserTerminal
{
    private const nuint GetWindowSize = 0x5413;
    private static readonly SafeFileHandle s_input = new(0, ownsHandle: false);
    private static readonly SafeFileHandle s_output = new(1, ownsHandle: false);

    /// <summary>Whether standard input is a terminal.</summary>
    public static bool IsInteractive
    {
        get
        {
            var settings = stackalloc byte[Libc.TerminalSettingsSize];
            return Libc.TerminalGet(s_input, settings) == 0;
        }
    }

    /// <summary>How many columns it shows; 80 when it does not say.</summary>
    public static int Columns
    {
        get
        {
            // struct winsize: rows, columns, pixels.
            var size = stackalloc ushort[4];
            return Libc.DeviceControl(s_output, GetWindowSize, size) == 0 && size[1] > 0 ? size[1] : 80;
        }
    }

    /// <summary>Switches it to raw mode until the result is disposed.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: standard input is no terminal.</exception>
    public static IDisposable Raw()
    {
        var saved = new byte[Libc.TerminalSettingsSize];
        var raw = stackalloc byte[Libc.TerminalSettingsSize];
        fixed (byte* settings = saved)
        {
            if (Libc.TerminalGet(s_input, settings) != 0) throw SystemError.Last("unable to get tty attributes");
        }

        saved.CopyTo(new Span<byte>(raw, saved.Length));
        Libc.TerminalMakeRaw(raw);
        return Libc.TerminalSet(s_input, 0, raw) == 0 ? new Restorer(saved) : throw SystemError.Last("unable to set tty attributes");
    }

    /// <summary>Waits for input; 0 is its end.</summary>
    /// <param name="buffer">Filled with what there is.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static int Read(Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            while (true)
            {
                var count = (int)Libc.Read(s_input, bytes, buffer.Length);
                if (count >= 0) return count;
                switch (Marshal.GetLastPInvokeError())
                {
                    case Errno.Interrupted:
                        break;
                    case Errno.Again:
                        InputWithin(-1);
                        break;
                    case Errno.Io:
                        return 0; // the terminal was hung up
                    default:
                        throw SystemError.Last("unable to read from the terminal");
                }
            }
        }
    }

    /// <summary>Whether input, or its end, comes within the time.</summary>
    /// <param name="milliseconds">How long to wait; -1 for ever.</param>
    public static bool InputWithin(int milliseconds) => Libc.Poll(s_input, Libc.PollIn, milliseconds) > 0;

    private sealed class Restorer(byte[] saved) : IDisposable
    {
        // Nothing is to be done for a terminal that is gone.
        public void Dispose()
        {
            fixed (byte* settings = saved) _ = Libc.TerminalSet(s_input, 0, settings);
        }
    }
}
