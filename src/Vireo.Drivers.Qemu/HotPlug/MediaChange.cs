using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.BlockJobs;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.Tuning;
using Vireo.Host.Faults;
using Vireo.Host.Undo;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Changes the medium in a drive of a running guest. Whatever fails, the drive has the medium it had.</summary>
/// <param name="devices">The guest's devices.</param>
internal sealed class MediaChange(RunningDevices devices)
{
    /// <summary>How long a guest that has locked its tray is waited for.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private QemuProcess Process => devices.Process;

    /// <summary>Changes it.</summary>
    /// <param name="drive">The drive as the live document shows it.</param>
    /// <param name="medium">The drive with the other medium, or with none.</param>
    /// <param name="force">Although the guest has locked the tray.</param>
    /// <param name="cancellationToken">Gives up; what was done is taken back.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: the guest keeps the tray locked; what QEMU or the image's file says.</exception>
    public async Task ChangeAsync(DiskConfig drive, DiskConfig medium, bool force, CancellationToken cancellationToken)
    {
        if (!drive.Throttlefilters.IsEmpty || !medium.Throttlefilters.IsEmpty)
        {
            throw new VireoException(ErrorCode.OperationUnsupported, ErrorDomain.Qemu, $"the medium of drive '{drive.Target!.Dev}' cannot be changed: a drive with throttle filters keeps its medium");
        }

        var target = drive.Target!.Dev!;
        var before = Process.Disks.Find(target)!;
        BlockJobProgress.RefuseBusy(Process.Disks, target);
        var chain = await Task.Run(medium.Chain, cancellationToken).ConfigureAwait(false);
        var numbers = new NodeNumbers(Process.Disks.LastNumber);
        var after = new LiveDisk(target, chain, numbers.ForDomain([chain])[0], medium.Access());
        Process.Disks = Process.Disks with { LastNumber = numbers.Last };
        var shown = Show(drive, medium, after);
        await UndoStack.RunAsync(async undo =>
        {
            await TakeAsync(drive, shown, undo, cancellationToken).ConfigureAwait(false);
            await Process.ClaimAsync(Put(devices.Live, shown), Process.Disks.With(after), cancellationToken).ConfigureAwait(false);
            undo.Push("write the live state", devices.RetractAsync);
            await devices.AnnounceAsync(live => Put(live, shown)).ConfigureAwait(false);
            await SwapAsync(drive, before, after, force, undo, cancellationToken).ConfigureAwait(false);
            Process.Disks = Process.Disks.With(after);
            undo.Push("show the medium", () => Process.Disks = Process.Disks.With(before));
            await devices.ShowAsync(live => Put(live, shown)).ConfigureAwait(false);
        }).ConfigureAwait(false);
        await CloseAsync(drive, before).ConfigureAwait(false);
    }

    // What a medium was on is given back at the end of the change, whichever is in the drive then.
    private async Task TakeAsync(DiskConfig drive, DiskConfig shown, UndoStack undo, CancellationToken cancellationToken)
    {
        var hypervisor = devices.Domain.Hypervisor;
        await Task.Run(() => hypervisor.HostDevices.Take(shown, drive, devices.Live.Name!, Process.Directory), cancellationToken).ConfigureAwait(false);
        if (MemoryLockLimit.Raise(Process.Host.Pid, Put(devices.Live, shown), hypervisor.Log) is { } lower)
        {
            undo.Push("lower the limit of locked memory", lower);
        }
    }

    private async Task SwapAsync(DiskConfig drive, LiveDisk before, LiveDisk after, bool force, UndoStack undo, CancellationToken cancellationToken)
    {
        var alias = drive.Alias!;
        await new LentFilePlug(devices).AddAsync(after, undo, cancellationToken).ConfigureAwait(false);
        foreach (var step in Images(drive, after, new GuestSecrets(devices.Domain.Hypervisor.Secrets, null)))
        {
            await devices.ExecuteAsync(step.Add, cancellationToken).ConfigureAwait(false);
            undo.Push("close the new medium", async () => await devices.ExecuteAsync(step.Remove!, CancellationToken.None).ConfigureAwait(false));
        }

        var hasTray = drive.Device == DiskDevice.Cdrom;
        if (hasTray)
        {
            await OpenAsync(drive, force, cancellationToken).ConfigureAwait(false);
            undo.Push("close the tray", async () => await devices.ExecuteAsync(Qmp.CloseTray(alias), CancellationToken.None).ConfigureAwait(false));
        }

        if (before.Chain is not null)
        {
            await devices.ExecuteAsync(Qmp.RemoveMedium(alias), cancellationToken).ConfigureAwait(false);
            undo.Push("insert the medium", async () => await devices.ExecuteAsync(Qmp.InsertMedium(alias, NodeNumbers.Format(before.Numbers[0])), CancellationToken.None).ConfigureAwait(false));
        }

        FaultPoint.Hit(FaultPoints.PlugMediumOut);
        if (after.Chain is not null)
        {
            await devices.ExecuteAsync(Qmp.InsertMedium(alias, NodeNumbers.Format(after.Numbers[0])), cancellationToken).ConfigureAwait(false);
            undo.Push("remove the new medium", async () => await devices.ExecuteAsync(Qmp.RemoveMedium(alias), CancellationToken.None).ConfigureAwait(false));
            if (drive.Iotune is { } limits)
            {
                // An empty drive takes none.
                await devices.ExecuteAsync(DiskThrottle.Command(DiskThrottle.DeviceOf(drive), limits), cancellationToken).ConfigureAwait(false);
            }
        }

        if (hasTray)
        {
            await devices.ExecuteAsync(Qmp.CloseTray(alias), cancellationToken).ConfigureAwait(false);
        }
    }

    // A guest that has locked its tray is asked, and may let go.
    private async Task OpenAsync(DiskConfig drive, bool force, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var opened = Process.Monitor.WaitForEventAsync(e => e.Name == "DEVICE_TRAY_MOVED" && e.Text("id") == drive.Alias && e.Flag("tray-open"), patience.Token);
        try
        {
            await devices.ExecuteAsync(Qmp.OpenTray(drive.Alias!, force), cancellationToken).ConfigureAwait(false);
        }
        catch (VireoException e) when (!force && e.InnerException is QmpErrorException { Description: var why } && why.Contains("is locked", StringComparison.Ordinal))
        {
            if (await Task.WhenAny(opened, Task.Delay(s_patience, cancellationToken)).ConfigureAwait(false) != opened)
            {
                throw VireoException.OperationFailed(ErrorDomain.Qemu, "timed out waiting for disk tray status update");
            }
        }
        finally
        {
            await patience.CancelAsync().ConfigureAwait(false);
            await ((Task)opened).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CloseAsync(DiskConfig drive, LiveDisk before)
    {
        foreach (var step in Images(drive, before).Reverse())
        {
            await new LiveUnplug(devices).ClearAsync(drive.Alias!, step.Remove!).ConfigureAwait(false);
        }

        await new LentFilePlug(devices).RemoveAsync(drive.Alias!, before).ConfigureAwait(false);
    }

    private IReadOnlyList<MonitorStep> Images(DiskConfig drive, LiveDisk open, GuestSecrets? secrets = null) => MonitorArguments.Steps(
        QemuCommandLine.BuildImages(devices.Live, drive, new CommandLineContext(null, new LiveDisks([open], 0), Process.Channels) { Secrets = secrets }));

    // An empty drive keeps the format and the number, as libvirt shows it.
    private static DiskConfig Show(DiskConfig drive, DiskConfig medium, LiveDisk open)
    {
        var changed = drive with { Type = medium.Type, Source = medium.Source, Driver = medium.Driver, BackingStore = medium.BackingStore };
        return open.Chain is null
            ? changed with { Type = DiskType.File, Source = new DiskSource { Index = (uint)open.Numbers[0] }, BackingStore = null }
            : changed.Show(open);
    }

    private static DomainConfig Put(DomainConfig live, DiskConfig shown) => live with
    {
        // The tray has moved meanwhile.
        Devices = live.Devices with { Disks = live.Devices.Disks.Map(d => d.Alias == shown.Alias ? shown with { Target = d.Target } : d) },
    };
}
