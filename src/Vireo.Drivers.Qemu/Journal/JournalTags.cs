using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Journal;

/// <summary>The internal snapshots of a journalled operation, taken back or finished on images that no hypervisor has open. Each step can be repeated.</summary>
internal static class JournalTags
{
    /// <summary>Removes the internal snapshots that a create made, or a revert of the state before it: there were none of that name.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: one could not be removed; the others were.</exception>
    public static async Task UndoAsync(JournalRecord record)
    {
        await RemoveAsync(record.Plan.Operation == JournalOperation.SnapshotCreate ? record.Plan.Tags : record.Plan.Keep).ConfigureAwait(false);
    }

    /// <summary>Removes internal snapshots; those that an image lacks are removed already.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: one could not be removed; the others were.</exception>
    public static async Task RemoveAsync(IReadOnlyList<TaggedImage> images)
    {
        VireoException? failure = null;
        foreach (var image in images)
        {
            try
            {
                await ImageTool.RemoveSnapshotAsync(image, CancellationToken.None).ConfigureAwait(false);
            }
            catch (VireoException e)
            {
                failure ??= e;
            }
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    /// <summary>Tidies the images in which a hypervisor that is gone was at work.</summary>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: what qemu-img says.</exception>
    public static async Task RepairAsync(JournalRecord record)
    {
        // One whose work was done had its images flushed, and may have them open.
        if (record is { Plan.Job: not null, Phase: JournalPhase.Prepared })
        {
            foreach (var image in record.Plan.Tags)
            {
                await ImageTool.RepairLeaksAsync(image.Path).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Brings every image back to the internal snapshot that a revert has chosen; nothing when a hypervisor has done that.</summary>
    /// <param name="record">The operation.</param>
    /// <param name="applied">Called after each image.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: it could not be finished; the journal allows to try again.</exception>
    public static async Task FinishAsync(JournalRecord record, Action? applied = null)
    {
        if (record.Plan.Operation != JournalOperation.SnapshotRevert || (record.Plan.Job is not null && record.Phase == JournalPhase.Committed))
        {
            return;
        }

        foreach (var image in record.Plan.Tags)
        {
            await ImageTool.ApplySnapshotAsync(image, CancellationToken.None).ConfigureAwait(false);
            applied?.Invoke();
        }
    }
}
