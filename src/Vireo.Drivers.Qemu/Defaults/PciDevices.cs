using System.Globalization;
using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>A device that is, or is to be, on PCI.</summary>
/// <param name="kind">What it is.</param>
/// <param name="number">Which of these; null when there is no more than one.</param>
/// <param name="connection">What it needs of its bus.</param>
internal abstract class PciDevice(string kind, int? number, PciConnection connection)
{
    /// <summary>What it is called in messages.</summary>
    public string Name => number is { } one ? string.Create(CultureInfo.InvariantCulture, $"{kind} {one}") : kind;

    /// <summary>What it needs of its bus.</summary>
    public PciConnection Connection => connection;

    /// <summary>Where the draft has it now; null when it is to be given a place.</summary>
    public DeviceAddress? Address => Given(Stated);

    /// <summary>The USB controller of ICH9 that it is a part of, and the function that this part has; null for others.</summary>
    public (int Index, uint Function)? Ich9 { get; init; }

    /// <summary>What the draft says of its place.</summary>
    protected abstract DeviceAddress? Stated { get; }

    /// <summary>Puts it somewhere.</summary>
    public abstract void Set(PciAddress address);

    // An address that says no more than that it is one of PCI is yet to be given.
    private static DeviceAddress? Given(DeviceAddress? address) =>
        address is PciAddress { Domain: null or 0, Bus: null or 0, Slot: null or 0, Function: null or 0, Multifunction: null } ? null : address;
}

/// <summary>A device of which there may be several.</summary>
internal sealed class ListedPciDevice<T>(string kind, int number, PciConnection connection, List<T> devices, int place) : PciDevice(kind, number, connection)
    where T : DeviceConfig
{
    /// <inheritdoc/>
    protected override DeviceAddress? Stated => devices[place].Address;

    /// <inheritdoc/>
    public override void Set(PciAddress address) => devices[place] = (T)(devices[place] with { Address = address with { Zpci = (Stated as PciAddress)?.Zpci } });
}

/// <summary>A device of which there is one.</summary>
internal sealed class SinglePciDevice(string kind, PciConnection connection, Func<DeviceConfig> get, Action<DeviceConfig> set) : PciDevice(kind, null, connection)
{
    /// <inheritdoc/>
    protected override DeviceAddress? Stated => get().Address;

    /// <inheritdoc/>
    public override void Set(PciAddress address) => set(get() with { Address = address with { Zpci = (Stated as PciAddress)?.Zpci } });
}

/// <summary>What of a domain is on PCI, in the order in which libvirt gives out places.</summary>
internal static class PciDevices
{
    /// <summary>The function that a part of an ICH9 USB controller has; null for other controllers.</summary>
    public static uint? Ich9Function(string? model) => model switch { "ich9-uhci1" => 0u, "ich9-uhci2" => 1u, "ich9-uhci3" => 2u, "ich9-ehci1" => 7u, _ => null };

    /// <summary>The controllers that are PCI buses themselves, but for roots.</summary>
    public static IEnumerable<PciDevice> Bridges(DeviceDraft draft)
    {
        for (var i = 0; i < draft.Controllers.Count; i++)
        {
            if (draft.Controllers[i] is { Type: ControllerType.Pci, Index: > 0, Model: not ("pci-root" or "pcie-root") } controller)
            {
                yield return new ListedPciDevice<ControllerConfig>("PCI controller", (int)controller.Index.Value, ConnectionOf(controller.Model), draft.Controllers, i);
            }
        }
    }

    private static PciConnection ConnectionOf(string? model) => model switch
    {
        "pcie-root-port" => PciConnection.RootPort,
        "pcie-to-pci-bridge" => PciConnection.ExpressToPciBridge,
        "dmi-to-pci-bridge" => PciConnection.DmiToPciBridge,
        "pcie-switch-upstream-port" => PciConnection.SwitchUpstream,
        "pcie-switch-downstream-port" => PciConnection.SwitchDownstream,
        "pci-expander-bus" or "pcie-expander-bus" => PciConnection.Expander,
        _ => PciConnection.PciBridge,
    };

    /// <summary>All the others. They stay what they are while they get their places.</summary>
    public static IReadOnlyList<PciDevice> Endpoints(DeviceDraft draft, MachineKind machine)
    {
        var express = machine.PciRoot == "pcie-root" ? PciConnection.Express : PciConnection.Conventional;
        var list = new List<PciDevice>();
        void AddAll<T>(List<T> devices, string name, Func<T, PciConnection?> connection)
            where T : DeviceConfig
        {
            for (var i = 0; i < devices.Count; i++)
            {
                if (connection(devices[i]) is { } kind && devices[i].Address is null or PciAddress)
                {
                    list.Add(new ListedPciDevice<T>(name, i, kind, devices, i)
                    {
                        Ich9 = devices[i] is ControllerConfig { Type: ControllerType.Usb } usb && Ich9Function(usb.Model) is { } function ? (usb.Index ?? 0, function) : null,
                    });
                }
            }
        }

        PciConnection Virtio(VirtioModel? model) => model is VirtioModel.VirtioTransitional ? PciConnection.Conventional : express;
        PciConnection? On(bool condition, PciConnection connection) => condition ? connection : null;
        AddAll(draft.Filesystems, "filesystem", f => Virtio(f.Model));
        AddAll(draft.Interfaces, "interface", n => On(n.Type != InterfaceType.Hostdev, n.Model switch
        {
            "rtl8139" or "e1000" or "virtio-transitional" or "lan9118" or "usb-net" or "vmxnet3" => PciConnection.Conventional,
            _ => express,
        }));
        AddAll(draft.Sounds, "sound card", s => On(s.Model is not (SoundModel.Usb or SoundModel.Sb16 or SoundModel.Pcspk), PciConnection.Conventional));
        AddAll(draft.Controllers, "controller", c => c.Type switch
        {
            ControllerType.Usb => c.Model is "none" ? null : Ich9Function(c.Model) is not null || c.Model is not ("qemu-xhci" or "nec-xhci") ? PciConnection.Conventional : express,
            ControllerType.Scsi => c.Model is "virtio-scsi" or "virtio-non-transitional" or "mptsas1068" or "lsisas1078" && c.Model.StartsWith("virtio", StringComparison.Ordinal) ? express : PciConnection.Conventional,
            ControllerType.VirtioSerial => c.Model is "virtio-transitional" ? PciConnection.Conventional : express,
            ControllerType.Ide => null,
            ControllerType.Sata => On(c.Index > 0 || !machine.IsQ35 || c.Address is not null, PciConnection.Conventional),
            _ => null,
        });
        AddAll(draft.Disks, "disk", d => On(d.Target!.Bus == DiskBus.Virtio, Virtio(d.Model)));
        AddAll(draft.Interfaces, "host interface", n => On(n.Type == InterfaceType.Hostdev, express));
        AddAll(draft.Hostdevs, "host device", h => h switch
        {
            { Type: HostdevType.Pci } or { Type: HostdevType.Mdev, Model: HostdevModel.VfioPci } => express,
            { Type: HostdevType.ScsiHost } => h.Model == HostdevModel.VirtioTransitional ? PciConnection.Conventional : express,
            _ => null,
        });
        if (draft.Memballoon is { Model: not (MemballoonModel.None or MemballoonModel.Xen), Address: null or PciAddress } balloon)
        {
            list.Add(new SinglePciDevice("memory balloon", balloon.Model == MemballoonModel.VirtioTransitional ? PciConnection.Conventional : express, () => draft.Memballoon!, device => draft.Memballoon = (MemballoonConfig)device));
        }

        AddAll(draft.Rngs, "rng", r => Virtio(r.Model));
        AddAll(draft.Watchdogs, "watchdog", w => On(w.Model == WatchdogModel.I6300esb, PciConnection.Conventional));
        AddAll(draft.Videos, "video device", v => On(v.Model!.Type is not (VideoType.None or VideoType.Ramfb), v.Model.Type is VideoType.Virtio or VideoType.Bochs ? express : PciConnection.Conventional));
        AddAll(draft.Shmems, "shmem", _ => PciConnection.Conventional);
        AddAll(draft.Inputs, "input device", n => On(n.Bus == InputBus.Virtio, Virtio(n.Model)));
        AddAll(draft.Serials, "serial port", s => On(s.Target!.Type == CharTargetType.PciSerial, PciConnection.Conventional));
        if (draft.Vsock is { Address: null or PciAddress } vsock)
        {
            list.Add(new SinglePciDevice("vsock", Virtio(vsock.Model), () => draft.Vsock!, device => draft.Vsock = (VsockConfig)device));
        }

        AddAll(draft.Memories, "memory device", m => On(m.Model is MemoryModel.VirtioPmem or MemoryModel.VirtioMem, express));
        if (draft.Iommu is { Model: IommuModel.Virtio, Address: null or PciAddress })
        {
            list.Add(new SinglePciDevice("IOMMU", PciConnection.Integrated, () => draft.Iommu!, device => draft.Iommu = (IommuConfig)device));
        }

        return list;
    }
}
