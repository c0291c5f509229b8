using Vireo.Drivers.Qemu.Journal;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Where the metadata of a domain's snapshots lies, with the list of images that forgotten ones have made.</summary>
/// <param name="directory">The directory of this domain's snapshots.</param>
internal sealed class SnapshotStore(string directory) : MomentStore<QemuSnapshot>(directory)
{
    private string MadePath => Path.Combine(Directory, ".made");

    /// <summary>The list of images that forgotten snapshots have made; null when there is none.</summary>
    public string? ReadMade() => File.Exists(MadePath) ? File.ReadAllText(MadePath) : null;

    /// <summary>The change of that list; null when it stays.</summary>
    public DocumentChange? ChangeMade(string? before, string? after) => before == after ? null : new DocumentChange(MadePath, before, after);
}
