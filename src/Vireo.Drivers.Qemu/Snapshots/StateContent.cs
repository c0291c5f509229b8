using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Tpm;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>What a new file, or a new directory, of the state that a guest keeps outside its disks is to hold.</summary>
internal abstract record StateContent
{
    /// <summary>The files that a snapshot has captured of a TPM's state.</summary>
    /// <exception cref="VireoException">VIR_ERR_INTERNAL_ERROR: the metadata is broken.</exception>
    public static StateContent OfTpm(ConfigList<CapturedFile> captured) => new DirectoryContent(
    [
        .. captured.Select(file => TpmStorage.IsOfState(file.Name!)
            ? (file.Name!, (StateContent)new FileContent(PackedFile.Unpack(file.Content ?? "")))
            : throw VireoException.Internal(ErrorDomain.DomainSnapshot, $"the snapshot's metadata is broken: no TPM has a file '{file.Name}'")),
    ]);

    /// <summary>A TPM's state as it is now; null when it has never run.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot be read.</exception>
    public static StateContent? OfTpm(string state) => Directory.Exists(state)
        ? new DirectoryContent([.. TpmStorage.FilesOf(state).Select(file => (Path.GetFileName(file), (StateContent)new FileContent(PackedFile.Read(file))))])
        : null;

    /// <summary>Makes it, for its owner alone and on stable storage but for its own name.</summary>
    /// <param name="path">Where; must not exist.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR; some of it may be made.</exception>
    public abstract void Make(string path);
}

/// <summary>A file.</summary>
/// <param name="Bytes">What is in it.</param>
internal sealed record FileContent(byte[] Bytes) : StateContent
{
    /// <inheritdoc/>
    public override void Make(string path)
    {
        var failure = $"cannot write '{path}'";
        FileSystemCalls.MakeDirectory(Path.GetDirectoryName(path)!, ownerOnly: true);
        using var file = FileSystemCalls.CreateNew(path, failure);
        FileSystemCalls.Write(file, path, Bytes, 0, failure);
        FileSystemCalls.SyncFile(file, path);
    }
}

/// <summary>A directory.</summary>
/// <param name="Files">What is in it, by name.</param>
internal sealed record DirectoryContent(IReadOnlyList<(string Name, StateContent Content)> Files) : StateContent
{
    /// <inheritdoc/>
    public override void Make(string path)
    {
        FileSystemCalls.MakeDirectory(path, ownerOnly: true);
        foreach (var (name, content) in Files)
        {
            content.Make(Path.Combine(path, name));
        }

        FileSystemCalls.SyncDirectory(path);
    }
}
