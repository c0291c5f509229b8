using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Native;

namespace Vireo.Host.Files;

/// <summary>A file of any kind, held by what it is: whatever becomes of its name meanwhile, it is the same file. Nothing in it is read or written.</summary>
public sealed unsafe class PinnedFile : IDisposable
{
    private const int LongestAttribute = 65536;
    private const uint BasicStatus = 0x7ff;
    private const int Attempts = 100;
    private readonly SafeFileHandle _handle;
    private readonly string _itself;
    private readonly string _path;
    private SafeFileHandle? _lock;

    private PinnedFile(string path, SafeFileHandle handle)
    {
        _path = path;
        _handle = handle;
        // Attributes of what is held without being opened can be reached by this name alone.
        _itself = $"/proc/self/fd/{handle.DangerousGetHandle()}";
        Refresh();
    }

    /// <summary>Where it lies, without links on the way.</summary>
    public string Name => new FileInfo(_itself).LinkTarget ?? _path;

    /// <summary>What the file system calls it: device and inode.</summary>
    public string Identity { get; private set; } = "";

    /// <summary>Its owner.</summary>
    public uint User { get; private set; }

    /// <summary>Its group.</summary>
    public uint Group { get; private set; }

    /// <summary>Its kind and its permissions, as in <c>st_mode</c>.</summary>
    public uint Mode { get; private set; }

    /// <summary>Whether it is a plain file.</summary>
    public bool IsRegular => (Mode & 0xf000) == 0x8000;

    /// <summary>Whether it is a block device.</summary>
    public bool IsBlockDevice => (Mode & 0xf000) == 0x6000;

    /// <summary>Whether it is a character device.</summary>
    public bool IsCharacterDevice => (Mode & 0xf000) == 0x2000;

    /// <summary>Whether it is a device of either kind.</summary>
    public bool IsDevice => IsBlockDevice || IsCharacterDevice;

    /// <summary>Takes hold of what a path names, links followed; null when there is nothing.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static PinnedFile? TryOpen(string path)
    {
        var fd = Libc.Open(path, Libc.PathOnly | Libc.CloseOnExec, 0);
        if (fd < 0)
            return SystemError.Last($"cannot look at '{path}'") is { Number1: Errno.NoEntry or Errno.NotDirectory } ? null : throw SystemError.Last($"cannot look at '{path}'");
        var handle = new SafeFileHandle(fd, ownsHandle: true);
        try
        {
            return new(path, handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Keeps other daemons from changing its attributes meanwhile; devices and sockets, which cannot be opened without effects, are not locked.</summary>
    /// <exception cref="VireoException">VIR_ERR_RESOURCE_BUSY: another process has held it for long; VIR_ERR_SYSTEM_ERROR.</exception>
    public void Lock()
    {
        if (!IsRegular && !IsBlockDevice)
            return;
        var fd = Libc.Open(_itself, Libc.ReadOnly | Libc.NonBlock | Libc.CloseOnExec, 0);
        if (fd < 0)
            throw SystemError.Last($"cannot open file '{_path}'");
        _lock = new SafeFileHandle(fd, ownsHandle: true);
        for (var attempt = 0; Libc.Lock(_lock, Libc.LockExclusive | Libc.LockNoWait) != 0; attempt++)
        {
            if (Marshal.GetLastPInvokeError() != Errno.Again)
                throw SystemError.Last($"cannot lock file '{_path}'");
            if (attempt == Attempts)
                throw new VireoException(ErrorCode.ResourceBusy, ErrorDomain.None, $"file '{_path}' is locked by another process (flock)");
            // Who takes part holds it for microseconds.
            Thread.Sleep(1);
        }
    }

    /// <summary>The value of an extended attribute; null when it has none of that name.</summary>
    /// <param name="name">With its namespace.</param>
    /// <param name="supported">Whether the file system has such attributes, and this process may use them.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public string? Attribute(string name, out bool supported)
    {
        var value = new byte[1024];
        while (true)
        {
            nint length;
            fixed (byte* pointer = value)
                length = Libc.GetAttribute(_itself, name, pointer, (nuint)value.Length);
            if (length >= 0)
            {
                supported = true;
                return Encoding.UTF8.GetString(value, 0, (int)length);
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Errno.NoData:
                    supported = true;
                    return null;
                case Errno.NotSupported or Errno.Perm:
                    supported = false;
                    return null;
                case Errno.Range when value.Length < LongestAttribute:
                    value = new byte[LongestAttribute];
                    continue;
                default:
                    throw SystemError.Last($"Unable to get XATTR {name} on {_path}");
            }
        }
    }

    /// <summary>Sets an extended attribute, or removes it.</summary>
    /// <param name="name">With its namespace.</param>
    /// <param name="value">Null to remove it.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public void SetAttribute(string name, string? value)
    {
        if (value is null)
        {
            if (Libc.RemoveAttribute(_itself, name) != 0 && Marshal.GetLastPInvokeError() != Errno.NoData)
                throw SystemError.Last($"Unable to remove XATTR {name} on {_path}");
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(value);
        fixed (byte* pointer = bytes)
        {
            if (Libc.SetAttribute(_itself, name, pointer, (nuint)bytes.Length, 0) != 0)
                throw SystemError.Last($"Unable to set XATTR {name} on {_path}");
        }
    }

    /// <summary>Gives it to somebody else.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public void ChangeOwner(uint user, uint group)
    {
        if (Libc.ChangeOwner(_handle, "", user, group, Libc.AtEmptyPath) != 0)
            throw SystemError.Last($"unable to set user and group to '{user}:{group}' on '{_path}'");
        Refresh();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _lock?.Dispose();
        _handle.Dispose();
    }

    private void Refresh()
    {
        // struct statx: the owner at 20, the mode at 28, the inode at 32, the device at 136.
        var status = stackalloc byte[256];
        if (Libc.Status((int)_handle.DangerousGetHandle(), "", Libc.AtEmptyPath, BasicStatus, status) != 0)
            throw SystemError.Last($"cannot look at '{_path}'");
        User = *(uint*)(status + 20);
        Group = *(uint*)(status + 24);
        Mode = *(ushort*)(status + 28);
        Identity = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{*(uint*)(status + 136):x}:{*(uint*)(status + 140):x}:{*(ulong*)(status + 32):x}");
    }
}
