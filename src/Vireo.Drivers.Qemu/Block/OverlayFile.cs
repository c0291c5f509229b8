using Microsoft.Win32.SafeHandles;

namespace Vireo.Drivers.Qemu.Block;

/// <summary>A new overlay on its way into the world: written under a temporary name that nobody else uses, then given its own.</summary>
/// <param name="Path">Its own name.</param>
/// <param name="TemporaryPath">The name until it is complete; in the same directory.</param>
/// <param name="Image">What to write.</param>
internal sealed record OverlayFile(string Path, string TemporaryPath, Qcow2Overlay Image)
{
    /// <summary>The temporary name for a file of the operation <paramref name="operation"/>.</summary>
    public static string TemporaryName(string path, string operation) =>
        System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, $".{System.IO.Path.GetFileName(path)}.{operation}");

    /// <summary>Writes the overlay under its temporary name: readable for its owner alone. Neither it nor its name is on stable storage yet.</summary>
    /// <param name="owner">Whom to give it to: the user that the hypervisor runs as; null leaves it ours.</param>
    /// <returns>Which file it is.</returns>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot be made; nothing is left of it then.</exception>
    public FileIdentity Write((uint User, uint Group)? owner)
    {
        using var handle = Create();
        try
        {
            Image.WriteTo(handle, Path);
            if (owner is { } to)
            {
                FileSystemCalls.ChangeOwner(handle, TemporaryPath, to.User, to.Group);
            }

            return FileIdentity.Of(TemporaryPath) ?? throw FileSystemCalls.Failure(FileSystemCalls.NoEntry, $"new overlay '{TemporaryPath}' vanished");
        }
        catch
        {
            FileSystemCalls.Remove(TemporaryPath);
            throw;
        }
    }

    /// <summary>Gives the overlay its own name; refuses when something of that name has appeared meanwhile.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public void Name() => FileSystemCalls.RenameNew(TemporaryPath, Path);

    private SafeFileHandle Create()
    {
        var directory = System.IO.Path.GetDirectoryName(Path)!;
        if (FileStatus.TryOf(directory) is not { Kind: FileKind.Directory })
        {
            throw FileSystemCalls.Failure(FileSystemCalls.NoEntry, $"cannot create overlay '{Path}': directory '{directory}'");
        }

        return FileSystemCalls.CreateNew(TemporaryPath, $"cannot create overlay '{Path}'");
    }
}
