using Vireo.Drivers.Qemu.Block;
using Vireo.Host.Faults;

namespace Vireo.Drivers.Qemu.Journal;

/// <summary>Makes files of a journalled operation, one by one.</summary>
internal static class JournalFiles
{
    /// <summary>Makes one small file, or a directory of such.</summary>
    /// <param name="journal">The operation; on an error the caller undoes it.</param>
    /// <param name="index">Which of the plan's files.</param>
    /// <param name="make">Makes it, on stable storage; gets its temporary name.</param>
    /// <param name="written">Fault point passed when it is made.</param>
    /// <param name="named">Fault point passed when it has its name.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR naming the file; what <paramref name="make"/> throws.</exception>
    public static void Make(OperationJournal journal, int index, Action<string> make, string written, string named)
    {
        var file = journal.Record.Plan.Create[index];
        make(file.TemporaryPath);
        journal.Made(index, IdentityOf(file));
        FaultPoint.Hit(written);
        Name(file);
        FaultPoint.Hit(named);
    }

    /// <summary>Makes one file that takes long to fill: readable for its owner alone from the start, named when it is whole and on stable storage.</summary>
    /// <param name="journal">The operation; on an error the caller undoes it.</param>
    /// <param name="index">Which of the plan's files.</param>
    /// <param name="fill">Fills it; gets its temporary name.</param>
    /// <param name="written">Fault point passed when it is filled.</param>
    /// <param name="named">Fault point passed when it has its name.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR naming the file; what <paramref name="fill"/> throws.</exception>
    public static async ValueTask FillAsync(OperationJournal journal, int index, Func<string, Task> fill, string written, string named)
    {
        var file = journal.Record.Plan.Create[index];
        using var handle = FileSystemCalls.CreateNew(file.TemporaryPath, $"cannot create '{file.Path}'");
        journal.Made(index, IdentityOf(file));
        await fill(file.TemporaryPath).ConfigureAwait(false);
        FaultPoint.Hit(written);
        await Task.Run(() =>
        {
            FileSystemCalls.SyncFile(handle, file.Path);
            Name(file);
        }).ConfigureAwait(false);
        FaultPoint.Hit(named);
    }

    /// <summary>Ends an operation whose files are made and that is committed: writes its documents and removes the journal.</summary>
    /// <param name="journal">The operation; when this fails, the next daemon finishes it.</param>
    /// <param name="committed">Fault point passed before the documents are written.</param>
    /// <param name="written">Fault point passed when they are.</param>
    /// <param name="domain">The domain's name, for the message.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: the documents could not be written.</exception>
    public static void Finish(OperationJournal journal, string committed, string written, string domain)
    {
        try
        {
            FaultPoint.Hit(committed);
            JournalActions.Finish(journal.Record);
            FaultPoint.Hit(written);
            journal.Close();
        }
        catch (Exception e) when (e is VireoException or IOException or UnauthorizedAccessException)
        {
            journal.Dispose();
            throw VireoException.OperationFailed(
                ErrorDomain.Qemu, $"the files of domain '{domain}' are made, but its documents could not be written: {e.Message}. Restart the daemon to have them written", e);
        }
    }

    private static FileIdentity IdentityOf(PlannedFile file) =>
        FileIdentity.Of(file.TemporaryPath) ?? throw FileSystemCalls.Failure(FileSystemCalls.NoEntry, $"new file '{file.TemporaryPath}' vanished");

    private static void Name(PlannedFile file)
    {
        FileSystemCalls.RenameNew(file.TemporaryPath, file.Path);
        FileSystemCalls.SyncDirectory(Path.GetDirectoryName(file.Path)!);
    }
}
