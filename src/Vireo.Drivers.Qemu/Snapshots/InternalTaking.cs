using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Host.Faults;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Takes internal snapshots, and takes them back: by a job of the hypervisor with the guest's memory, or in the images of a domain that is shut off.</summary>
/// <param name="domain">The domain, within its modifying job; its guest stands still.</param>
internal sealed class InternalTaking(ISnapshotDomain domain)
{
    /// <summary>Takes them. The job, which stays known to the hypervisor, has the memory put into the first image.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: what the hypervisor or qemu-img says.</exception>
    public async ValueTask TakeAsync(IReadOnlyList<TaggedImage> images, string job, CancellationToken cancellationToken)
    {
        if (domain.Live is not null)
        {
            await domain.RunJobAsync(JobOf(StateJobKind.Save, images, job)).ConfigureAwait(false);
            FaultPoint.Hit(FaultPoints.CreateStateSaved);
            return;
        }

        foreach (var image in images)
        {
            await ImageTool.TakeSnapshotAsync(image, cancellationToken).ConfigureAwait(false);
            FaultPoint.Hit(FaultPoints.CreateTagMade);
        }
    }

    /// <summary>Removes those that are there, when there were none of that name before; a job that still takes them is waited for.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: what the hypervisor or qemu-img says.</exception>
    public async ValueTask TakeBackAsync(IReadOnlyList<TaggedImage> images, string job, CancellationToken cancellationToken)
    {
        if (domain.Live is null)
        {
            await JournalTags.RemoveAsync(images).ConfigureAwait(false);
            return;
        }

        await StateJob.OutcomeAsync(domain, job, cancellationToken).ConfigureAwait(false);
        if (images.Any(i => InternalSnapshot.Find(i.Path, i.Tag) is not null))
        {
            var removal = job + "-undo";
            await domain.RunJobAsync(JobOf(StateJobKind.Delete, images, removal)).ConfigureAwait(false);
            await StateJob.DismissAsync(domain, removal).ConfigureAwait(false);
        }
    }

    private static StateJob JobOf(StateJobKind kind, IReadOnlyList<TaggedImage> images, string id) => new(kind, id, images[0].Tag, images[0].Target, [.. images.Select(t => t.Target)]);
}
