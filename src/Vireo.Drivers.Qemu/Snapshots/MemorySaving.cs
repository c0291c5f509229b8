using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Journal;
using Vireo.Drivers.Qemu.SavedState;

namespace Vireo.Drivers.Qemu.Snapshots;

/// <summary>Writes the memory of a running domain into a new file of an operation; the guest stands still at its end.</summary>
/// <param name="domain">The domain, within its modifying job.</param>
internal sealed class MemorySaving(ISnapshotDomain domain)
{
    /// <summary>Saves the memory. On an error the caller undoes the journal.</summary>
    /// <param name="memory">The file; the last one of the journal's plan.</param>
    /// <param name="wasRunning">Whether the guest ran before.</param>
    /// <param name="journal">The operation's journal.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask RunAsync(PlannedFile memory, bool wasRunning, OperationJournal journal, CancellationToken cancellationToken)
    {
        using var file = FileSystemCalls.CreateNew(memory.TemporaryPath, $"cannot create memory file '{memory.Path}'");
        journal.Made(journal.Record.Plan.Create.Count - 1, FileIdentity.Of(memory.TemporaryPath) ?? default);
        var head = new SaveImage(domain.Live!.ToXml(), wasRunning);
        head.WriteTo(file, memory.TemporaryPath);
        FileSystemCalls.SetPosition(file, memory.TemporaryPath, head.StreamOffset);
        await domain.SaveMemoryAsync(file, cancellationToken).ConfigureAwait(false);
        SaveImage.MarkComplete(file, memory.TemporaryPath);
        FileSystemCalls.RenameNew(memory.TemporaryPath, memory.Path);
        FileSystemCalls.SyncDirectory(Path.GetDirectoryName(memory.Path)!);
    }
}
