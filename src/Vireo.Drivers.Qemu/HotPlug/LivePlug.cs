using System.Runtime.InteropServices;
using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.HostDevices;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.Network;
using Vireo.Drivers.Qemu.State;
using Vireo.Drivers.Qemu.Tuning;
using Vireo.Host.Faults;
using Vireo.Host.Undo;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Plugs a device into a running guest. Whatever fails, nothing of it is left.</summary>
/// <param name="devices">The guest's devices.</param>
internal sealed class LivePlug(RunningDevices devices)
{
    private QemuHypervisor Hypervisor => devices.Domain.Hypervisor;

    private QemuProcess Process => devices.Process;

    /// <summary>Plugs it in.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="wanted">The device, alone, as parsed.</param>
    /// <param name="cancellationToken">Gives up waiting; what was done is taken back.</param>
    /// <exception cref="VireoException">What forbids it, or what QEMU says.</exception>
    public async Task AttachAsync(DeviceKind kind, DevicesConfig wanted, CancellationToken cancellationToken)
    {
        kind.CheckAttach(wanted, devices.Live, live: true);
        var plan = await PlugPlan.MakeAsync(Hypervisor.Builder, devices.Live, wanted, cancellationToken).ConfigureAwait(false);
        UnpreparedElements.Refuse(devices.Live with { Devices = new DevicesConfig().Plus(plan.Device) });
        kind.CheckPlug(plan.Device, devices.Live);
        foreach (var controller in plan.Controllers)
        {
            // It stays when the device does not come after all, as libvirt has it.
            await UndoStack.RunAsync(undo => AttachAsync(kind, plan.Only(controller), undo, cancellationToken)).ConfigureAwait(false);
        }

        await UndoStack.RunAsync(undo => AttachAsync(kind, plan with { Controllers = [] }, undo, cancellationToken)).ConfigureAwait(false);
        devices.Domain.Publish(new DomainDeviceAddedEvent(devices.Domain.View.Ref, plan.One.Alias!));
    }

    private async ValueTask AttachAsync(DeviceKind kind, PlugPlan plan, UndoStack undo, CancellationToken cancellationToken)
    {
        plan = plan with { Device = FilesystemServers.Show(LiveConfig.PrepareDevice(plan.Device, Process.Channels)) };
        if (plan.Device is { Hostdevs: [_] } or { Interfaces: [{ Type: InterfaceType.Hostdev }] } || NvmeControllers.Has(plan.Device))
        {
            var wanted = plan.Device;
            plan = plan with { Device = await Task.Run(() => Hypervisor.HostDevices.Take(wanted, devices.Live.Name!, Process.Directory), cancellationToken).ConfigureAwait(false) };
            var given = plan.Device.All().FirstOrDefault() ?? throw VireoException.OperationFailed(ErrorDomain.Qemu, "the device is not there");
            undo.Push("give the host's device back", () => GiveBack(given));
        }

        if (plan.Device.Filesystems is [{ Alias: { } alias }])
        {
            undo.Push("end what serves the folder", () => new ValueTask(FilesystemServers.EndAsync(alias, Process.Directory, Process.Channels)));
            FilesystemServers.Start(Hypervisor.Paths, devices.Live.Name!, plan.Device, Process.Directory, Process.Channels, Hypervisor.Log);
        }

        await ServeReservationsAsync(plan.Device, undo, cancellationToken).ConfigureAwait(false);
        plan = await OpenDiskAsync(plan, undo, cancellationToken).ConfigureAwait(false);
        using var taps = new GuestTaps();
        var (connected, numbers) = await ConnectAsync(plan, taps, undo, cancellationToken).ConfigureAwait(false);
        FaultPoint.Hit(FaultPoints.PlugConnected);
        var (numbered, vsock) = await NumberAsync(connected, undo, cancellationToken).ConfigureAwait(false);
        plan = numbered;
        if (MemoryLockLimit.Raise(Process.Host.Pid, plan.AddTo(devices.Live), Hypervisor.Log) is { } lower)
        {
            undo.Push("lower the limit of locked memory", lower);
        }

        undo.Push("write the live state", devices.RetractAsync);
        await Process.ClaimAsync(plan.AddTo(devices.Live), Process.Disks, cancellationToken).ConfigureAwait(false);
        await devices.AnnounceAsync(plan.AddTo).ConfigureAwait(false);
        FaultPoint.Hit(FaultPoints.PlugAnnounced);
        await MakeAsync(plan, numbers, vsock, undo, cancellationToken).ConfigureAwait(false);
        foreach (var command in StartCommands.For(devices.Live with { Devices = plan.Device }))
        {
            await devices.ExecuteAsync(command, cancellationToken).ConfigureAwait(false);
        }

        FaultPoint.Hit(FaultPoints.PlugMade);
        var shown = await WithTerminalsAsync(plan.Device, cancellationToken).ConfigureAwait(false);
        plan = plan with { Device = await kind.ObserveAsync(shown, devices, cancellationToken).ConfigureAwait(false) };
        await devices.ShowAsync(plan.AddTo).ConfigureAwait(false);
    }

    // The first disk that needs it brings it along.
    private async Task ServeReservationsAsync(DevicesConfig device, UndoStack undo, CancellationToken cancellationToken)
    {
        if (ReservationServer.IsNeeded(device) && !ReservationServer.IsNeeded(devices.Live.Devices))
        {
            undo.Push("end what makes reservations", () => new ValueTask(ReservationServer.EndAsync(Process.Directory, Process.Channels)));
            await ReservationServer.StartAsync(Hypervisor, devices.Live.Name!, Process.Directory, Process.Channels, cancellationToken).ConfigureAwait(false);
            ReservationServer.Enclose(Process.Directory, Process.Group);
        }
    }

    private void GiveBack(DeviceConfig given)
    {
        switch (given)
        {
            case InterfaceConfig card:
                Hypervisor.HostDevices.GiveBack(Process.Directory, card);
                break;
            case HostdevConfig device:
                Hypervisor.HostDevices.GiveBack(Process.Directory, device);
                break;
            default:
                // What a disk was on is given back at the end of the change, when the document does not tell of it.
                break;
        }
    }

    private async Task MakeAsync(PlugPlan plan, IReadOnlyDictionary<string, TapNumbers>? taps, string? vsock, UndoStack undo, CancellationToken cancellationToken)
    {
        var context = new CommandLineContext(null, Process.Disks, Process.Channels) { Taps = taps ?? new Dictionary<string, TapNumbers>(), Vsock = vsock, Secrets = new GuestSecrets(Hypervisor.Secrets, null) };
        // QEMU reads them while it carries out those before; where one fails, those that need it do, too.
        var steps = MonitorArguments.Steps(QemuCommandLine.BuildDevice(plan.AddTo(devices.Live), plan.Device, context));
        var batch = new QmpBatch();
        foreach (var step in steps)
        {
            batch.Add(step.Add);
        }

        await Process.Monitor.ExecuteAsync(batch, QmpMonitor.DefaultDeadline, cancellationToken).ConfigureAwait(false);
        VireoException? failure = null;
        for (var i = 0; i < steps.Count; i++)
        {
            failure ??= batch.ErrorOf(i);
            if (batch.IsRefused(i))
            {
                continue;
            }

            if (steps[i].Device is not null)
            {
                undo.Push("unplug the device", () => UnplugAsync(plan, undo));
            }
            else if (steps[i].Remove is { } remove)
            {
                undo.Push($"take back '{steps[i].Add.Name}'", async () => await devices.ExecuteAsync(remove, CancellationToken.None).ConfigureAwait(false));
            }
        }

        // What nobody waited for may have been carried out: it is taken back, too.
        cancellationToken.ThrowIfCancellationRequested();
        if (failure is not null)
        {
            throw failure;
        }
    }

    // The guest has it, and lets it go when it likes: until then the document says so, and whoever hears of it clears the rest away.
    private async ValueTask UnplugAsync(PlugPlan plan, UndoStack undo)
    {
        undo.Success();
        await devices.ShowAsync(plan.AddTo).ConfigureAwait(false);
        await new LiveUnplug(devices).DetachAsync(plan.Device, wait: true, CancellationToken.None).ConfigureAwait(false);
    }

    // A number is spent even when the disk does not come.
    private async Task<PlugPlan> OpenDiskAsync(PlugPlan plan, UndoStack undo, CancellationToken cancellationToken)
    {
        if (plan.Device.Disks is not [var disk])
        {
            return plan;
        }

        if (disk.Transient is not null)
        {
            disk = await Task.Run(() => TransientDisks.MakePlugged(disk, devices.Live.Name!, Process.Directory), cancellationToken).ConfigureAwait(false);
            undo.Push("remove what the transient disk was to be written to", () => File.Delete(disk.Source!.File!));
        }

        var chain = await Task.Run(disk.Chain, cancellationToken).ConfigureAwait(false);
        var numbers = new NodeNumbers(Process.Disks.LastNumber);
        var open = new LiveDisk(disk.Target!.Dev!, chain, numbers.ForDomain([chain])[0], disk.Access()) { Above = disk.NodesAbove().LastOrDefault() };
        Process.Disks = Process.Disks with { Disks = Process.Disks.Disks.Add(open), LastNumber = numbers.Last };
        undo.Push($"forget disk {open.Target}", () => Process.Disks = Process.Disks.Without(open.Target));
        await new LentFilePlug(devices).AddAsync(open, undo, cancellationToken).ConfigureAwait(false);
        return plan with { Device = plan.Device with { Disks = [disk.Show(open)] } };
    }

    private async Task<(PlugPlan Plan, IReadOnlyDictionary<string, TapNumbers>? Taps)> ConnectAsync(PlugPlan plan, GuestTaps taps, UndoStack undo, CancellationToken cancellationToken)
    {
        if (plan.Device.Interfaces is not [var card])
        {
            return (plan, null);
        }

        var kept = DirectTaps.NamesOf(Process.Directory);
        undo.Push("delete what the card stands upon", () => DirectTaps.RemoveOthers(Process.Directory, kept, Hypervisor.Report));
        var ports = SwitchPorts.NamesOf(Process.Directory);
        undo.Push("take the port out of its virtual switch", async () => await SwitchPorts.RemoveOthersAsync(Process.Directory, ports, Hypervisor.Report).ConfigureAwait(false));
        var alone = devices.Live with { Devices = plan.Device };
        undo.Push("take the tap down", async () => await InterfaceScripts.DownAsync(taps.Show(alone), Process.Directory, Hypervisor.Log).ConfigureAwait(false));
        await Hypervisor.Cards.ConnectAsync(card, 0, taps, devices.Live, Process.Directory, beside: null, cancellationToken).ConfigureAwait(false);
        if (!taps.Has(0))
        {
            return (plan, null);
        }

        undo.Push("end what serves the card", () => new ValueTask(PasstServers.EndAsync(card.Alias!, Process.Directory)));
        await Hypervisor.Cards.ServeAsync(alone, taps, Process.Directory, Process.Claims.Owner, cancellationToken).ConfigureAwait(false);
        var (tap, shown) = (taps[0], taps.Show(alone));
        var numbers = new TapNumbers(
            await HandAsync(card.Alias!, "fd", tap.Queues, undo, cancellationToken).ConfigureAwait(false),
            await HandAsync(card.Alias!, "vhostfd", tap.Accelerators, undo, cancellationToken).ConfigureAwait(false));
        return (plan with { Device = shown.Devices }, new Dictionary<string, TapNumbers> { [card.Alias!] = numbers });
    }

    private async Task<(PlugPlan Plan, string? Vsock)> NumberAsync(PlugPlan plan, UndoStack undo, CancellationToken cancellationToken)
    {
        if (plan.Device.Vsock is not { } device)
        {
            return (plan, null);
        }

        var (taken, control) = Hypervisor.Vsocks.Take(device);
        using (control)
        {
            var names = await HandAsync(device.Alias!, "vhostfd", [control], undo, cancellationToken).ConfigureAwait(false);
            return (plan with { Device = plan.Device with { Vsock = taken } }, names[0]);
        }
    }

    // QEMU knows a descriptor by a name until the back end that takes it is made.
    private async Task<IReadOnlyList<string>> HandAsync(string alias, string kind, IReadOnlyList<SafeHandle> handles, UndoStack undo, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        foreach (var handle in handles)
        {
            var name = $"{kind}-{alias}{names.Count}";
            await devices.ExecuteAsync(Qmp.GetFd(name, handle), cancellationToken).ConfigureAwait(false);
            names.Add(name);
            undo.Push($"take back descriptor {name}", () => CloseAsync(name));
        }

        return names;
    }

    // One that a back end took is no longer known by its name.
    private async ValueTask CloseAsync(string name)
    {
        try
        {
            await devices.ExecuteAsync(Qmp.CloseFd(name), CancellationToken.None).ConfigureAwait(false);
        }
        catch (VireoException e) when (e.InnerException is QmpErrorException)
        {
            return;
        }
    }

    private async Task<DevicesConfig> WithTerminalsAsync(DevicesConfig device, CancellationToken cancellationToken)
    {
        if (device is { Serials.IsEmpty: true, Parallels.IsEmpty: true, Consoles.IsEmpty: true, Channels.IsEmpty: true })
        {
            return device;
        }

        var chardevs = await Process.Monitor.ExecuteAsync("query-chardev", cancellationToken).ConfigureAwait(false);
        return Terminals.Show(devices.Live with { Devices = device }, chardevs).Devices;
    }
}
