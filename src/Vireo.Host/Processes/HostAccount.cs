using System.Globalization;
using System.Runtime.InteropServices;
using Vireo.Host.Native;

namespace Vireo.Host.Processes;

/// <summary>A user of this host with the groups that a program run as them has.</summary>
/// <param name="User">The user's number.</param>
/// <param name="Group">The group's number.</param>
/// <param name="Supplementary">The other groups.</param>
public sealed unsafe record HostAccount(uint User, uint Group, IReadOnlyList<uint> Supplementary)
{
    private const int Room = 16384;
    private const int MostGroups = 1024;

    /// <summary>An account by numbers: with the groups that the host's database gives the user, where it knows them.</summary>
    public static HostAccount Of(uint user, uint group) => new(user, group, GroupsOf(user, group));

    /// <summary>The number of a user by name, or by number (<c>1000</c>; <c>+1000</c>, which is never taken for a name); null when there is none.</summary>
    public static uint? FindUser(string name) => Find(name, static text => Look(text, static (name, buffer) =>
    {
        Libc.UserEntry entry;
        Libc.UserEntry* found;
        return Libc.FindUser(name, &entry, buffer, Room, &found) == 0 && found != null ? entry.User : null;
    }));

    /// <summary>The number of a group by name or number, as <see cref="FindUser"/>.</summary>
    public static uint? FindGroup(string name) => Find(name, static text => Look(text, static (name, buffer) =>
    {
        Libc.GroupEntry entry;
        Libc.GroupEntry* found;
        return Libc.FindGroup(name, &entry, buffer, Room, &found) == 0 && found != null ? entry.Group : null;
    }));

    /// <summary>What this account cannot reach by name: a directory on the way is closed to it.</summary>
    /// <param name="paths">Absolute.</param>
    /// <returns>The first such path; null when it reaches all that are there.</returns>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: the process may not act for the account.</exception>
    public string? FirstUnreachable(IReadOnlyList<string> paths)
    {
        string? unreachable = null;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                ThreadIdentity.Assume(User, Group, Supplementary);
                unreachable = paths.FirstOrDefault(IsClosed);
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? unreachable : throw failure;
    }

    private static bool IsClosed(string path)
    {
        var status = stackalloc byte[256];
        return Libc.Status(Libc.AtWorkingDirectory, path, 0, 0, status) != 0 && Marshal.GetLastPInvokeError() == Errno.Access;
    }

    private static uint? Find(string name, Func<string, uint?> look) => name.StartsWith('+')
        ? Number(name.AsSpan(1))
        : look(name) ?? Number(name);

    private static uint? Number(ReadOnlySpan<char> text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number != uint.MaxValue ? number : null;

    private delegate uint? Lookup(string name, byte* buffer);

    private static uint? Look(string name, Lookup lookup)
    {
        fixed (byte* buffer = new byte[Room])
            return lookup(name, buffer);
    }

    private static IReadOnlyList<uint> GroupsOf(uint user, uint group)
    {
        fixed (byte* buffer = new byte[Room])
        fixed (uint* groups = new uint[MostGroups])
        {
            Libc.UserEntry entry;
            Libc.UserEntry* found;
            if (Libc.FindUser(user, &entry, buffer, Room, &found) != 0 || found == null)
                return [group];
            var count = MostGroups;
            if (Libc.GroupList(entry.Name, entry.Group, groups, &count) < 0)
                return [group];
            return [.. new ReadOnlySpan<uint>(groups, count).ToArray().Append(group).Distinct()];
        }
    }
}
