using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vireo.Drivers.Qemu.Block;
using Vireo.Host.Processes;

namespace Vireo.Drivers.Qemu.Journal;

/// <summary>
/// The journal of one operation while it runs. The plan is written once; what happens is appended. Only the plan, before the first change that matters, and the word "committed" wait for
/// the disk: the rest has to survive a killed daemon, not a power cut, for after a power cut the new files hold nothing that a running guest wrote.
/// </summary>
internal sealed class OperationJournal : IDisposable
{
    private SafeFileHandle _handle;
    private long _end;

    private OperationJournal(JournalRecord record, SafeFileHandle handle, long end)
    {
        Record = record;
        _handle = handle;
        _end = end;
    }

    /// <summary>The plan and how far it has come.</summary>
    public JournalRecord Record { get; private set; }

    /// <summary>Writes the plan: the first change may follow.</summary>
    /// <param name="directory">Where journals lie; made when missing.</param>
    /// <param name="id">Name of the operation, as in its temporary files.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="durable">
    /// Whether it is on stable storage when this returns. False when nothing but small new files is made until <see cref="JournalActions.Stage"/> sees to that: after a power cut they
    /// are all that may be left.
    /// </param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: it cannot be written; nothing has changed.</exception>
    public static OperationJournal Begin(string directory, string id, JournalPlan plan, bool durable = true)
    {
        FileSystemCalls.MakeDirectory(directory);
        var path = Path.Combine(directory, $"{plan.Domain:D}.{id}.journal");
        var bytes = JournalRecord.Encode(plan);
        var handle = FileSystemCalls.CreateNew(path, $"cannot write journal '{path}'");
        try
        {
            FileSystemCalls.Write(handle, path, bytes, 0, $"cannot write journal '{path}'");
            if (durable)
            {
                FileSystemCalls.SyncFile(handle, path);
                FileSystemCalls.SyncDirectory(directory);
            }

            return new OperationJournal(new JournalRecord(path, plan), handle, bytes.Length);
        }
        catch
        {
            handle.Dispose();
            FileSystemCalls.Remove(path);
            throw;
        }
    }

    /// <summary>Notes which file was made, before it gets its own name.</summary>
    public void Made(int index, FileIdentity identity)
    {
        Append(string.Create(CultureInfo.InvariantCulture, $"made {index} {identity}\n"));
        Record = Record with { Made = Record.Made.SetItem(index, identity) };
    }

    /// <summary>Notes that a process was started.</summary>
    public void Started(ProcessIdentity process)
    {
        Append(string.Create(CultureInfo.InvariantCulture, $"process {process}\n"));
        Record = Record with { Process = process };
    }

    /// <summary>Notes that the guest's file systems are about to be frozen: whoever takes the operation up has to thaw them.</summary>
    public void Freezing()
    {
        Append("freezing\n");
        Record = Record with { Frozen = true };
    }

    /// <summary>Notes that the hypervisor is about to bring the images back. On stable storage when it returns.</summary>
    public void Loading()
    {
        Append("loading\n");
        FileSystemCalls.SyncFile(_handle, Record.Path);
        Record = Record with { Loading = true };
    }

    /// <summary>Replaces the plan by one that says more, in one step; what was noted so far is kept.</summary>
    public void Replan(JournalPlan plan)
    {
        var path = Record.Path + ".new";
        var bytes = JournalRecord.Encode(plan);
        var handle = FileSystemCalls.CreateNew(path, $"cannot write journal '{path}'");
        var record = Record;
        var old = _handle;
        try
        {
            FileSystemCalls.Write(handle, path, bytes, 0, $"cannot write journal '{path}'");
            (_handle, _end, Record) = (handle, bytes.Length, record with { Plan = plan });
            foreach (var (index, identity) in record.Made)
            {
                Made(index, identity);
            }

            if (record.Process is { } process)
            {
                Started(process);
            }

            if (record.Frozen)
            {
                Freezing();
            }

            FileSystemCalls.SyncFile(handle, path);
            FileSystemCalls.Replace(path, record.Path);
            old.Dispose();
        }
        catch
        {
            (_handle, Record) = (old, record);
            handle.Dispose();
            FileSystemCalls.Remove(path);
            throw;
        }
    }

    /// <summary>From here on the operation is finished, not undone. On stable storage when it returns.</summary>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: the journal does not say so.</exception>
    public void Commit()
    {
        var before = _end;
        Append("committed\n");
        try
        {
            FileSystemCalls.SyncFile(_handle, Record.Path);
        }
        catch (VireoException)
        {
            // Whoever takes the operation up must not read what it is not told.
            _end = before;
            FileSystemCalls.SetLength(_handle, Record.Path, before, $"cannot write journal '{Record.Path}'");
            throw;
        }

        Record = Record with { Phase = JournalPhase.Committed };
    }

    /// <summary>The operation is over, finished or undone: the journal goes.</summary>
    public void Close()
    {
        _handle.Dispose();
        FileSystemCalls.Remove(Record.Path);
    }

    /// <summary>Leaves the journal behind for the recovery at the next start.</summary>
    public void Dispose() => _handle.Dispose();

    private void Append(string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        FileSystemCalls.Write(_handle, Record.Path, bytes, _end, $"cannot write journal '{Record.Path}'");
        _end += bytes.Length;
    }
}
