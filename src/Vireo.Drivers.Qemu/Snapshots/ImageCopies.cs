using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.State;
using Vireo.Host.Faults;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>A copy of an image that holds an internal snapshot: the image itself must stay as it is, for others stand on it.</summary>
/// <param name="Image">The copy, and the snapshot within it.</param>
/// <param name="Original">The image.</param>
/// <param name="Size">Bytes that it takes.</param>
/// <param name="File">The copy's file.</param>
/// <param name="VirtualSize">Size of the disk in it, in bytes.</param>
internal sealed record ImageCopy(TaggedImage Image, string Original, long Size, PlannedFile File, long? VirtualSize)
{
    /// <summary>The copy as the domain uses it.</summary>
    public ImageLayer Layer => new(new FileLocation(Image.Path), ImageFormat.Qcow2) { VirtualSize = VirtualSize };
}

/// <summary>Makes the copies that a revert needs, and takes out of them what only the originals are to hold.</summary>
/// <param name="domain">The domain, within its modifying job.</param>
/// <param name="copies">The copies; the first files of the journal's plan.</param>
internal sealed class ImageCopies(ISnapshotDomain domain, IReadOnlyList<ImageCopy> copies)
{
    /// <summary>Makes them. Of the internal snapshots they keep the one that is meant.</summary>
    /// <param name="journal">The operation.</param>
    /// <param name="cancellationToken">Gives up; the caller undoes the journal.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: what qemu-img says; VIR_ERR_SYSTEM_ERROR.</exception>
    public async ValueTask MakeAsync(OperationJournal journal, CancellationToken cancellationToken)
    {
        var (total, done) = (copies.Sum(c => c.Size), 0L);
        for (var i = 0; i < copies.Count; i++)
        {
            var (copy, before) = (copies[i], done);
            await JournalFiles.FillAsync(
                journal,
                i,
                async temporary =>
                {
                    void Progress(double share) => domain.Progressed(new JobProgress { Disk = (total, before + (long)(copy.Size * Math.Clamp(share, 0, 1))) });
                    Progress(0);
                    await ImageTool.CopyFileAsync(copy.Original, temporary, Progress, cancellationToken).ConfigureAwait(false);
                    foreach (var other in InternalSnapshot.Read(temporary).Where(s => s.Name != copy.Image.Tag))
                    {
                        await ImageTool.RemoveSnapshotAsync(copy.Image with { Path = temporary, Tag = other.Name }, cancellationToken).ConfigureAwait(false);
                    }
                },
                FaultPoints.RevertOverlayWritten,
                FaultPoints.RevertOverlayNamed).ConfigureAwait(false);
            done += copy.Size;
        }
    }

    /// <summary>Removes the snapshot from the copies, whose data are its now: it is in the originals.</summary>
    /// <param name="holder">The disk whose image holds the memory.</param>
    /// <param name="id">Name of the operation.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: it stays, and takes space.</exception>
    public async ValueTask TidyAsync(string holder, string id)
    {
        if (copies.Count == 0)
        {
            return;
        }

        if (domain.Live is null)
        {
            await JournalTags.RemoveAsync([.. copies.Select(c => c.Image)]).ConfigureAwait(false);
            return;
        }

        var removal = new StateJob(StateJobKind.Delete, id + "-tidy", copies[0].Image.Tag, holder, [.. copies.Select(c => c.Image.Target)]);
        await domain.RunJobAsync(removal).ConfigureAwait(false);
        await StateJob.DismissAsync(domain, removal.Id).ConfigureAwait(false);
    }
}
