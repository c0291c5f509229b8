using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Host.Faults;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Makes the overlays of an operation, all or none, with the journal knowing of each before it gets its name.</summary>
/// <param name="journal">The operation's journal; the first entries of its plan's files are these overlays.</param>
/// <param name="overlays">The overlays, in the journal's order.</param>
/// <param name="owner">Whom they are given to; null leaves them ours.</param>
internal sealed class OverlayBatch(OperationJournal journal, IReadOnlyList<OverlayFile> overlays, (uint User, uint Group)? owner)
{
    private const int SyncsAtOnce = 8;

    /// <summary>Writes, syncs and names every overlay. On an error the caller undoes the journal.</summary>
    /// <param name="written">Fault point passed after each overlay is written.</param>
    /// <param name="named">Fault point passed after each overlay has its name.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR naming the file.</exception>
    public void Make(string written, string named)
    {
        var identities = new FileIdentity[overlays.Count];
        if (overlays.Count == 1)
        {
            identities[0] = overlays[0].Write(owner);
            FaultPoint.Hit(written);
        }
        else
        {
            WriteAll(identities, written);
        }

        for (var i = 0; i < overlays.Count; i++)
        {
            journal.Made(i, identities[i]);
        }

        foreach (var overlay in overlays)
        {
            overlay.Name();
            FaultPoint.Hit(named);
        }

        foreach (var directory in overlays.Select(o => Path.GetDirectoryName(o.Path)!).Distinct(StringComparer.Ordinal))
        {
            FileSystemCalls.SyncDirectory(directory);
        }
    }

    private void WriteAll(FileIdentity[] identities, string written)
    {
        try
        {
            // Side by side, so that the file system can put many syncs into one commit.
            Parallel.For(0, overlays.Count, new ParallelOptions { MaxDegreeOfParallelism = SyncsAtOnce }, i =>
            {
                identities[i] = overlays[i].Write(owner);
                FaultPoint.Hit(written);
            });
        }
        catch (AggregateException e)
        {
            throw e.InnerExceptions.FirstOrDefault(i => i is VireoException) ?? e;
        }
    }
}
