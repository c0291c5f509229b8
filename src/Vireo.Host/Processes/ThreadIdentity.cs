using Vireo.Host.Native;

namespace Vireo.Host.Processes;

/// <summary>The rights of one thread, which on Linux may be others than those of its process. A thread that has given them up must end: it cannot get them back.</summary>
internal static unsafe class ThreadIdentity
{
    /// <summary>Takes on a user's rights, and gives up all capabilities with root's.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void Assume(uint? user, uint? group, IReadOnlyList<uint> supplementary)
    {
        var groups = supplementary.ToArray();
        fixed (uint* pointer = groups)
        {
            if (Libc.SetThreadGroups(pointer, groups.Length) != 0)
                throw SystemError.Last("cannot set supplemental groups");
        }

        if (group is { } gid && Libc.SetThreadGroup(gid) != 0)
            throw SystemError.Last($"cannot change to '{gid}' group");
        if (user is { } uid && Libc.SetThreadUser(uid) != 0)
            throw SystemError.Last($"cannot change to uid to '{uid}'");
    }
}
