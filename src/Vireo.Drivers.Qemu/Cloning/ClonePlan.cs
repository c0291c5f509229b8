using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.Snapshots;

namespace Vireo.Drivers.Qemu.Cloning;

/// <summary>What a clone is to be.</summary>
/// <param name="Name">The new domain's name; can name a file.</param>
/// <param name="Directory">Where its images go, absolute; null for the directory that each snapshot's image lies in.</param>
/// <param name="Linked">Whether its images stand on the snapshot's instead of being copies.</param>
internal sealed record CloneRequest(string Name, string? Directory, bool Linked);

/// <summary>One disk that is made for a clone.</summary>
/// <param name="Target">Name within the domain: vda.</param>
/// <param name="Source">The images that the snapshot has of it.</param>
/// <param name="Within">The internal snapshot of the top that holds it; null when the top itself does.</param>
/// <param name="Path">The new image.</param>
/// <param name="Format">Its format.</param>
internal sealed record ClonedDisk(string Target, ImageChain Source, InternalSnapshot? Within, string Path, ImageFormat Format)
{
    /// <summary>Bytes of the disk.</summary>
    public long Size => Source.Top.VirtualSize ?? 0;
}

/// <summary>All that cloning is going to do. Made without changing anything.</summary>
/// <param name="Id">Name of the operation, as in its temporary files.</param>
/// <param name="Linked">Whether the images stand on the snapshot's.</param>
/// <param name="Disks">The disks that are made.</param>
/// <param name="Platform">The firmware's variables and the TPM's state; without those that the clone has not, or gets pristine at its first start.</param>
/// <param name="Definition">The new domain, complete.</param>
/// <param name="Document">Its definition's file.</param>
internal sealed record ClonePlan(string Id, bool Linked, IReadOnlyList<ClonedDisk> Disks, IReadOnlyList<NewState> Platform, DomainConfig Definition, DocumentChange Document)
{
    /// <summary>The files that are made: the images, then what the guest keeps outside its disks.</summary>
    public IReadOnlyList<PlannedFile> Files { get; } =
    [
        .. Disks.Select(d => d.Path).Concat(Platform.Select(s => s.Path)).Select(path => new PlannedFile(path, OverlayFile.TemporaryName(path, Id))),
    ];
}

/// <summary>A file, or a directory of files, of what the guest keeps outside its disks.</summary>
/// <param name="Path">Its name.</param>
/// <param name="Content">What is in it.</param>
internal sealed record NewState(string Path, StateContent Content);
