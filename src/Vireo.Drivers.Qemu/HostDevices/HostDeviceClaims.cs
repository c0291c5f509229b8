using System.Globalization;
using System.Runtime.ExceptionServices;
using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.Lifecycle;
using Vireo.Host.Undo;

namespace Vireo.Drivers.Qemu.HostDevices;

/// <summary>
/// Which domain has which device of the host, so that no two have the same one. What a run has lies in its directory: whoever clears the run away, a later daemon included,
/// gives it back.
/// </summary>
/// <param name="host">The host's devices.</param>
internal sealed partial class HostDeviceClaims(HostDeviceFacts host)
{
    private const string List = "hostdevs";
    private const string Borrowed = " managed";
    private const string Pci = "pci ";
    private readonly CardFunctions _functions = new(host);
    private readonly Dictionary<string, string> _claims = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Takes what a document asks for; devices that are named by what they are get their places, those that need not be there and are not there are left out.</summary>
    /// <param name="devices">The devices.</param>
    /// <param name="domain">The domain's name.</param>
    /// <param name="directory">The run's directory.</param>
    /// <exception cref="VireoException">
    /// VIR_ERR_CONFIG_UNSUPPORTED: the host cannot give such devices away; VIR_ERR_OPERATION_INVALID: another domain has it; VIR_ERR_INTERNAL_ERROR, VIR_ERR_DEVICE_MISSING:
    /// it is not there. What was taken before it is in the run's list.
    /// </exception>
    public DevicesConfig Take(DevicesConfig devices, string domain, string directory)
    {
        foreach (var disk in devices.Disks)
        {
            Take(disk, present: null, domain, directory);
        }

        var taken = new List<HostdevConfig>();
        foreach (var device in devices.Hostdevs)
        {
            if (device.Mode != HostdevMode.Subsystem || device.Source is null || Find(device) is not { } found)
            {
                // One that is left out here is an optional one.
                taken.AddRange(device is { Mode: HostdevMode.Subsystem, Type: HostdevType.Usb } ? [] : [device]);
                continue;
            }

            var key = KeyOf(found);
            if (key is not null)
            {
                Claim(key, found, domain, directory);
            }

            taken.Add(found is { Type: HostdevType.Pci } ? found with { Driver = HostdevDriver.Vfio } : found);
        }

        return devices with { Hostdevs = [.. taken], Interfaces = devices.Interfaces.Map(card => card.Type == InterfaceType.Hostdev ? Take(card, domain, directory) : card) };
    }

    // Its address is told to the function when the host's driver has let go of it.
    private InterfaceConfig Take(InterfaceConfig card, string domain, string directory)
    {
        CardFunctions.Check(card);
        var device = Find(AsDevice(card))!;
        var address = AddressOf(device.Source!.Address!);
        var function = _functions.Of(address);
        Claim(KeyOf(device)!, device, domain, directory, () => _functions.Remember(address, function, directory));
        try
        {
            _functions.Set(function, card);
        }
        catch (Exception e)
        {
            GiveBack(directory, device, e);
            throw;
        }

        return card with { Driver = (card.Driver ?? new Config.InterfaceDriver()) with { Name = InterfaceDriverName.Vfio } };
    }

    // What a card of the host is as one of its PCI devices.
    private static HostdevConfig AsDevice(InterfaceConfig card) => new()
    {
        Mode = HostdevMode.Subsystem,
        Type = HostdevType.Pci,
        Managed = card.Managed,
        Driver = card.Driver?.Name switch { InterfaceDriverName.Vfio => HostdevDriver.Vfio, InterfaceDriverName.Kvm => HostdevDriver.Kvm, _ => null },
        Source = new HostdevSource { Address = card.Source?.HostAddress },
    };

    /// <summary>Takes up what a run has that goes on.</summary>
    /// <param name="domain">The domain's name.</param>
    /// <param name="directory">The run's directory.</param>
    public void TakeUp(string domain, string directory)
    {
        lock (_gate)
        {
            foreach (var line in new RunList(directory, List).Read())
            {
                _claims[Key(line)] = domain;
            }
        }
    }

    /// <summary>Gives back a network card that a run has.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="card">The card; nothing is done when it is none of the host's devices.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: the kernel does not take it back.</exception>
    public void GiveBack(string directory, InterfaceConfig card)
    {
        if (card.Type == InterfaceType.Hostdev)
        {
            GiveBack(directory, AsDevice(card));
        }
    }

    /// <summary>Gives back what a run has.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="alone">Only this one; null for all.</param>
    /// <exception cref="VireoException">VIR_ERR_SYSTEM_ERROR: the kernel does not take it back.</exception>
    public void GiveBack(string directory, HostdevConfig? alone = null)
    {
        var list = new RunList(directory, List);
        GiveBack(directory, list, [.. list.Read().Where(line => alone is null || Key(line) == KeyOf(alone))]);
    }

    private void GiveBack(string directory, RunList list, IReadOnlyList<string> gone)
    {
        var failures = new List<UndoFailure>();
        Try("give the addresses of network cards back", failures, () => _functions.GiveBack(directory, [.. gone.Where(static line => line.StartsWith(Pci, StringComparison.Ordinal)).Select(AddressOf)]));
        foreach (var line in gone)
        {
            Try($"give {Spoken(Key(line))} back", failures, () => Release(list, line));
        }

        // Each is tried, whatever becomes of the others.
        if (failures is [var first, .. var rest])
        {
            if (rest is [])
            {
                ExceptionDispatchInfo.Throw(first.Error);
            }

            throw UndoStack.Join(first.Error, rest);
        }
    }

    private void Release(RunList list, string line)
    {
        if (IsBorrowed(line) && host.IsGiven(AddressOf(line)))
        {
            host.Reattach(AddressOf(line));
        }

        lock (_gate)
        {
            _claims.Remove(Key(line));
        }

        list.Remove(line);
    }

    // What stopped it is what the caller hears of first.
    private void GiveBack(string directory, HostdevConfig device, Exception error) => GiveBack(directory, KeyOf(device)!, error);

    private void GiveBack(string directory, string key, Exception error)
    {
        var failures = new List<UndoFailure>();
        var list = new RunList(directory, List);
        Try("give it back", failures, () => GiveBack(directory, list, [.. list.Read().Where(line => Key(line) == key)]));
        if (failures.Count > 0)
        {
            throw UndoStack.Join(error, failures);
        }
    }

    private static void Try(string what, List<UndoFailure> failures, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is VireoException or IOException or UnauthorizedAccessException)
        {
            failures.Add(new UndoFailure(what, e));
        }
    }

    private void Claim(string key, HostdevConfig device, string domain, string directory, Action? before = null)
    {
        string? previous;
        lock (_gate)
        {
            if (_claims.TryGetValue(key, out var other) && !device.Shareable)
            {
                throw VireoException.OperationInvalid(ErrorDomain.None, $"{Spoken(key)} is in use by driver QEMU, domain {other}");
            }

            previous = other;
            _claims[key] = domain;
        }

        var address = device.Type == HostdevType.Pci ? AddressOf(device.Source!.Address!) : null;
        var borrowed = address is not null && device.Managed == true && !host.IsGiven(address);
        Note(key, borrowed, directory, previous);
        try
        {
            before?.Invoke();
            if (address is not null)
            {
                HandOver(address, borrowed);
            }
        }
        catch (Exception e)
        {
            GiveBack(directory, device, e);
            throw;
        }
    }

    private void HandOver(string address, bool borrowed)
    {
        if (!borrowed && !host.IsGiven(address))
        {
            throw VireoException.OperationInvalid(ErrorDomain.None, $"Unmanaged PCI device {address} must be manually detached from the host");
        }

        if (borrowed && !host.HasDriver)
        {
            throw VireoException.Internal(ErrorDomain.None, "Failed to load PCI stub module vfio-pci");
        }

        host.RequireGroup(address);
        if (borrowed)
        {
            host.Detach(address);
        }
    }

    // What the list does not have nobody would give back.
    private void Note(string key, bool borrowed, string directory, string? previous)
    {
        try
        {
            new RunList(directory, List).Add(key + (borrowed ? Borrowed : ""));
        }
        catch
        {
            lock (_gate)
            {
                if (previous is null)
                {
                    _claims.Remove(key);
                }
                else
                {
                    _claims[key] = previous;
                }
            }

            throw;
        }
    }

    // The device as it is on this host; null when it need not be there, and is not.
    private HostdevConfig? Find(HostdevConfig device)
    {
        switch (device.Type)
        {
            case HostdevType.Usb:
                return FindUsb(device);
            case HostdevType.Pci when device.Driver == HostdevDriver.Kvm || !host.HasVfio:
                throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, $"host doesn't support {device.Driver switch { HostdevDriver.Vfio => "VFIO PCI passthrough", HostdevDriver.Kvm => "legacy PCI passthrough", _ => "passthrough of host PCI devices" }}");
            case HostdevType.Pci:
                RequireThere(AddressOf(device.Source!.Address!));
                return device;
            case HostdevType.Mdev when !host.HasVfio:
                throw VireoException.ConfigUnsupported(ErrorDomain.Qemu, "Mediated host device assignment requires VFIO support");
            case HostdevType.Mdev when device.Source!.Address?.Uuid is { } uuid && !host.HasMediated(uuid.ToString()):
                throw new VireoException(ErrorCode.DeviceMissing, ErrorDomain.None, $"mediated device '{uuid}' not found");
            default:
                return device;
        }
    }

    private void RequireThere(string address)
    {
        if (!host.HasPci(address))
        {
            throw VireoException.System(ErrorDomain.None, FileSystemCalls.NoEntry, $"Device {address} not found: could not access /sys/bus/pci/devices/{address}/config: No such file or directory");
        }
    }

    private HostdevConfig? FindUsb(HostdevConfig device)
    {
        var source = device.Source!;
        var at = source.Address is { Device: not null } address ? (Bus: AnyNumber.OfAddress(address.Bus, uint.MaxValue), Device: AnyNumber.OfAddress(address.Device, uint.MaxValue)) : default((uint Bus, uint Device)?);
        var there = host.Usb(source.Vendor, source.Product).Where(found => at is null || (found.Bus == at.Value.Bus && found.Device == at.Value.Device)).ToList();
        if (there.Count == 0)
        {
            return source.StartupPolicy == StartupPolicy.Optional ? null : throw VireoException.Internal(ErrorDomain.None, at is { } place
                ? string.Create(CultureInfo.InvariantCulture, $"Did not find USB device bus:{place.Bus} device:{place.Device}")
                : string.Create(CultureInfo.InvariantCulture, $"Did not find USB device {source.Vendor:x4}:{source.Product:x4}"));
        }

        if (there.Count > 1)
        {
            throw VireoException.OperationFailed(ErrorDomain.Qemu, string.Create(CultureInfo.InvariantCulture, $"Multiple USB devices for {source.Vendor:x}:{source.Product:x}, use <address> to specify one"));
        }

        return device with { Source = source with { Address = (source.Address ?? new HostdevAddress()) with { Bus = Text(there[0].Bus), Device = Text(there[0].Device) } } };
    }

    private static string? KeyOf(HostdevConfig device) => device switch
    {
        { Type: HostdevType.Pci, Source.Address: { } address } => $"pci {AddressOf(address)}",
        { Type: HostdevType.Usb, Source.Address: { } address } => string.Create(CultureInfo.InvariantCulture, $"usb {AnyNumber.OfAddress(address.Bus, uint.MaxValue):d3}:{AnyNumber.OfAddress(address.Device, uint.MaxValue):d3}"),
        { Type: HostdevType.Mdev, Source.Address.Uuid: { } uuid } => $"mdev {uuid}",
        { Type: HostdevType.Scsi, Source: { Adapter.Name: { } adapter, Address: { } address } } => $"scsi {adapter}:{address.Bus}:{address.Target}:{address.Unit}",
        { Type: HostdevType.ScsiHost, Source.Wwpn: { } port } => $"scsi_host {port}",
        _ => null,
    };

    private static string Spoken(string key) => key.Split(' ', 2) switch
    {
        ["pci", var address] => $"PCI device {address}",
        ["usb", var address] => $"USB device {address}",
        ["mdev", var uuid] => $"mediated device {uuid}",
        ["nvme", var place] => $"NVMe namespace {place}",
        ["scsi", var address] => $"SCSI device {address}",
        _ => key,
    };

    private static string AddressOf(HostdevAddress address) => string.Create(
        CultureInfo.InvariantCulture,
        $"{AnyNumber.OfAddress(address.Domain, uint.MaxValue):x4}:{AnyNumber.OfAddress(address.Bus, 0xff):x2}:{AnyNumber.OfAddress(address.Slot, 0x1f):x2}.{AnyNumber.OfAddress(address.Function, 7):x}");

    private static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);

    // Of a line in a run's list.
    private static bool IsBorrowed(string line) => line.StartsWith(Pci, StringComparison.Ordinal) && line.EndsWith(Borrowed, StringComparison.Ordinal);

    private static string Key(string line) => IsBorrowed(line) ? line[..^Borrowed.Length] : line;

    private static string AddressOf(string line) => Key(line)[Pci.Length..];
}
