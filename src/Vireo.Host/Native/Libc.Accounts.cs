using System.Runtime.InteropServices;

namespace Vireo.Host.Native;

internal static unsafe partial class Libc
{
    /// <summary>struct passwd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct UserEntry
    {
        public byte* Name;
        public byte* Password;
        public uint User;
        public uint Group;
        public byte* Comment;
        public byte* Home;
        public byte* Shell;
    }

    /// <summary>struct group.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct GroupEntry
    {
        public byte* Name;
        public byte* Password;
        public uint Group;
        public byte** Members;
    }

    [LibraryImport(Library, EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int FindUser(string name, UserEntry* entry, byte* buffer, nuint size, UserEntry** found);

    [LibraryImport(Library, EntryPoint = "getpwuid_r")]
    public static partial int FindUser(uint user, UserEntry* entry, byte* buffer, nuint size, UserEntry** found);

    [LibraryImport(Library, EntryPoint = "getgrnam_r", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int FindGroup(string name, GroupEntry* entry, byte* buffer, nuint size, GroupEntry** found);

    [LibraryImport(Library, EntryPoint = "getgrouplist")]
    public static partial int GroupList(byte* name, uint group, uint* groups, int* count);
}
