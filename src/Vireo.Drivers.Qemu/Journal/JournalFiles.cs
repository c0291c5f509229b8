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

    private static FileIdentity IdentityOf(PlannedFile file) =>
        FileIdentity.Of(file.TemporaryPath) ?? throw FileSystemCalls.Failure(FileSystemCalls.NoEntry, $"new file '{file.TemporaryPath}' vanished");

    private static void Name(PlannedFile file)
    {
        FileSystemCalls.RenameNew(file.TemporaryPath, file.Path);
        FileSystemCalls.SyncDirectory(Path.GetDirectoryName(file.Path)!);
    }
}
