using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vireo.Host;
using Vireo.Host.Faults;

namespace Vireo.Drivers.Qemu.Block;

/// <summary>The calls on files that the framework has no name for, and those that change a file: all of them fail with VIR_ERR_SYSTEM_ERROR.</summary>
internal static unsafe partial class FileSystemCalls
{
    public const int NoEntry = 2;
    public const int AccessDenied = 13;
    public const int Exists = 17;
    public const int NotDirectory = 20;
    public const int InvalidArgument = 22;
    private const int AtWorkingDirectory = -100;

    // O_DIRECTORY | O_CLOEXEC; O_DIRECTORY is another bit on ARM.
    private const int OpenDirectoryReadOnly = 0x10000 | 0x80000;
    private const int OpenDirectoryReadOnlyArm = 0x4000 | 0x80000;
    private const int OpenReadOnly = 0x80000; // O_RDONLY | O_CLOEXEC
    private const int CreateExclusive = 0x2 | 0x40 | 0x80 | 0x80000; // O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC
    private const int PathOnly = 0x200000; // O_PATH
    private const int OwnerOnly = 0x180; // 0600
    private const uint RenameNoReplace = 1;
    private const uint StatxBasic = 0x7ff;
    private const int SeekStart = 0;
    private const int SeekEnd = 2;
    private const int SeekData = 3;
    private const int SeekHole = 4;
    private const int NoDeviceOrAddress = 6;

    /// <summary>stat; yields errno, 0 on success.</summary>
    public static int Status(string path, out FileStatus status) => Status(AtWorkingDirectory, path, out status);

    /// <summary>stat of a file in a directory that is held; yields errno, 0 on success.</summary>
    public static int Status(SafeFileHandle directory, string name, out FileStatus status) => Status((int)directory.DangerousGetHandle(), name, out status);

    /// <summary>Holds a directory, so that files in it are found without its name; yields errno, 0 on success.</summary>
    public static int Hold(string path, out SafeFileHandle directory)
    {
        var fd = Open(path, PathOnly | (RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? OpenDirectoryReadOnlyArm : OpenDirectoryReadOnly));
        directory = new SafeFileHandle(fd, ownsHandle: true);
        return fd >= 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    private static int Status(int directory, string path, out FileStatus status)
    {
        // struct statx has the same layout on every architecture.
        var buffer = stackalloc byte[256];
        if (StatX(directory, path, 0, StatxBasic, buffer) != 0)
        {
            status = null!;
            return Marshal.GetLastPInvokeError();
        }

        var raw = new ReadOnlySpan<byte>(buffer, 256);
        var mode = Native16(raw[28..]);
        var kind = (mode & 0xf000) switch
        {
            0x8000 => FileKind.Regular,
            0x6000 => FileKind.BlockDevice,
            0x4000 => FileKind.Directory,
            _ => FileKind.Other,
        };
        var disk = ((ulong)Native32(raw[136..]) << 32) | Native32(raw[140..]);
        status = new FileStatus(kind, new FileIdentity(disk, Native64(raw[32..])), (long)Native64(raw[40..]), Native32(raw[20..]), Native32(raw[24..]))
        {
            Allocated = (long)Native64(raw[48..]) * 512,
            Changed = Moment((long)Native64(raw[96..]), Native32(raw[104..])),
            Device = (Native32(raw[128..]), Native32(raw[132..])),
        };
        return 0;
    }

    /// <summary>Renames, but never over something that exists.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void RenameNew(string from, string to)
    {
        Pass(to, $"cannot rename '{from}' to '{to}'");
        if (RenameAt2(AtWorkingDirectory, from, AtWorkingDirectory, to, RenameNoReplace) == 0)
        {
            return;
        }

        var errno = Marshal.GetLastPInvokeError();
        if (errno == InvalidArgument)
        {
            // A file system without RENAME_NOREPLACE (NFS): a hard link refuses to replace as well.
            if (Link(from, to) == 0)
            {
                Remove(from);
                return;
            }

            errno = Marshal.GetLastPInvokeError();
        }

        throw Failure(errno, $"cannot rename '{from}' to '{to}'");
    }

    /// <summary>Makes a new file, open for reading and writing, that its owner alone may read.</summary>
    /// <param name="path">Must not exist.</param>
    /// <param name="failure">What an error says was attempted.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static SafeFileHandle CreateNew(string path, string failure)
    {
        Pass(path, failure);
        var fd = OpenMode(path, CreateExclusive, OwnerOnly);
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw Failure(Marshal.GetLastPInvokeError(), failure);
    }

    /// <summary>Writes bytes at a place in a file.</summary>
    /// <param name="handle">The file, open for writing.</param>
    /// <param name="path">Its name.</param>
    /// <param name="bytes">What.</param>
    /// <param name="at">Where, in bytes.</param>
    /// <param name="failure">What an error says was attempted.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR; some of it may be written.</exception>
    public static void Write(SafeFileHandle handle, string path, ReadOnlySpan<byte> bytes, long at, string failure)
    {
        Pass(path, failure);
        try
        {
            RandomAccess.Write(handle, bytes, at);
        }
        catch (IOException e)
        {
            throw SystemError.Make(e, failure, ErrorDomain.Storage);
        }
    }

    /// <summary>Makes a file longer or shorter.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void SetLength(SafeFileHandle handle, string path, long length, string failure)
    {
        Pass(path, failure);
        try
        {
            RandomAccess.SetLength(handle, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SystemError.Make(e, failure, ErrorDomain.Storage);
        }
    }

    /// <summary>Renames, a file over what bears the name; a directory's new name must be free.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void Replace(string from, string to)
    {
        var failure = $"cannot rename '{from}' to '{to}'";
        Pass(to, failure);
        try
        {
            if (Directory.Exists(from))
            {
                Directory.Move(from, to);
            }
            else
            {
                File.Move(from, to, overwrite: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SystemError.Make(e, failure, ErrorDomain.Storage);
        }
    }

    /// <summary>Removes a file; nothing when there is none.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void Remove(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        var failure = $"cannot remove '{path}'";
        Pass(path, failure);
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SystemError.Make(e, failure, ErrorDomain.Storage);
        }
    }

    /// <summary>Removes a file, or a directory with all that is in it; nothing when there is none.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void RemoveTree(string path)
    {
        if (!Directory.Exists(path))
        {
            Remove(path);
            return;
        }

        var failure = $"cannot remove directory '{path}'";
        Pass(path, failure);
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SystemError.Make(e, failure, ErrorDomain.Storage);
        }
    }

    /// <summary>Makes a directory and those above it; nothing when it is there.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="ownerOnly">None but its owner may look into it.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void MakeDirectory(string path, bool ownerOnly = false)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        var failure = $"cannot create directory '{path}'";
        Pass(path, failure);
        try
        {
            if (ownerOnly)
            {
                Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
            else
            {
                Directory.CreateDirectory(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SystemError.Make(e, failure, ErrorDomain.Storage);
        }
    }

    /// <summary>The text of a file; null when there is none.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static string? TextOf(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SystemError.Make(e, $"cannot read '{path}'", ErrorDomain.Storage);
        }
    }

    /// <summary>Makes the names in a directory survive a power cut.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void SyncDirectory(string directory)
    {
        var arm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;
        var fd = Open(directory, arm ? OpenDirectoryReadOnlyArm : OpenDirectoryReadOnly);
        if (fd < 0)
        {
            throw Failure(Marshal.GetLastPInvokeError(), $"cannot open directory '{directory}'");
        }

        using var handle = new SafeFileHandle(fd, ownsHandle: true);
        Pass(directory, $"cannot sync directory '{directory}'");
        if (Fsync(handle) != 0 && Marshal.GetLastPInvokeError() is not InvalidArgument and var errno)
        {
            throw Failure(errno, $"cannot sync directory '{directory}'");
        }
    }

    /// <summary>Makes a file's contents survive a power cut.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void SyncFile(string path)
    {
        var fd = Open(path, OpenReadOnly);
        if (fd < 0)
        {
            throw Failure(Marshal.GetLastPInvokeError(), $"cannot open '{path}'");
        }

        using var handle = new SafeFileHandle(fd, ownsHandle: true);
        SyncFile(handle, path);
    }

    /// <inheritdoc cref="SyncFile(string)"/>
    public static void SyncFile(SafeFileHandle handle, string path)
    {
        Pass(path, $"cannot sync '{path}'");
        if (Fsync(handle) != 0)
        {
            throw Failure(Marshal.GetLastPInvokeError(), $"cannot sync '{path}'");
        }
    }

    /// <summary>The end of a file or block device, in bytes.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static long End(SafeFileHandle handle, string path)
    {
        var end = Seek(handle, 0, SeekEnd);
        return end >= 0 ? end : throw Failure(Marshal.GetLastPInvokeError(), $"cannot find the end of '{path}'");
    }

    /// <summary>The parts of a file that hold data, in order; what lies between them are holes. All of it where the file system cannot tell.</summary>
    /// <param name="handle">The file.</param>
    /// <param name="path">Its name.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static IEnumerable<(long Start, long End)> Data(SafeFileHandle handle, string path, long length)
    {
        for (long at = 0; at < length;)
        {
            var start = Seek(handle, at, SeekData);
            var errno = start < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (errno == NoDeviceOrAddress)
            {
                yield break;
            }

            var end = errno == InvalidArgument ? length : start < 0 ? start : Seek(handle, start, SeekHole);
            if (end < 0)
            {
                throw Failure(Marshal.GetLastPInvokeError(), $"cannot find the data in '{path}'");
            }

            yield return (errno == InvalidArgument ? at : start, Math.Min(end, length));
            at = end;
        }
    }

    /// <summary>Sets where whoever shares this open file reads or writes next.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void SetPosition(SafeFileHandle handle, string path, long position)
    {
        if (Seek(handle, position, SeekStart) < 0)
        {
            throw Failure(Marshal.GetLastPInvokeError(), $"cannot seek in '{path}'");
        }
    }

    /// <summary>Gives a file to another user; -1 leaves the user or group as it is.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void ChangeOwner(SafeFileHandle handle, string path, uint user, uint group)
    {
        if (Fchown(handle, user, group) != 0)
        {
            throw Failure(Marshal.GetLastPInvokeError(), $"cannot change the owner of '{path}' to {user}:{group}");
        }
    }

    /// <summary>VIR_ERR_SYSTEM_ERROR with strerror behind the text.</summary>
    public static VireoException Failure(int errno, string text, Exception? inner = null) =>
        VireoException.System(ErrorDomain.Storage, errno, $"{text}: {Marshal.GetPInvokeErrorMessage(errno)}", inner);

    private static void Pass(string path, string failure)
    {
        if (FaultPoint.Write(path) is not 0 and var errno)
        {
            throw Failure(errno, failure);
        }
    }

    private static ushort Native16(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<ushort>(bytes);

    // A file system may say anything; what no calendar holds is the end of it.
    private static DateTimeOffset Moment(long seconds, uint nanoseconds) =>
        seconds is > -62_135_596_800 and < 253_402_300_799 ? DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanoseconds / 100) : DateTimeOffset.MaxValue;

    private static uint Native32(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<uint>(bytes);

    private static ulong Native64(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<ulong>(bytes);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt2(int fromDirectory, string from, int toDirectory, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenMode(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int Fchown(SafeFileHandle handle, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(SafeFileHandle handle, long offset, int whence);
}
