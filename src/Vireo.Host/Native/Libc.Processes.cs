using System.Runtime.InteropServices;

namespace Vireo.Host.Native;

internal static unsafe partial class Libc
{
    public const short SpawnSetSignalDefaults = 0x04;
    public const short SpawnSetSignalMask = 0x08;
    public const short SpawnSetSession = 0x80;

    // Room for glibc's opaque structs (80, 336 and 128 bytes on 64-bit).
    public const int FileActionsSize = 128;
    public const int SpawnAttributesSize = 512;
    public const int SignalSetSize = 128;

    public const int LockedMemoryLimit = 8;
    public const int WaitPidFd = 3;
    public const int WaitExited = 4;
    public const int NewFilesystemContext = 0x200;
    public const int NewMountNamespace = 0x20000;

    // One number for each on every architecture, as for all calls of that age.
    private const long PidFdSendSignalNumber = 424;
    private const long PidFdOpenNumber = 434;

    [LibraryImport(Library, EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Spawn(int* pid, string path, void* fileActions, void* attributes, byte** argv, byte** envp);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_init")]
    public static partial int FileActionsInit(void* actions);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_destroy")]
    public static partial int FileActionsDestroy(void* actions);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static partial int FileActionsAddDup2(void* actions, int fd, int number);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_addclose")]
    public static partial int FileActionsAddClose(void* actions, int fd);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    public static partial int FileActionsAddCloseFrom(void* actions, int from);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_addfchdir_np")]
    public static partial int FileActionsAddChangeDirectory(void* actions, int directory);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_init")]
    public static partial int SpawnAttributesInit(void* attributes);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_destroy")]
    public static partial int SpawnAttributesDestroy(void* attributes);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setflags")]
    public static partial int SpawnAttributesSetFlags(void* attributes, short flags);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setsigdefault")]
    public static partial int SpawnAttributesSetSignalDefaults(void* attributes, void* set);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setsigmask")]
    public static partial int SpawnAttributesSetSignalMask(void* attributes, void* set);

    [LibraryImport(Library, EntryPoint = "sigfillset")]
    public static partial int SignalSetFill(void* set);

    [LibraryImport(Library, EntryPoint = "sigemptyset")]
    public static partial int SignalSetEmpty(void* set);

    [LibraryImport(Library, EntryPoint = "waitid", SetLastError = true)]
    public static partial int WaitId(int idType, SafeHandle id, void* info, int options);

    [LibraryImport(Library, EntryPoint = "unshare", SetLastError = true)]
    public static partial int Unshare(int flags);

    [LibraryImport(Library, EntryPoint = "umask")]
    public static partial uint FileModeMask(uint mask);

    [LibraryImport(Library, EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport(Library, EntryPoint = "getegid")]
    public static partial uint EffectiveGroup();

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    public static partial nint SystemCall(long number, nint first, nint second, nint third, nint fourth);

    /// <summary>Limits are pairs of 64-bit numbers: what holds, and the most that it may become.</summary>
    [LibraryImport(Library, EntryPoint = "prlimit64", SetLastError = true)]
    public static partial int ProcessLimit(int pid, int resource, ulong* set, ulong* before);

    [LibraryImport(Library, EntryPoint = "sched_setscheduler", SetLastError = true)]
    public static partial int SchedSetScheduler(int thread, int policy, int* priority);

    public static int SchedSetAffinity(int thread, ReadOnlySpan<byte> map)
    {
        fixed (byte* first = map)
            return (int)SystemCall(s_affinityCalls.Set, thread, map.Length, (nint)first, 0);
    }

    // The raw call tells how much of the map it filled.
    public static int SchedGetAffinity(int thread, Span<byte> map)
    {
        fixed (byte* first = map)
            return (int)SystemCall(s_affinityCalls.Get, thread, map.Length, (nint)first, 0);
    }

    private static readonly (long Set, long Get) s_affinityCalls = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => (203, 204),
        _ => (122, 123),
    };

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(long number, nint first, nint second, nint third, nint fourth, nint fifth);

    public static int PerfEventOpen(void* attributes, int pid, int processor, int group, uint flags) =>
        (int)SystemCall(RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 298 : 241, (nint)attributes, pid, processor, group, (nint)flags);

    public static int PidFdOpen(int pid) => (int)SystemCall(PidFdOpenNumber, pid, 0, 0, 0);

    public static int PidFdSendSignal(SafeHandle pidFd, int signal)
    {
        var held = false;
        try
        {
            pidFd.DangerousAddRef(ref held);
            return (int)SystemCall(PidFdSendSignalNumber, pidFd.DangerousGetHandle(), signal, 0, 0);
        }
        finally
        {
            if (held)
                pidFd.DangerousRelease();
        }
    }

    // The raw calls change the calling thread alone; the C library's wrappers would change every thread of the daemon.
    private static readonly (long SetGroups, long SetGroup, long SetUser) s_identityCalls = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => (116, 119, 117),
        _ => (159, 149, 147),
    };

    public static int SetThreadGroups(uint* groups, int count) => (int)SystemCall(s_identityCalls.SetGroups, count, (nint)groups, 0, 0);

    public static int SetThreadGroup(uint group) => (int)SystemCall(s_identityCalls.SetGroup, (nint)group, (nint)group, (nint)group, 0);

    public static int SetThreadUser(uint user) => (int)SystemCall(s_identityCalls.SetUser, (nint)user, (nint)user, (nint)user, 0);
}
