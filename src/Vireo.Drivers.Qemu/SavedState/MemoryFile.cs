using System.Runtime.InteropServices;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.State;
using Vireo.Host.Files;
using Vireo.Host.Undo;

namespace Vireo.Drivers.Qemu.SavedState;

/// <summary>The file that a guest's memory is written to, and the guest that stands still meanwhile.</summary>
/// <param name="domain">The domain, within its modifying job.</param>
/// <param name="process">Its process.</param>
/// <param name="transfer">What a later daemon is to know.</param>
internal sealed class MemoryFile(QemuDomain domain, QemuProcess process, MemoryTransfer transfer)
{
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(100);
    private long _streamOffset;

    /// <summary>What a later daemon is to know.</summary>
    public MemoryTransfer Transfer { get; } = transfer;

    /// <summary>Stops the guest, makes the file, and has the live state tell of it.</summary>
    /// <param name="paused">Why the guest stands still; null to let it go on.</param>
    /// <param name="resumed">Why it goes on when all is taken back.</param>
    /// <param name="head">What the file begins with; null for nothing.</param>
    /// <param name="undo">Takes it back.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask BeginAsync(DomainPausedReason? paused, DomainRunningReason resumed, SaveImage? head, UndoStack undo, CancellationToken cancellationToken)
    {
        if (Transfer.WasRunning && paused is { } reason)
        {
            undo.Push("resume the guest", async () => await ResumeAsync(resumed).ConfigureAwait(false));
            await domain.Hypervisor.Pause(domain, process, reason, cancellationToken).ConfigureAwait(false);
        }

        using var file = HostFile.CreateOrEmpty(Transfer.Path, ErrorDomain.Qemu);
        undo.Push($"remove '{Transfer.Path}'", Discard);
        head?.WriteTo(file, Transfer.Path);
        _streamOffset = head?.StreamOffset ?? 0;

        // Only now: a file that was there before is not to be taken for this one.
        undo.Push("write the live state", ForgetAsync);
        process.Transfer = Transfer;
        await domain.Hypervisor.SaveStatusNowAsync(domain, process).ConfigureAwait(false);
    }

    /// <summary>Writes the memory behind the head.</summary>
    /// <param name="send">Has the hypervisor write it into a descriptor.</param>
    /// <param name="pack">What packs it; null for nothing.</param>
    /// <param name="bypassCache">Past the host's cache of files.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask WriteAsync(Func<SafeHandle, CancellationToken, ValueTask> send, FilterProgram? pack, bool bypassCache, CancellationToken cancellationToken)
    {
        var programs = new List<FilterProgram>();
        if (pack is not null)
        {
            programs.Add(pack);
        }

        if (bypassCache)
        {
            programs.Add(FilterProgram.PastCache(writes: true));
        }

        var data = HostFile.OpenExisting(Transfer.Path, write: true, "Failed to open file", ErrorDomain.Qemu);
        FileSystemCalls.SetPosition(data, Transfer.Path, _streamOffset);
        await using var filter = StreamFilter.Into(data, programs);

        // A program that takes nothing in would hold up the hypervisor, which hears of the cancelling only between two writes.
        await using var end = cancellationToken.Register(filter.EndPrograms);
        await send(filter.Descriptor, cancellationToken).ConfigureAwait(false);
        await filter.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All of it is written: the file counts.</summary>
    public void MarkComplete()
    {
        using var file = HostFile.OpenExisting(Transfer.Path, write: true, "Failed to open file", ErrorDomain.Qemu);
        SaveImage.MarkComplete(file, Transfer.Path);
    }

    /// <summary>The live state no longer tells of it.</summary>
    public async ValueTask ForgetAsync()
    {
        process.Transfer = null;
        await domain.Hypervisor.SaveStatusNowAsync(domain, process).ConfigureAwait(false);
    }

    /// <summary>Takes back what a daemon has left that did not come to the end.</summary>
    /// <returns>Whether it did: the file is complete, and the domain is to end.</returns>
    public async ValueTask<bool> TakeUpAsync()
    {
        if (Transfer.IsSave && IsComplete())
        {
            return true;
        }

        await OutgoingMemory.CancelAsync(process.Monitor).ConfigureAwait(false);
        while (await process.Monitor.ExecuteAsync(Qmp.QueryDump, CancellationToken.None).ConfigureAwait(false) is { Status: "active" })
        {
            // Nothing ends it before its time, and no guest goes on before.
            await Task.Delay(s_pace).ConfigureAwait(false);
        }

        Discard();
        if (Transfer.WasRunning && domain.View.State == DomainState.Paused)
        {
            await ResumeAsync(DomainRunningReason.SaveCanceled).ConfigureAwait(false);
        }

        process.Transfer = null;
        return false;
    }

    private async ValueTask ResumeAsync(DomainRunningReason reason)
    {
        // A hypervisor that has gone took the guest with it.
        if (!process.Host.HasExited && !process.IsEnding)
        {
            await domain.Hypervisor.Resume(domain, process, reason, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private bool IsComplete()
    {
        if (!File.Exists(Transfer.Path))
        {
            return false;
        }

        using var file = HostFile.OpenExisting(Transfer.Path, failure: "Failed to open file", domain: ErrorDomain.Qemu);
        return SaveImage.IsComplete(file);
    }

    // What is no regular file was there before.
    private void Discard()
    {
        if (FileStatus.TryOf(Transfer.Path) is { Kind: FileKind.Regular })
        {
            FileSystemCalls.Remove(Transfer.Path);
        }
    }
}
