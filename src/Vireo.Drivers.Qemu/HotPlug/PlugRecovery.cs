using System.Globalization;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.Network;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Settles, when a daemon takes a guest up, which devices it has: one that the hypervisor does not have was never plugged in, or has gone since.</summary>
internal static class PlugRecovery
{
    private const string Devices = "/machine/peripheral";

    /// <summary>Forgets what has gone, with all it stood on, and finishes what was begun with media. What cannot be settled is told of; the guest goes on.</summary>
    public static async Task SettleAsync(RunningDevices devices)
    {
        try
        {
            await SettleDevicesAsync(devices).ConfigureAwait(false);
            await SettleMediaAsync(devices).ConfigureAwait(false);
            await SettleConnectionsAsync(devices).ConfigureAwait(false);
            await ReservationServer.SettleAsync(devices.Domain.Hypervisor, devices.Process, devices.Live).ConfigureAwait(false);
        }
        catch (VireoException e) when (e.InnerException is not MonitorClosedException)
        {
            devices.Domain.Hypervisor.Snapshots.Report($"settling the devices of domain '{devices.Domain.View.Name}'", e);
        }
    }

    private static async Task SettleDevicesAsync(RunningDevices devices)
    {
        var there = (await devices.Process.Monitor.ExecuteAsync(Qmp.QomList(Devices), CancellationToken.None).ConfigureAwait(false)).ToHashSet(StringComparer.Ordinal);
        await SettleVcpusAsync(devices, there).ConfigureAwait(false);
        var known = devices.Live.Devices;
        foreach (var alias in known.All().Select(device => device.Alias).OfType<string>().Where(alias => !there.Contains(alias)).Distinct().ToList())
        {
            if (IsPlugged(devices, alias))
            {
                await new LiveUnplug(devices).RemoveAsync(alias).ConfigureAwait(false);
            }
        }
    }

    // What a card was to stand upon that the document never told of.
    private static async Task SettleConnectionsAsync(RunningDevices devices)
    {
        var (cards, directory) = (devices.Live.Devices.Interfaces, devices.Process.Directory);
        var kept = cards.Select(card => card.Target?.Dev).Concat(devices.Process.Deferred.Select(resource => resource.From)).OfType<string>().ToHashSet(StringComparer.Ordinal);
        DirectTaps.RemoveOthers(directory, kept, devices.Domain.Hypervisor.Report);
        await SwitchPorts.RemoveOthersAsync(directory, kept, devices.Domain.Hypervisor.Report).ConfigureAwait(false);
        await PasstServers.EndOthersAsync(directory, cards.Select(card => card.Alias).OfType<string>()).ConfigureAwait(false);
    }

    // The document names the medium that was to be inserted; another one is changed for it.
    private static async Task SettleMediaAsync(RunningDevices devices)
    {
        var drives = devices.Live.Devices.Disks.Where(d => d.Device is DiskDevice.Cdrom or DiskDevice.Floppy).ToList();
        if (drives.Count == 0)
        {
            return;
        }

        var told = await devices.Process.Monitor.ExecuteAsync(Qmp.QueryBlock, CancellationToken.None).ConfigureAwait(false);
        foreach (var drive in drives)
        {
            if (devices.Process.Disks.Find(drive.Target!.Dev!) is not { } known || told.FirstOrDefault(b => b.QomPath?.Split('/').Contains(drive.Alias) == true) is not { } device)
            {
                continue;
            }

            var expected = known.Chain is null ? null : NodeNumbers.Format(known.Numbers[0]);
            if (device.NodeName != expected && (device.NodeName is null || NodeNumbers.IsFormat(device.NodeName)))
            {
                devices.Process.Disks = devices.Process.Disks.With(Inserted(known, device.NodeName));
                await new MediaChange(devices).ChangeAsync(drive, drive, force: true, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    // Of a medium that nobody knows any more the top is taken out; what is below it is closed with other stray nodes.
    private static LiveDisk Inserted(LiveDisk known, string? node) => node is null
        ? known with { Chain = null }
        : known with { Chain = new ImageChain([known.Chain?.Top ?? new ImageLayer(new FileLocation("/dev/null"), ImageFormat.Raw)]), Numbers = [int.Parse(node.AsSpan(1), CultureInfo.InvariantCulture)] };

    // One that came or went when nobody looked.
    private static async Task SettleVcpusAsync(RunningDevices devices, HashSet<string> there)
    {
        foreach (var state in VcpuSet.Of(devices.Live, live: true).Where(s => s.Hotpluggable != false && s.Enabled == true != there.Contains(VcpuSet.Alias(s.Id!.Value))))
        {
            await devices.ShowAsync(live => VcpuSet.WithState(live, state.Id!.Value, state.Enabled != true)).ConfigureAwait(false);
        }
    }

    // What is on the machine's board, or no device of QEMU's, is not among them.
    private static bool IsPlugged(RunningDevices devices, string alias)
    {
        try
        {
            return devices.StepsFor(devices.Live.Devices.Only(device => device.Alias == alias)).Any(step => step.Device == alias);
        }
        catch (VireoException e) when (e.Code is ErrorCode.ConfigUnsupported or ErrorCode.OperationUnsupported)
        {
            // It cannot be plugged in, so it was there at the start.
            return false;
        }
    }
}
