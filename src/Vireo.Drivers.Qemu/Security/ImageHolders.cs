using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Host.Files;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Security;

/// <summary>A run that writes to an image.</summary>
/// <param name="Directory">The run's directory.</param>
/// <param name="Domain">The domain.</param>
/// <param name="Name">Its name.</param>
/// <param name="Use">Alone, or with others.</param>
internal sealed record ImageHolder(string Directory, Guid Domain, string Name, FileUse Use)
{
    /// <summary>Whether both are runs of one domain: a second process of it may stand beside the first.</summary>
    public bool IsSameDomain(ImageHolder other) => Domain == other.Domain && Path.GetDirectoryName(Directory) == Path.GetDirectoryName(other.Directory);
}

/// <summary>
/// Which runs write to an image, of all daemons of the host: kept in an extended attribute of the image. QEMU's own locks keep a second process out of an image that is open; this keeps a second domain out
/// from before the first one's process is started until after it has gone, and while it has let go of its images for a moment.
/// </summary>
/// <remarks>Who says to hold it does so no longer when its run's process has gone, the run has, or the host was booted: nothing has to be tidied up for another to have the image.</remarks>
/// <param name="file">The image, locked.</param>
internal sealed class ImageHolders(PinnedFile file)
{
    private const string Name = "trusted.vireo.holders";
    private const char Between = '\t';
    private const char End = '\n';

    /// <summary>Those that hold it still.</summary>
    /// <param name="supported">Whether its file system can say.</param>
    public IReadOnlyList<ImageHolder> Read(out bool supported)
    {
        var text = file.Attribute(Name, out supported);
        var lines = (text ?? "").Split(End, StringSplitOptions.RemoveEmptyEntries);
        // A copy of the image has a copy of the attribute.
        return lines is [var first, ..] && first == Place ? [.. lines[1..].Select(Parse).OfType<ImageHolder>().Where(IsAlive)] : [];
    }

    /// <summary>Writes down who holds it.</summary>
    public void Write(IReadOnlyCollection<ImageHolder> holders) => file.SetAttribute(Name, holders.Count == 0
        ? null
        : $"{Place}{End}{string.Concat(holders.Select(h => $"{h.Directory}{Between}{h.Domain}{Between}{h.Use}{Between}{h.Name}{End}"))}");

    private string Place => $"{file.Identity} {ProcessIdentity.CurrentBootId}";

    private static ImageHolder? Parse(string line) =>
        line.Split(Between, 4) is [var directory, var domain, var use, var name] && Guid.TryParse(domain, out var uuid) && Enum.TryParse<FileUse>(use, out var parsed)
            ? new ImageHolder(directory, uuid, name, parsed)
            : null;

    // Before its process is spawned a run is its directory.
    private static bool IsAlive(ImageHolder holder)
    {
        var identity = Path.Combine(holder.Directory, QemuLauncher.IdentityFile);
        return Directory.Exists(holder.Directory) &&
            (!File.Exists(identity) || ProcessIdentity.Parse(File.ReadAllText(identity)) is not { } process || ProcessIdentity.Of(process.Pid) == process);
    }
}
