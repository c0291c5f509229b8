using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Native;

namespace Vireo.Host.Files;

/// <summary>Opens files for other programs: descriptors that are handed on, with errors that keep the errno.</summary>
public static class HostFile
{
    private const int StatusSize = 256;
    private const int WorkingDirectory = -100;
    private const uint TypeAlone = 1;
    private const int ModeOffset = 28;

    /// <summary>Whether a path leads to a block device; not where it leads nowhere.</summary>
    public static unsafe bool IsBlockDevice(string path)
    {
        var status = stackalloc byte[StatusSize];
        return Libc.Status(WorkingDirectory, path, 0, TypeAlone, status) == 0 && (*(ushort*)(status + ModeOffset) & 0xf000) == 0x6000;
    }

    /// <summary>Opens a log for appending, made with mode 0600 where it is missing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="truncate">Empties it first.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static SafeFileHandle OpenLog(string path, bool truncate = false) =>
        Open(path, Libc.WriteOnly | Libc.Create | Libc.Append | Libc.NonBlock | (truncate ? Libc.Truncate : 0), AtomicFile.PrivateMode);

    /// <summary>Opens a file that must be there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">For writing too.</param>
    /// <param name="failure">What an error says was attempted, before the path.</param>
    /// <param name="domain">Who reports it.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static SafeFileHandle OpenExisting(string path, bool write = false, string failure = "cannot open file", ErrorDomain domain = ErrorDomain.None) =>
        Open(path, write ? Libc.ReadWrite : Libc.ReadOnly, 0, failure: failure, domain: domain);

    /// <summary>Makes a file that must not be there yet, for reading and writing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">Who may read it.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static SafeFileHandle CreateNew(string path, uint mode = AtomicFile.PrivateMode) =>
        Open(path, Libc.ReadWrite | Libc.Create | Libc.Exclusive | Libc.NoFollow, mode);

    /// <summary>Makes a file, or empties the one that is there, for reading and writing.</summary>
    /// <param name="path">The file; a block device is left as it is.</param>
    /// <param name="domain">Who reports an error.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static SafeFileHandle CreateOrEmpty(string path, ErrorDomain domain = ErrorDomain.None) => Open(path, Libc.ReadWrite | Libc.Create | Libc.Truncate, AtomicFile.PrivateMode, domain: domain);

    /// <summary>Makes a file without a name, in memory alone, for a program that is to read what no disk should hold.</summary>
    /// <param name="name">What it is called where the kernel lists open files.</param>
    /// <param name="content">What it holds.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static SafeFileHandle InMemory(string name, ReadOnlySpan<byte> content)
    {
        const uint CloseOnExec = 1;
        var fd = Libc.MemoryFile(name, CloseOnExec);
        var file = fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw SystemError.Last("cannot make a file in memory");
        RandomAccess.Write(file, content, 0);
        return file;
    }

    /// <summary>Another descriptor of what is open.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static SafeFileHandle Duplicate(SafeHandle handle)
    {
        var copy = Libc.Control(handle, Libc.DupFdCloseOnExec, 0);
        return copy >= 0 ? new SafeFileHandle(copy, ownsHandle: true) : throw SystemError.Last("cannot duplicate a file descriptor");
    }

    /// <summary>Where an open file lies; null for what lies nowhere: pipes, sockets, memory.</summary>
    public static string? NameOf(SafeHandle handle) => new FileInfo($"/proc/self/fd/{handle.DangerousGetHandle()}").LinkTarget is ['/', ..] path ? path : null;

    internal static SafeFileHandle Open(string path, int flags, uint mode, string? spokenOf = null, string failure = "cannot open file", ErrorDomain domain = ErrorDomain.None)
    {
        var fd = Libc.Open(path, flags | Libc.CloseOnExec | Libc.NoControllingTerminal, mode);
        return fd >= 0
            ? new SafeFileHandle(fd, ownsHandle: true)
            : throw SystemError.Last($"{((flags & Libc.Create) != 0 ? "Failed to create file" : failure)} '{spokenOf ?? path}'", domain);
    }
}
