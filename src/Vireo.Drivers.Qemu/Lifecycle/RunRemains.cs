using Vireo.Config;
using Vireo.Drivers.Qemu.Network;
using Vireo.Drivers.Qemu.Security;
using Vireo.Drivers.Qemu.State;
using Vireo.Drivers.Qemu.Tuning;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <summary>What a run leaves when its process has gone. What cannot be cleared away is told of, and holds up nothing else.</summary>
/// <param name="hypervisor">What all domains share.</param>
internal sealed class RunRemains(QemuHypervisor hypervisor)
{
    /// <summary>Tells of the taps that went with it, ends what served it, gives back what it had of the host, and removes its directory.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="live">Its live document; null where nothing is known of it but the directory.</param>
    public async Task ClearAsync(string directory, DomainConfig? live)
    {
        if (live is not null)
        {
            await TryAsync("tell of taps that went", directory, () => InterfaceScripts.DownAsync(live, directory, hypervisor.Log)).ConfigureAwait(false);
        }

        await TryAsync("end what served it", directory, () => RunServants.EndAllAsync(directory)).ConfigureAwait(false);
        await TryAsync("take its ports out of virtual switches", directory, () => SwitchPorts.RemoveAllAsync(directory, hypervisor.Report)).ConfigureAwait(false);
        Try("delete its network devices", directory, () => DirectTaps.RemoveAll(directory, hypervisor.Report));
        Try("remove what its transient disks were written to", directory, () => TransientDisks.Remove(directory));
        Try("give the host's devices back", directory, () => hypervisor.HostDevices.GiveBack(directory));
        Try("remove its sockets", directory, () => SocketNames.Remove(directory));
        Try("give files back", directory, () => RunClaims.GiveBackAll(directory, hypervisor.Settings.RememberOwner, hypervisor.Report));
        Try("remove its AppArmor profile", directory, () => RunProfile.Remove(directory, hypervisor.Report));
        Try("remove its control group", directory, () => GuestGroup.Remove(directory, hypervisor.Report));
        Remove(directory);
    }

    /// <summary>Removes one of a run's directories.</summary>
    public void Remove(string directory) => Try("remove its directory", directory, () => Directory.Delete(directory, recursive: true));

    private void Try(string what, string directory, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is VireoException or IOException or UnauthorizedAccessException)
        {
            Tell(what, directory, e);
        }
    }

    private async Task TryAsync(string what, string directory, Func<Task> action)
    {
        try
        {
            await action().ConfigureAwait(false);
        }
        catch (Exception e) when (e is VireoException or IOException or UnauthorizedAccessException)
        {
            Tell(what, directory, e);
        }
    }

    private void Tell(string what, string directory, Exception error) => hypervisor.Report($"{what}, of the run in '{directory}'", error);
}
