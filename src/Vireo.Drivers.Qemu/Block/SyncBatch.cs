namespace Vireo.Drivers.Qemu.Block;

/// <summary>Puts files and directories on stable storage side by side, so that the file system can do it in one commit.</summary>
internal static class SyncBatch
{
    private const int AtOnce = 8;

    /// <summary>Syncs what files hold, and the names in directories; directories that are gone need it no more.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: of the first that failed; the others are synced or were not begun.</exception>
    public static void Run(IEnumerable<string> files, IEnumerable<string> directories)
    {
        List<Action> syncs =
        [
            .. files.Distinct(StringComparer.Ordinal).Select<string, Action>(path => () => FileSystemCalls.SyncFile(path)),
            .. directories.Distinct(StringComparer.Ordinal).Where(Directory.Exists).Select<string, Action>(path => () => FileSystemCalls.SyncDirectory(path)),
        ];
        try
        {
            Parallel.For(0, syncs.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, i => syncs[i]());
        }
        catch (AggregateException e)
        {
            throw e.InnerExceptions.FirstOrDefault(i => i is VireoException) ?? e;
        }
    }
}
