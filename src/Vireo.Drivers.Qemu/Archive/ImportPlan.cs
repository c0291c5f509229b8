using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.State;

namespace Vireo.Drivers.Qemu.Archive;

/// <summary>What is to become of an archive.</summary>
/// <param name="Name">Another name for the domain; null for the archive's.</param>
/// <param name="Directory">Where all images and memory files go, absolute; null for the places they had.</param>
internal sealed record ImportRequest(string? Name, string? Directory);

/// <summary>A file that is taken out of an archive.</summary>
/// <param name="Entry">The file.</param>
/// <param name="Place">Where it goes.</param>
/// <param name="Base">The image that it stands on; null for none.</param>
internal sealed record ImportedFile(SnapshotArchiveEntry Entry, PlannedFile Place, ImportedFile? Base)
{
    /// <summary>An image's format; raw for other files, which nobody reads as images.</summary>
    public ImageFormat Format { get; } = Entry.Format is { } name ? ImageFormats.FromName(name)!.Value : ImageFormat.Raw;

    /// <summary>The image as others name it.</summary>
    public ImageLayer Layer => new(new FileLocation(Place.Path), Format);
}

/// <summary>All that an import is going to do. Made without changing anything.</summary>
/// <param name="Id">Name of the operation, as in its temporary files.</param>
/// <param name="Domain">The new domain, which nobody knows yet.</param>
/// <param name="Definition">Its definition.</param>
/// <param name="Files">The files that are made, an image after the one it stands on.</param>
/// <param name="Documents">The documents that are written; the definition is the last.</param>
internal sealed record ImportPlan(string Id, QemuDomain Domain, DomainConfig Definition, IReadOnlyList<ImportedFile> Files, IReadOnlyList<DocumentChange> Documents);
