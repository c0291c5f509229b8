using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>A device that is, or is to be, on PCI.</summary>
/// <param name="Name">What it is called in messages.</param>
/// <param name="Connection">What it needs of its bus.</param>
/// <param name="Address">Where the document has it; null when it is to be given a place.</param>
/// <param name="Set">Puts it somewhere.</param>
internal sealed record PciDevice(string Name, PciConnection Connection, DeviceAddress? Address, Action<PciAddress> Set)
{
    /// <summary>The USB controller of ICH9 that it is a part of, and the function that this part has; null for others.</summary>
    public (int Index, uint Function)? Ich9 { get; init; }
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
            var at = i;
            if (draft.Controllers[i] is { Type: ControllerType.Pci, Index: > 0, Model: not ("pci-root" or "pcie-root") } controller)
            {
                yield return new PciDevice($"PCI controller {controller.Index}", ConnectionOf(controller.Model), Given(controller.Address), address => draft.Controllers[at] = draft.Controllers[at] with { Address = address });
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

    /// <summary>All the others.</summary>
    public static IEnumerable<PciDevice> Endpoints(DeviceDraft draft, MachineKind machine)
    {
        var express = machine.PciRoot == "pcie-root" ? PciConnection.Express : PciConnection.Conventional;
        var list = new List<PciDevice>();
        void AddAll<T>(List<T> devices, string name, Func<T, PciConnection?> connection)
            where T : DeviceConfig
        {
            for (var i = 0; i < devices.Count; i++)
            {
                var at = i;
                if (connection(devices[i]) is { } kind && devices[i].Address is null or PciAddress)
                {
                    list.Add(new PciDevice($"{name} {i}", kind, Given(devices[i].Address), address => devices[at] = (T)(devices[at] with { Address = address with { Zpci = (devices[at].Address as PciAddress)?.Zpci } }))
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
            list.Add(new PciDevice("memory balloon", balloon.Model == MemballoonModel.VirtioTransitional ? PciConnection.Conventional : express, Given(balloon.Address), address => draft.Memballoon = balloon with { Address = address with { Zpci = (balloon.Address as PciAddress)?.Zpci } }));
        }

        AddAll(draft.Rngs, "rng", r => Virtio(r.Model));
        AddAll(draft.Watchdogs, "watchdog", w => On(w.Model == WatchdogModel.I6300esb, PciConnection.Conventional));
        AddAll(draft.Videos, "video device", v => On(v.Model!.Type is not (VideoType.None or VideoType.Ramfb), v.Model.Type is VideoType.Virtio or VideoType.Bochs ? express : PciConnection.Conventional));
        AddAll(draft.Shmems, "shmem", _ => PciConnection.Conventional);
        AddAll(draft.Inputs, "input device", n => On(n.Bus == InputBus.Virtio, Virtio(n.Model)));
        AddAll(draft.Serials, "serial port", s => On(s.Target!.Type == CharTargetType.PciSerial, PciConnection.Conventional));
        if (draft.Vsock is { Address: null or PciAddress } vsock)
        {
            list.Add(new PciDevice("vsock", Virtio(vsock.Model), Given(vsock.Address), address => draft.Vsock = vsock with { Address = address with { Zpci = (vsock.Address as PciAddress)?.Zpci } }));
        }

        AddAll(draft.Memories, "memory device", m => On(m.Model is MemoryModel.VirtioPmem or MemoryModel.VirtioMem, express));
        if (draft.Iommu is { Model: IommuModel.Virtio, Address: null or PciAddress } iommu)
        {
            list.Add(new PciDevice("IOMMU", PciConnection.Integrated, Given(iommu.Address), address => draft.Iommu = iommu with { Address = address }));
        }

        return list;
    }

    // An address that says no more than that it is one of PCI is yet to be given.
    private static DeviceAddress? Given(DeviceAddress? address) =>
        address is PciAddress { Domain: null or 0, Bus: null or 0, Slot: null or 0, Function: null or 0, Multifunction: null } ? null : address;
}
