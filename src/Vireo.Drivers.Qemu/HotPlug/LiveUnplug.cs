using Microsoft.Extensions.Logging;
using Vireo.Config;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.Network;
using Vireo.Drivers.Qemu.State;
using Vireo.Host.Faults;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Takes devices from a running guest: asks it to let one go, and clears away what the device leaves.</summary>
/// <param name="devices">The guest's devices.</param>
internal sealed partial class LiveUnplug(RunningDevices devices)
{
    /// <summary>How long the guest is waited for, as libvirt does.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private QemuHypervisor Hypervisor => devices.Domain.Hypervisor;

    private QemuProcess Process => devices.Process;

    /// <summary>Asks the guest to let a device go, and waits for its answer for a while; when none comes the device goes whenever the guest lets it.</summary>
    /// <param name="device">The device, alone.</param>
    /// <param name="wait">Whether to wait.</param>
    /// <param name="cancellationToken">Gives up, also waiting: a guest that has been asked lets the device go whenever it likes.</param>
    /// <exception cref="VireoException">VIR_ERR_OPERATION_FAILED: the guest refuses. VIR_ERR_INTERNAL_ERROR: QEMU does.</exception>
    public async Task DetachAsync(DevicesConfig device, bool wait, CancellationToken cancellationToken)
    {
        var alias = device.All().First().Alias!;
        if (!devices.StepsFor(device).Any(step => step.Device == alias))
        {
            // The guest knows nothing of it, so it is not asked.
            await RemoveAsync(device).ConfigureAwait(false);
            return;
        }

        if (await AskAsync(alias, wait, cancellationToken).ConfigureAwait(false))
        {
            await RemoveAsync(device).ConfigureAwait(false);
        }
    }

    /// <summary>Asks the guest to let something go that QEMU knows by a name.</summary>
    /// <returns>Whether it has gone; false when the guest has not answered yet.</returns>
    /// <inheritdoc cref="DetachAsync"/>
    public async Task<bool> AskAsync(string alias, bool wait, CancellationToken cancellationToken)
    {
        Process.Removals.Expect(alias);
        try
        {
            await devices.ExecuteAsync(Qmp.DeviceDel(alias), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Process.Removals.Forget(alias);
            if (e is not VireoException { InnerException: QmpErrorException { DeviceNotFound: true } })
            {
                throw;
            }

            return true;
        }

        FaultPoint.Hit(FaultPoints.UnplugAsked);
        return await Process.Removals.WaitAsync(alias, wait ? s_patience : TimeSpan.Zero, Process.Monitor.Closed, cancellationToken).ConfigureAwait(false) switch
        {
            true => true,
            null => false,
            // Who does not wait hears of a refusal by its event, however soon it comes.
            false when !wait => false,
            false => throw VireoException.OperationFailed(ErrorDomain.Qemu, "unplug of device was rejected by the guest"),
        };
    }

    /// <summary>Clears away a device that QEMU no longer has; nothing when the document does not have it.</summary>
    public async Task RemoveAsync(string alias)
    {
        if (VcpuSet.NumberOf(alias) is { } number)
        {
            await devices.ShowAsync(live => VcpuSet.WithState(live, number, online: false)).ConfigureAwait(false);
            return;
        }

        var gone = devices.Live.Devices.Only(device => device.Alias == alias);
        if (gone.All().Any())
        {
            await RemoveAsync(gone).ConfigureAwait(false);
        }
    }

    private async Task RemoveAsync(DevicesConfig device)
    {
        var alias = device.All().First().Alias!;
        foreach (var step in devices.StepsFor(device).Reverse())
        {
            if (step is { Device: null, Remove: { } remove })
            {
                await ClearAsync(alias, remove).ConfigureAwait(false);
            }
        }

        if (device.Disks is [var disk])
        {
            await new LentFilePlug(devices).RemoveAsync(alias, Process.Disks.Find(disk.Target!.Dev!)).ConfigureAwait(false);
            Process.Disks = Process.Disks.Without(disk.Target.Dev!);
            if (disk is { Transient: not null, Source.File: { } overlay })
            {
                TransientDisks.Remove(Process.Directory, overlay);
            }

            if (ReservationServer.IsNeeded(device) && !ReservationServer.IsNeeded(devices.Live.Devices.Without(one => one.Alias == alias)))
            {
                await ReservationServer.EndAsync(Process.Directory, Process.Channels).ConfigureAwait(false);
            }
        }

        if (device.Hostdevs is [var given])
        {
            Hypervisor.HostDevices.GiveBack(Process.Directory, given);
        }

        if (!device.Filesystems.IsEmpty)
        {
            await FilesystemServers.EndAsync(alias, Process.Directory, Process.Channels).ConfigureAwait(false);
        }

        if (device.Interfaces is [var card])
        {
            Hypervisor.HostDevices.GiveBack(Process.Directory, card);
            await PasstServers.EndAsync(alias, Process.Directory).ConfigureAwait(false);
            if (card.Target?.Dev is { } name)
            {
                DirectTaps.Remove(Process.Directory, [name], Hypervisor.Report);
                await SwitchPorts.RemoveAsync(Process.Directory, [name], Hypervisor.Report).ConfigureAwait(false);
            }
        }

        FaultPoint.Hit(FaultPoints.UnplugCleared);
        await InterfaceScripts.DownAsync(devices.Live with { Devices = device }, Process.Directory, Hypervisor.Log).ConfigureAwait(false);
        await devices.ShowAsync(live => live with
        {
            Memory = PlugPlan.Modules(device) is { Bytes: > 0 } less && live.Memory is { } memory ? memory with { Size = new DataSize(memory.Size.Bytes - less.Bytes) } : live.Memory,
            Devices = live.Devices.Without(one => one.Alias == alias),
        }).ConfigureAwait(false);
        devices.Domain.Publish(new DomainDeviceRemovedEvent(devices.Domain.View.Ref, alias));
    }

    /// <summary>Clears away what a device leaves. What cannot be cleared away does no harm, and is told of.</summary>
    /// <param name="alias">The device.</param>
    /// <param name="remove">Clears it away.</param>
    public async Task ClearAsync(string alias, QmpCommand remove)
    {
        try
        {
            await devices.ExecuteAsync(remove, CancellationToken.None).ConfigureAwait(false);
        }
        catch (VireoException e) when (e.InnerException is QmpErrorException { IsMissing: true })
        {
            // It had not come to that when the device was given up.
        }
        catch (VireoException e) when (e.InnerException is QmpErrorException)
        {
            LogLeft(Hypervisor.Log, devices.Domain.View.Name, alias, e.Message);
        }
    }

    [LoggerMessage(70, LogLevel.Warning, "domain '{Name}': something of device '{Alias}', which has gone, is left: {Error}")]
    private static partial void LogLeft(ILogger log, string name, string alias, string error);
}
