using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Native;

namespace Vireo.Host.Terminals;

/// <summary>Opens terminals in raw mode: what goes in comes out, byte for byte.</summary>
public static class PseudoTerminal
{
    /// <summary>Makes a pseudo terminal. The first is the controlling end, the path names the other.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static unsafe (SafeFileHandle Controller, string Path) Create()
    {
        var fd = Libc.PseudoTerminalOpen(Libc.ReadWrite | Libc.NoControllingTerminal | Libc.CloseOnExec);
        if (fd < 0)
            throw SystemError.Last("Unable to create tty");
        var handle = new SafeFileHandle(fd, ownsHandle: true);
        var name = stackalloc byte[64];
        if (Libc.PseudoTerminalGrant(handle) == 0 && Libc.PseudoTerminalUnlock(handle) == 0 && Libc.PseudoTerminalName(handle, name, 64) == 0)
        {
            MakeRaw(handle, "a new tty");
            return (handle, Marshal.PtrToStringUTF8((nint)name)!);
        }

        var error = SystemError.Last("Unable to create tty");
        handle.Dispose();
        throw error;
    }

    /// <summary>Opens a terminal by its path, without becoming its session, and makes it raw.</summary>
    /// <param name="path">The terminal, <c>/dev/pts/3</c>.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot be opened or is no terminal.</exception>
    public static SafeFileHandle Open(string path)
    {
        var handle = Files.HostFile.Open(path, Libc.ReadWrite, 0);
        try
        {
            MakeRaw(handle, path);
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static unsafe void MakeRaw(SafeFileHandle handle, string path)
    {
        var settings = stackalloc byte[Libc.TerminalSettingsSize];
        if (Libc.TerminalGet(handle, settings) != 0)
            throw SystemError.Last($"cannot get settings of tty '{path}'");
        Libc.TerminalMakeRaw(settings);
        if (Libc.TerminalSet(handle, 0, settings) != 0)
            throw SystemError.Last($"cannot set up tty '{path}'");
    }
}
