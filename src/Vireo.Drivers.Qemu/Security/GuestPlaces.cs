using Vireo.Host.Files;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Security;

/// <summary>What a guest's process may reach of the host's directories.</summary>
internal static class GuestPlaces
{
    /// <summary>Sets up a run's two directories. What the daemon goes by lies in the first, where the process writes nothing; it makes its sockets in the second, which nobody else looks into.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="channels">The run's directory for the sockets of channels.</param>
    /// <param name="owner">Whose the process will be.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void Open(string directory, string channels, GuestOwner owner)
    {
        if (owner.Account is { } account)
        {
            File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            using var place = PinnedFile.TryOpen(channels);
            place?.ChangeOwner(account.User, account.Group);
        }
    }

    /// <summary>What a process is to see of the host's devices; null for all of them.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="owner">Whose the process will be.</param>
    /// <param name="files">The files that it opens.</param>
    public static PrivateDevices? DevicesOf(string directory, GuestOwner owner, IEnumerable<GuestFile> files)
    {
        if (owner.SharedDevices is null)
        {
            return null;
        }

        var own = files.Where(IsDevice).ToLookup(file => file.KeepsOwner, file => file.Path);
        return new PrivateDevices(StagingOf(directory), [.. owner.SharedDevices, .. own[true]], [.. own[false]]);
    }

    /// <summary>Whether the process of a run sees its own devices alone.</summary>
    public static bool HasOwnDevices(string directory) => Directory.Exists(StagingOf(directory));

    /// <summary>Has a process see devices that it is about to open.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void AddDevices(GuestOwner owner, int pid, IEnumerable<GuestFile> files)
    {
        foreach (var file in owner.SharedDevices is null ? [] : files.Where(IsDevice))
        {
            DeviceTree.Add(pid, file.Path, owner.Label.User, owner.Label.Group);
        }
    }

    /// <summary>Has a process see no devices but these and the shared ones.</summary>
    public static void KeepDevices(GuestOwner owner, int pid, IEnumerable<GuestFile> files)
    {
        if (owner.SharedDevices is { } shared)
        {
            DeviceTree.Keep(pid, [.. shared, .. files.Select(file => file.Path)]);
        }
    }

    /// <summary>Refuses a guest whose files lie behind a directory that is closed to its user.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR with EACCES, naming file and user.</exception>
    public static void RequireReach(GuestOwner owner, IEnumerable<GuestFile> files)
    {
        const int accessDenied = 13;
        if (owner.Account is { User: not 0 } account && account.FirstUnreachable([.. files.Select(file => file.Path)]) is { } path)
        {
            throw VireoException.System(
                ErrorDomain.Security,
                accessDenied,
                $"cannot access '{path}' as uid:{account.User}, gid:{account.Group}: Permission denied; a directory on the way is closed to the user that guests run as (setting \"user\"): let it pass (chmod o+x), or move the file");
        }
    }

    private static string StagingOf(string directory) => Path.Combine(directory, "dev");

    private static bool IsDevice(GuestFile file)
    {
        using var there = PinnedFile.TryOpen(file.Path);
        return there is { IsDevice: true };
    }
}
