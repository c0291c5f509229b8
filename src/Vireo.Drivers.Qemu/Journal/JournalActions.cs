using System.Text;
using Vireo.Drivers.Qemu.Block;
using Vireo.Host.Faults;

namespace Vireo.Drivers.Qemu.Journal;

/// <summary>
/// Takes a journalled operation back, or finishes it. The running operation and the recovery after a crash share this; each step can be
/// repeated any number of times.
/// </summary>
internal static class JournalActions
{
    private const string New = ".new";

    /// <summary>Removes what the operation made; documents are put back when they were touched. The journal itself stays.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: something could not be taken back; everything else was.</exception>
    public static void Undo(JournalRecord record)
    {
        var failures = new List<Exception>();
        for (var i = record.Plan.Create.Count - 1; i >= 0; i--)
        {
            var file = record.Plan.Create[i];
            Try(failures, () => FileSystemCalls.RemoveTree(file.TemporaryPath));
            if (record.Made.TryGetValue(i, out var identity))
            {
                Try(failures, () => Remove(file.Path, identity));
            }
        }

        foreach (var file in record.Plan.Replace)
        {
            Try(failures, () => PutBack(file));
        }

        Try(failures, () => DropStaged(record));

        if (record.Phase == JournalPhase.Committed)
        {
            Try(failures, () => WriteDocuments(record.Plan.Documents, d => d.Before, staged: false));
        }

        Throw(failures, record, "undo");
    }

    /// <summary>Writes the new documents, then removes the files that nobody needs any more. The journal itself stays.</summary>
    /// <param name="record">What is to be finished.</param>
    /// <param name="retired">Called before each file is removed.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it could not be finished; the journal allows to try again.</exception>
    public static void Finish(JournalRecord record, Action? retired = null)
    {
        WriteDocuments(record);
        Retire(record, retired);
    }

    /// <summary>Puts new files into their places, and writes or removes every document, as the operation leaves them.</summary>
    public static void WriteDocuments(JournalRecord record)
    {
        Replace(record);
        WriteDocuments(record.Plan.Documents, d => d.After, staged: true);
    }

    /// <summary>Puts new files into the places of old ones, which are set aside.</summary>
    public static void Replace(JournalRecord record)
    {
        foreach (var file in record.Plan.Replace.Where(f => Path.Exists(f.TemporaryPath)))
        {
            if (Path.Exists(file.Path) && !Path.Exists(file.OldPath))
            {
                FileSystemCalls.Replace(file.Path, file.OldPath);
            }

            FileSystemCalls.Replace(file.TemporaryPath, file.Path);
            FileSystemCalls.SyncDirectory(Path.GetDirectoryName(file.Path)!);
        }
    }

    /// <summary>Removes new files that are not needed: a hypervisor has brought back what they hold.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void DropReplacements(JournalRecord record)
    {
        foreach (var file in record.Plan.Replace)
        {
            FileSystemCalls.RemoveTree(file.TemporaryPath);
        }
    }

    /// <summary>Writes documents without a journal: for a change that is complete with them.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: those before the one that failed are written.</exception>
    public static void Write(IReadOnlyList<DocumentChange> documents) => WriteDocuments(documents, d => d.After, staged: false);

    /// <summary>Puts documents that were written without a journal back.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void TakeBack(IReadOnlyList<DocumentChange> documents) => WriteDocuments(documents, d => d.Before, staged: false);

    /// <summary>Removes what writers that were killed left half-written in a directory. Only while nobody writes there.</summary>
    public static void RemoveLeftovers(string directory)
    {
        foreach (var path in Directory.EnumerateFiles(directory, "*" + New).ToList())
        {
            FileSystemCalls.Remove(path);
        }
    }

    /// <summary>Removes the files that nobody needs any more, each only when it still is the one that was meant.</summary>
    public static void Retire(JournalRecord record, Action? retired = null)
    {
        var failures = new List<Exception>();
        foreach (var file in record.Plan.Retire)
        {
            Try(failures, () =>
            {
                if (FileIdentity.TryParse(file.Identity, out var identity))
                {
                    Remove(file.Path, identity);
                }
            });
            retired?.Invoke();
        }

        foreach (var file in record.Plan.Replace)
        {
            Try(failures, () => FileSystemCalls.RemoveTree(file.OldPath));
        }

        Throw(failures, record, "finish");
    }

    private static void PutBack(ReplacedFile file)
    {
        if (Path.Exists(file.OldPath))
        {
            if (Directory.Exists(file.Path))
            {
                FileSystemCalls.RemoveTree(file.Path);
            }

            FileSystemCalls.Replace(file.OldPath, file.Path);
        }
        else if (!file.Existed && !Path.Exists(file.TemporaryPath))
        {
            FileSystemCalls.RemoveTree(file.Path);
        }

        FileSystemCalls.RemoveTree(file.TemporaryPath);
    }

    private static void Remove(string path, FileIdentity identity)
    {
        if (FileIdentity.Of(path) == identity)
        {
            FileSystemCalls.RemoveTree(path);
        }
    }

    /// <summary>
    /// Writes every new text beside the document it is for, and puts all that the operation has made so far on stable storage, the journal itself too: a full disk is met now, and what is
    /// left for later are renames.
    /// </summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR; <see cref="Undo"/> removes what was written.</exception>
    public static void Stage(JournalRecord record)
    {
        StageTexts(record);
        var made = Made(record);
        SyncBatch.Run([.. Staged(record), .. made], made.Select(f => Path.GetDirectoryName(f)!));
    }

    /// <summary>The first part of <see cref="Stage"/>: writes every new text beside the document it is for.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR; <see cref="Undo"/> removes what was written.</exception>
    public static void StageTexts(JournalRecord record)
    {
        foreach (var document in record.Plan.Documents.Where(d => d.After is not null))
        {
            WriteTemporary(document.Path, document.After!);
        }
    }

    /// <summary>The second part of <see cref="Stage"/>, the one that must be over before the guest's work depends on it: the journal and the files it tells of are on stable storage.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void SyncMade(JournalRecord record)
    {
        var made = Made(record);
        SyncBatch.Run(made, made.Select(f => Path.GetDirectoryName(f)!));
    }

    /// <summary>The last part of <see cref="Stage"/>: what the staged texts hold is on stable storage. Their names need not last, for the journal has the texts too.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void SyncTexts(JournalRecord record) => SyncBatch.Run(Staged(record), []);

    /// <summary>Removes the staged texts: the documents are written from the journal then.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void DropStaged(JournalRecord record)
    {
        foreach (var document in record.Plan.Documents)
        {
            FileSystemCalls.Remove(Temporary(document.Path));
        }
    }

    /// <summary>Removes the staged texts that are not what the journal says, as one is that was being written when the host went down; the others are put on stable storage.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR.</exception>
    public static void CheckStaged(JournalRecord record)
    {
        foreach (var document in record.Plan.Documents)
        {
            if (document.After is null || FileSystemCalls.TextOf(Temporary(document.Path)) != document.After)
            {
                FileSystemCalls.Remove(Temporary(document.Path));
            }
        }

        SyncBatch.Run(Staged(record).Where(File.Exists), []);
    }

    private static List<string> Made(JournalRecord record) => [.. record.Made.Keys.Select(i => record.Plan.Create[i].Path).Where(File.Exists), record.Path];

    private static IEnumerable<string> Staged(JournalRecord record) => record.Plan.Documents.Where(d => d is { After: not null, IsVolatile: false }).Select(d => Temporary(d.Path));

    private static void WriteDocuments(IReadOnlyList<DocumentChange> documents, Func<DocumentChange, string?> side, bool staged)
    {
        var directories = new HashSet<string>(StringComparer.Ordinal);
        foreach (var document in documents)
        {
            if (side(document) is { } text)
            {
                Replace(document.Path, text, staged);
            }
            else
            {
                FileSystemCalls.Remove(document.Path);
            }

            if (!document.IsVolatile)
            {
                directories.Add(Path.GetDirectoryName(document.Path)!);
            }

            FaultPoint.Hit(FaultPoints.JournalDocument);
        }

        SyncBatch.Run([], directories);
    }

    private static void Replace(string path, string text, bool staged)
    {
        if (staged && File.Exists(Temporary(path)))
        {
            FileSystemCalls.Replace(Temporary(path), path);
            return;
        }

        if (FileSystemCalls.TextOf(path) == text)
        {
            return;
        }

        try
        {
            WriteTemporary(path, text);
            FileSystemCalls.SyncFile(Temporary(path));
            FileSystemCalls.Replace(Temporary(path), path);
        }
        catch (VireoException) when (!staged)
        {
            FileSystemCalls.Remove(Temporary(path));
            throw;
        }
    }

    private static string Temporary(string path) => path + New;

    private static void WriteTemporary(string path, string text)
    {
        var (temporary, failure) = (Temporary(path), $"cannot write '{Temporary(path)}'");
        FileSystemCalls.MakeDirectory(Path.GetDirectoryName(path)!);
        FileSystemCalls.Remove(temporary);
        using var handle = FileSystemCalls.CreateNew(temporary, failure);
        try
        {
            FileSystemCalls.Write(handle, temporary, Encoding.UTF8.GetBytes(text), 0, failure);
        }
        catch (VireoException)
        {
            FileSystemCalls.Remove(temporary);
            throw;
        }
    }

    private static void Try(List<Exception> failures, Action action)
    {
        try
        {
            action();
        }
        catch (VireoException e)
        {
            failures.Add(e);
        }
    }

    private static void Throw(List<Exception> failures, JournalRecord record, string what)
    {
        if (failures.Count > 0)
        {
            throw VireoException.OperationFailed(
                ErrorDomain.Qemu,
                $"could not {what} all of the {record.Plan.Operation} of domain '{record.Plan.DomainName}': {string.Join("; ", failures.Select(f => f.Message))}. The journal '{record.Path}' is kept and tried again at the next start of the daemon",
                failures.Count == 1 ? failures[0] : new AggregateException(failures));
        }
    }
}
