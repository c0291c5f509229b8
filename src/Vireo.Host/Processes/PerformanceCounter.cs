using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vireo.Host.Native;

namespace Vireo.Host.Processes;

/// <summary>Counts an event of a process, from now on, by the kernel's performance events. Threads that it makes later are counted, too.</summary>
public sealed class PerformanceCounter : IDisposable
{
    private const int AttributesSize = 64;
    private const ulong Disabled = 1;
    private const ulong Inherit = 2;
    private const uint CloseOnExec = 8;
    private const nuint Enable = 0x2400;

    private readonly SafeFileHandle _handle;

    private PerformanceCounter(SafeFileHandle handle) => _handle = handle;

    /// <summary>What has been counted.</summary>
    public unsafe ulong Value
    {
        get
        {
            ulong value;
            return Libc.Read(_handle, (byte*)&value, sizeof(ulong)) == sizeof(ulong) ? value : 0;
        }
    }

    /// <summary>Begins to count.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="type">The kernel's kind of event: 0 hardware, 1 software.</param>
    /// <param name="number">The kernel's number of the event among its kind.</param>
    /// <exception cref="IOException">This machine does not count it, or it is not ours to count.</exception>
    public static unsafe PerformanceCounter Start(int pid, uint type, ulong number)
    {
        var attributes = stackalloc byte[AttributesSize];
        var fields = new Span<byte>(attributes, AttributesSize);
        fields.Clear();
        MemoryMarshal.Write(fields, type);
        MemoryMarshal.Write(fields[4..], (uint)AttributesSize);
        MemoryMarshal.Write(fields[8..], number);
        MemoryMarshal.Write(fields[40..], Disabled | Inherit);
        var fd = Libc.PerfEventOpen(attributes, pid, processor: -1, group: -1, CloseOnExec);
        if (fd < 0)
            throw new IOException("cannot count", Marshal.GetLastPInvokeError());
        var handle = new SafeFileHandle(fd, ownsHandle: true);
        if (Libc.DeviceControl(handle, Enable, null) < 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            handle.Dispose();
            throw new IOException("cannot count", errno);
        }

        return new(handle);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
