using Vireo.Config;
using Vireo.Host;
using Vireo.Host.Files;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Tpm;

/// <summary>Where emulated TPMs keep their state: a directory for each domain, named by its uuid, and in it one for each version of TPM, as libvirt has it.</summary>
internal sealed class TpmStorage(VireoPaths paths)
{
    /// <summary>What serves a document's TPM, when an emulator does; else null.</summary>
    public static TpmBackend? EmulatorOf(DomainConfig config) => config.Devices.Tpms.Find(t => t.Backend?.Type == TpmBackendType.Emulator)?.Backend;

    /// <summary>The directory of a domain.</summary>
    public string DirectoryOf(Guid domain) => Path.Combine(paths.TpmStates, domain.ToString("D"));

    /// <summary>The directory that a version's state lies in, below <see cref="DirectoryOf"/>.</summary>
    public static string NameOf(TpmBackend emulator) => emulator.Version == TpmVersion.V12 ? "tpm1.2" : "tpm2";

    /// <summary>The directory that the TPM of a document keeps its state in, made or not; null when there is no emulated TPM.</summary>
    public string? StateOf(DomainConfig config) => EmulatorOf(config) is { } emulator ? Path.Combine(DirectoryOf(config.Uuid!.Value), NameOf(emulator)) : null;

    /// <summary>Whether a name is that of a file of a TPM's state; others are locks, and what is being written.</summary>
    public static bool IsOfState(string name) => name.StartsWith("tpm", StringComparison.Ordinal) && !name.Contains('/', StringComparison.Ordinal);

    /// <summary>The files of a TPM's state; none when it has never run.</summary>
    /// <param name="state">As <see cref="StateOf"/>.</param>
    public static IEnumerable<string> FilesOf(string state) =>
        Directory.Exists(state) ? Directory.EnumerateFiles(state).Where(file => IsOfState(Path.GetFileName(file))).Order(StringComparer.Ordinal) : [];

    /// <summary>Gives a state to whom its emulator runs as. One that is theirs already is left as it is: what lies in it may be their doing.</summary>
    /// <param name="account">The user; null for nobody else.</param>
    /// <param name="state">As <see cref="StateOf"/>.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void GiveTo(HostAccount? account, string state)
    {
        using var directory = account is null ? null : PinnedFile.TryOpen(state);
        if (account is null || directory is null || (directory.User, directory.Group) == (account.User, account.Group))
        {
            return;
        }

        // It is nobody else's until the end, so its names lead to its files.
        directory.ChangeOwner(CurrentUser.Id, CurrentUser.Group);
        foreach (var path in Directory.EnumerateFiles(state))
        {
            using var file = File.ResolveLinkTarget(path, returnFinalTarget: false) is null ? PinnedFile.TryOpen(path) : null;
            if (file is { IsRegular: true })
            {
                file.ChangeOwner(account.User, account.Group);
            }
        }

        directory.ChangeOwner(account.User, account.Group);
    }

    /// <summary>Forgets the state of a domain that is no more.</summary>
    /// <param name="config">Its document.</param>
    /// <param name="evenPersistent">Although its document says that the state persists.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot be removed.</exception>
    public void Forget(DomainConfig config, bool evenPersistent = false)
    {
        if (EmulatorOf(config) is { } emulator && (evenPersistent || emulator.PersistentState != true))
        {
            Block.FileSystemCalls.RemoveTree(DirectoryOf(config.Uuid!.Value));
        }
    }
}
