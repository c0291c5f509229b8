using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vireo.Host.Native;

internal static unsafe partial class Libc
{
    public const uint PollIn = 0x001;
    public const uint PollOut = 0x004;
    public const uint PollError = 0x008;
    public const uint PollHangUp = 0x010;
    public const uint PollOneShot = 1u << 30;
    public const int EpollAdd = 1;
    public const int EpollDelete = 2;
    public const int EpollCloseOnExec = 0x80000;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int s_dataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    public static readonly int EpollEventSize = s_dataOffset + 8;

    [LibraryImport(Library, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport(Library, EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int EpollControl(SafeHandle epoll, int operation, SafeHandle fd, byte* entry);

    [LibraryImport(Library, EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(SafeHandle epoll, byte* entries, int count, int timeout);

    public static int EpollControl(SafeHandle epoll, int operation, SafeHandle fd, uint events, long token)
    {
        var entry = stackalloc byte[16];
        Unsafe.WriteUnaligned(entry, events);
        Unsafe.WriteUnaligned(entry + s_dataOffset, token);
        return EpollControl(epoll, operation, fd, entry);
    }

    public static long EpollToken(byte* entries, int index) =>
        Unsafe.ReadUnaligned<long>(entries + index * EpollEventSize + s_dataOffset);
}
