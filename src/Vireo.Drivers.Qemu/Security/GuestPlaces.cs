using Vireo.Host.Files;

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
}
