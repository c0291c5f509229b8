using Vireo.Config;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.Monitor;
using Vireo.Drivers.Qemu.Network;
using Vireo.Host.Network;
using Vireo.Host.Undo;

namespace Vireo.Drivers.Qemu.HotPlug;

/// <summary>Network cards.</summary>
internal sealed class InterfaceKind() : DeviceKind("interface")
{
    /// <inheritdoc/>
    public override void CheckAttach(DevicesConfig wanted, DomainConfig config, bool live)
    {
    }

    /// <inheritdoc/>
    public override DeviceConfig Find(DevicesConfig wanted, DomainConfig config, bool live) => Find(wanted.Interfaces[0], config);

    /// <inheritdoc/>
    public override DomainConfig Update(DevicesConfig wanted, DomainConfig config)
    {
        var present = Find(wanted.Interfaces[0], config);
        return config with { Devices = config.Devices with { Interfaces = config.Devices.Interfaces.Map(card => ReferenceEquals(card, present) ? wanted.Interfaces[0] : card) } };
    }

    /// <inheritdoc/>
    public override async Task UpdateAsync(DevicesConfig wanted, RunningDevices devices, bool force, CancellationToken cancellationToken)
    {
        var given = wanted.Interfaces[0];
        var present = Find(given, devices.Live);
        var builder = devices.Domain.Hypervisor.Builder;
        var next = (await PlugPlan.CompleteAsync(builder, devices.Live, wanted, present, cancellationToken).ConfigureAwait(false)).Interfaces[0];
        InterfaceFields.RequireSame(given, next, present);
        await UndoStack.RunAsync(undo => ChangeAsync(present, next, devices, undo, cancellationToken)).ConfigureAwait(false);

        // Names of taps and of the card itself are the run's.
        var shown = next with { Target = present.Target, Alias = present.Alias, Address = present.Address };
        await devices.ShowAsync(live => live with { Devices = live.Devices with { Interfaces = live.Devices.Interfaces.Map(card => card.Alias == present.Alias ? shown : card) } }).ConfigureAwait(false);
    }

    // What can change without the guest, and then what the guest is told.
    private static async ValueTask ChangeAsync(InterfaceConfig present, InterfaceConfig next, RunningDevices devices, UndoStack undo, CancellationToken cancellationToken)
    {
        if (next.Source?.Bridge is { } bridge && bridge != present.Source?.Bridge)
        {
            await Task.Run(() => Move(present, bridge, undo), cancellationToken).ConfigureAwait(false);
        }

        if (present.Target?.Dev is { } name)
        {
            await ConnectAnewAsync(name, present, next, devices, undo, cancellationToken).ConfigureAwait(false);
        }

        if (Up(next) != Up(present))
        {
            await devices.ExecuteAsync(Qmp.SetLink(present.Alias!, Up(next)), cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task ConnectAnewAsync(string name, InterfaceConfig present, InterfaceConfig next, RunningDevices devices, UndoStack undo, CancellationToken cancellationToken)
    {
        var (directory, domain) = (devices.Process.Directory, devices.Live.Uuid ?? Guid.Empty);
        if (next.Bandwidth != present.Bandwidth && (NetworkArguments.NeedsTap(present) || NetworkArguments.IsDirect(present)))
        {
            await TrafficShaping.ReplaceAsync(name, present, next, domain, directory, cancellationToken).ConfigureAwait(false);
            undo.Push($"limit the traffic of '{name}' as before", () => new ValueTask(TrafficShaping.ApplyAsync(name, present, domain, directory, CancellationToken.None)));
        }

        if (next.Vlan != present.Vlan)
        {
            await SwitchPorts.SetVlanAsync(name, next.Vlan, directory, cancellationToken).ConfigureAwait(false);
            undo.Push($"have port '{name}' carry the VLANs from before", () => new ValueTask(SwitchPorts.SetVlanAsync(name, present.Vlan, directory, CancellationToken.None)));
        }
    }

    private static bool Up(InterfaceConfig card) => card.Link != LinkState.Down;

    private static void Move(InterfaceConfig card, string bridge, UndoStack undo)
    {
        if (!new NetworkDevice(bridge).Exists)
        {
            throw VireoException.OperationFailed(ErrorDomain.Qemu, $"bridge {bridge} doesn't exist");
        }

        var (tap, before) = (new NetworkDevice(card.Target!.Dev!), card.Source!.Bridge!);
        tap.DetachFrom(before);
        undo.Push($"bring '{tap.Name}' back to bridge '{before}'", () => tap.AttachTo(before));
        tap.AttachTo(bridge);
        undo.Push($"take '{tap.Name}' out of bridge '{bridge}'", () => tap.DetachFrom(bridge));
    }

    // By the hardware address, the place and the name, as far as they are said.
    private static InterfaceConfig Find(InterfaceConfig wanted, DomainConfig config)
    {
        MacAddress? mac = wanted.Mac?.Address is { } text && MacAddress.TryParse(text, out var given) ? given : null;
        var place = wanted.Address as PciAddress;
        var fits = config.Devices.Interfaces.Where(card => (mac is null || card.HasAddress(mac.Value)) && (place is null || Same(place, card.Address as PciAddress)) && (wanted.Alias is null || card.Alias == wanted.Alias)).ToList();
        return fits.Count switch
        {
            1 => fits[0],
            0 => throw Missing($"no device found at address '{(place is null ? "(<null>)" : $"{PciText.Of(place)}")}' matching MAC address '{mac?.ToString() ?? "(<null>)"}' and alias '{wanted.Alias ?? "(<null>)"}'"),
            _ => throw VireoException.OperationFailed(ErrorDomain.Qemu, mac is null ? "multiple matching devices found" : $"multiple devices matching MAC address {mac} found"),
        };
    }

    private static bool Same(PciAddress one, PciAddress? other) => other is not null && PciText.Of(one) == PciText.Of(other);
}
