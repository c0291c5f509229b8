using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Journal;

/// <summary>What to do with an operation that a crash cut short.</summary>
internal enum JournalVerdict
{
    /// <summary>Take it back.</summary>
    Undo,

    /// <summary>Finish it.</summary>
    Finish,
}

/// <summary>How one interrupted operation ended.</summary>
/// <param name="Record">The operation.</param>
/// <param name="Verdict">What was decided; null when the plan had never been completely written.</param>
/// <param name="Error">Why the decision could not be carried out; the journal is kept then.</param>
internal sealed record RecoveredOperation(JournalRecord? Record, JournalVerdict? Verdict, Exception? Error);

/// <summary>Takes up, at the daemon's start, the operations that a crash cut short.</summary>
internal static class JournalRecovery
{
    /// <summary>The journals that lie in <paramref name="directory"/>; those whose plan was never completed are removed, for nothing had happened.</summary>
    public static IReadOnlyList<JournalRecord> Read(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return [];
        }

        foreach (var path in Directory.EnumerateFiles(directory, "*.journal.new").ToList())
        {
            // A plan that was being replaced; the old one still holds.
            FileSystemCalls.Remove(path);
        }

        var records = new List<JournalRecord>();
        foreach (var path in Directory.EnumerateFiles(directory, "*.journal").Order(StringComparer.Ordinal).ToList())
        {
            if (JournalRecord.Decode(path, File.ReadAllBytes(path)) is { } record)
            {
                records.Add(record);
            }
            else
            {
                FileSystemCalls.Remove(path);
            }
        }

        return records;
    }

    /// <summary>Refuses a change while an earlier one of the same domain could neither be finished nor be taken back: the next daemon does that, by what was true then.</summary>
    /// <param name="directory">Where journals lie.</param>
    /// <param name="domain">The domain, within its modifying job.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_INVALID.</exception>
    public static void RefuseUnfinished(string directory, Guid domain)
    {
        if (!Directory.Exists(directory))
        {
            return;
        }

        foreach (var path in Directory.EnumerateFiles(directory, $"{domain:D}.*.journal"))
        {
            if (JournalRecord.Decode(path, File.ReadAllBytes(path))?.Plan is { Operation: not JournalOperation.SnapshotMerge } left)
            {
                throw VireoException.OperationInvalid(
                    ErrorDomain.Qemu,
                    $"the {left.Operation} '{left.Snapshot}' of domain '{left.DomainName}' is half-done, as journal '{path}' tells; restart the daemon to have it finished or taken back first");
            }
        }
    }

    /// <summary>Undoes or finishes one operation and removes its journal.</summary>
    /// <param name="record">The operation.</param>
    /// <param name="decide">
    /// Asked when the journal alone cannot tell: looks at the hypervisor process that took part. Also ends processes that the operation started for nothing.
    /// </param>
    /// <param name="live">Whether the hypervisor that took part is there: it has the images, and has done with them what was to be done.</param>
    /// <param name="cancellationToken">Stops before anything is done.</param>
    public static async ValueTask<RecoveredOperation> RunAsync(
        JournalRecord record,
        Func<JournalRecord, CancellationToken, ValueTask<JournalVerdict>> decide,
        bool live,
        CancellationToken cancellationToken)
    {
        JournalVerdict? verdict = null;
        try
        {
            verdict = record.Phase == JournalPhase.Committed
                ? JournalVerdict.Finish
                : await decide(record, cancellationToken).ConfigureAwait(false);
            if (verdict == JournalVerdict.Finish)
            {
                if (live)
                {
                    JournalActions.DropReplacements(record);
                }
                else
                {
                    await JournalTags.FinishAsync(record).ConfigureAwait(false);
                }

                JournalActions.CheckStaged(record);
                JournalActions.Finish(record);
            }
            else
            {
                await JournalTags.UndoAsync(record).ConfigureAwait(false);
                JournalActions.Undo(record);
            }

            await (live ? Task.CompletedTask : JournalTags.RepairAsync(record)).ConfigureAwait(false);
            FileSystemCalls.Remove(record.Path);
            return new RecoveredOperation(record, verdict, null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new RecoveredOperation(record, verdict, e);
        }
    }
}
