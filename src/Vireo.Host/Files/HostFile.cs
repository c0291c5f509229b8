using Microsoft.Win32.SafeHandles;
using Vireo.Host.Native;

namespace Vireo.Host.Files;

/// <summary>Opens files for other programs: descriptors that are handed on, with errors that keep the errno.</summary>
public static class HostFile
{
    /// <summary>Opens a log for appending, made with mode 0600 where it is missing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="truncate">Empties it first.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static SafeFileHandle OpenLog(string path, bool truncate = false) =>
        Open(path, Libc.WriteOnly | Libc.Create | Libc.Append | (truncate ? Libc.Truncate : 0), AtomicFile.PrivateMode);

    /// <summary>Opens a file that must be there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">For writing too.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static SafeFileHandle OpenExisting(string path, bool write = false) => Open(path, write ? Libc.ReadWrite : Libc.ReadOnly, 0);

    /// <summary>Makes a file that must not be there yet, for reading and writing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">Who may read it.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static SafeFileHandle CreateNew(string path, uint mode = AtomicFile.PrivateMode) =>
        Open(path, Libc.ReadWrite | Libc.Create | Libc.Exclusive | Libc.NoFollow, mode);

    internal static SafeFileHandle Open(string path, int flags, uint mode, string? spokenOf = null)
    {
        var fd = Libc.Open(path, flags | Libc.CloseOnExec | Libc.NoControllingTerminal, mode);
        return fd >= 0
            ? new SafeFileHandle(fd, ownsHandle: true)
            : throw SystemError.Last($"{((flags & Libc.Create) != 0 ? "Failed to create file" : "cannot open file")} '{spokenOf ?? path}'");
    }
}
