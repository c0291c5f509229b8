using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Host.Faults;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Makes the overlays of an operation, all or none, with the journal knowing of each before it gets its name. They are on stable storage after <see cref="JournalActions.Stage"/>.</summary>
/// <param name="journal">The operation's journal; the first entries of its plan's files are these overlays.</param>
/// <param name="overlays">The overlays, in the journal's order.</param>
/// <param name="owner">Whom they are given to; null leaves them ours.</param>
internal sealed class OverlayBatch(OperationJournal journal, IReadOnlyList<OverlayFile> overlays, (uint User, uint Group)? owner)
{
    /// <summary>Writes and names every overlay. On an error the caller undoes the journal.</summary>
    /// <param name="written">Fault point passed after each overlay is written.</param>
    /// <param name="named">Fault point passed after each overlay has its name.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR naming the file.</exception>
    public void Make(string written, string named)
    {
        for (var i = 0; i < overlays.Count; i++)
        {
            var identity = overlays[i].Write(owner);
            FaultPoint.Hit(written);
            journal.Made(i, identity);
        }

        foreach (var overlay in overlays)
        {
            overlay.Name();
            FaultPoint.Hit(named);
        }
    }
}
