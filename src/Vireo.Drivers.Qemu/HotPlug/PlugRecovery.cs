using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Settles, when a daemon takes a guest up, which devices it has: one that the hypervisor does not have was never plugged in, or has gone since.</summary>
internal static class PlugRecovery
{
    private const string Devices = "/machine/peripheral";

    /// <summary>Forgets what has gone, with all it stood on.</summary>
    public static async Task SettleAsync(RunningDevices devices)
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
