using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.Cloning;

/// <summary>Whether there is room for one more domain with files of its own. Nothing that is there is written over.</summary>
internal static class NewDomainPlace
{
    /// <summary>Refuses a name that is taken, and a directory that cannot be meant.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED, VIR_ERR_INVALID_ARG.</exception>
    public static void Check(QemuHypervisor hypervisor, string name, string? directory)
    {
        if (name.Length == 0)
        {
            throw VireoException.InvalidArgument(ErrorDomain.DomainSnapshot, "the new domain must have a name");
        }

        if (hypervisor.Domains.Find(name) is { } taken)
        {
            throw VireoException.OperationFailed(ErrorDomain.Domain, $"domain '{name}' already exists with uuid {taken.View.Uuid}");
        }

        if (hypervisor.Files.Definition(name) is var definition && File.Exists(definition))
        {
            throw VireoException.OperationFailed(ErrorDomain.Domain, $"'{definition}' is the definition of a domain that could not be loaded; remove it, or choose another name");
        }

        if (directory is not null && (!Path.IsPathRooted(directory) || directory.Any(char.IsControl)))
        {
            throw VireoException.InvalidArgument(ErrorDomain.DomainSnapshot, $"directory '{directory}' of the new images must be an absolute path");
        }
    }

    /// <summary>Refuses files that are there already, or whose directory is not.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED, VIR_ERR_SYSTEM_ERROR.</exception>
    public static void CheckFiles(IEnumerable<PlannedFile> files)
    {
        foreach (var path in files.Select(f => f.Path))
        {
            if (FileStatus.TryOf(path) is not null)
            {
                throw VireoException.OperationFailed(ErrorDomain.Qemu, $"file '{path}' exists already; choose another name for the domain or another --directory");
            }

            if (FileStatus.TryOf(Path.GetDirectoryName(path)!) is not { Kind: FileKind.Directory })
            {
                throw FileSystemCalls.Failure(FileSystemCalls.NoEntry, $"cannot create '{path}': directory '{Path.GetDirectoryName(path)}'");
            }
        }
    }
}
