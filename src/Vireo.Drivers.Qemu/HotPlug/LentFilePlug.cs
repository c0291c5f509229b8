using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Host.Undo;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Gives a running hypervisor files that clients lend, for disks that come, and has it close those of disks that go.</summary>
/// <param name="devices">The guest's devices.</param>
internal sealed class LentFilePlug(RunningDevices devices)
{
    /// <summary>Gives it those of a disk that comes.</summary>
    /// <exception cref="VireoException">As <see cref="LentFiles.For"/>, or what QEMU says.</exception>
    public async Task AddAsync(LiveDisk disk, UndoStack undo, CancellationToken cancellationToken)
    {
        var view = devices.Domain.View;
        using var lent = await Task.Run(() => LentFiles.For(devices.Domain.Hypervisor.Descriptors, view.Uuid, [disk]), cancellationToken).ConfigureAwait(false);
        foreach (var (number, files) in lent.All)
        {
            undo.Push($"take back the files of image {number}", () => new ValueTask(RemoveAsync(disk.Target, disk)));
            foreach (var file in files)
            {
                await devices.Process.HandAsync(file, cancellationToken).ConfigureAwait(false);
                await devices.ExecuteAsync(Qmp.AddFd(number, file), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Has it close those of a disk that has gone.</summary>
    /// <param name="name">The disk, for messages.</param>
    /// <param name="disk">The disk; null when it is not known any more.</param>
    public async Task RemoveAsync(string name, LiveDisk? disk)
    {
        foreach (var number in disk is null ? [] : LentFiles.NumbersOf(disk))
        {
            await new LiveUnplug(devices).ClearAsync(name, Qmp.RemoveFd(number)).ConfigureAwait(false);
        }
    }
}
