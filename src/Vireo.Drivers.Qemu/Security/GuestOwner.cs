using Vireo.Host.Files;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Security;

/// <summary>Whose a guest's process is, and what is done for it with the host's files.</summary>
/// <param name="Account">The user it runs as; null for the daemon's own.</param>
internal sealed record GuestOwner(HostAccount? Account)
{
    // The file system keeps no owners, or cannot be written: whoever may read it may.
    private const int InvalidArgument = 22;
    private const int ReadOnlyFileSystem = 30;
    private const int NotSupported = 95;
    private const uint OthersMayWrite = 2;

    /// <summary>Nothing is done: for guests of a daemon that may not.</summary>
    public static GuestOwner None { get; } = new(Account: null);

    /// <summary>Whether its files are given to the user.</summary>
    public bool Gives { get; init; }

    /// <summary>Whether they get their owners back afterwards; else they become root's.</summary>
    public bool Remembers { get; init; }

    /// <summary>Whether other domains are kept from images that it writes to.</summary>
    public bool Locks { get; init; }

    /// <summary>The devices that it sees besides its own; null when it sees all of the host's.</summary>
    public IReadOnlyList<string>? SharedDevices { get; init; }

    /// <summary>What confines it; null when nothing does.</summary>
    public GuestConfinement? Confinement { get; init; }

    /// <summary>The user and group as a label.</summary>
    public DacLabel Label => Account is { } account ? new(account.User, account.Group) : new(CurrentUser.Id, CurrentUser.Group);

    /// <summary>Whom a file is given to; null when it stays whose it is.</summary>
    public DacLabel? LabelOf(GuestFile wanted, PinnedFile file) =>
        // In a tree of its own its devices are its user's from the beginning. One that everybody may use is the whole host's.
        !Gives || wanted.KeepsOwner || wanted.IsHosts || (SharedDevices is not null && file.IsDevice) || (file.IsCharacterDevice && (file.Mode & OthersMayWrite) != 0) ? null : wanted.Label ?? Label;

    /// <summary>Gives a file away; one whose file system does not keep owners stays as it is.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void Give(PinnedFile file, DacLabel label)
    {
        try
        {
            file.ChangeOwner(label.User, label.Group);
        }
        catch (VireoException e) when (IsOwnerless(e))
        {
            // Whether it can be used so is told by who opens it.
            return;
        }
    }

    /// <summary>Whether an error says that a file cannot have another owner, or attributes.</summary>
    public static bool IsOwnerless(VireoException error) => error is { Code: ErrorCode.SystemError, Number1: InvalidArgument or ReadOnlyFileSystem or NotSupported };
}
