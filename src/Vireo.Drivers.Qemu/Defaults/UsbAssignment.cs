using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Gives USB devices their ports.</summary>
internal static class UsbAssignment
{
    /// <summary>Adds the hubs that it takes, then finds every device a port: the controllers' own first, then those of hubs.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: there is no such controller or port, it is taken, or none is free.</exception>
    public static void Apply(DeviceDraft draft, MachineKind machine)
    {
        RefuseDisabled(draft, machine);
        if (!draft.Controllers.Any(c => c.Type == ControllerType.Usb) || draft.Controllers.Any(c => c is { Type: ControllerType.Usb, Model: "none" }))
        {
            return;
        }

        var ports = new UsbTopology();
        foreach (var controller in draft.Controllers.Where(c => c.Type == ControllerType.Usb && PortsOf(c) > 0))
        {
            ports.AddController((uint)controller.Index!.Value, PortsOf(controller));
        }

        AddHubs(draft, ports);
        foreach (var given in draft.Hubs.Select(h => h.Address).OfType<UsbAddress>().Where(a => a.Port is not null))
        {
            ports.Take(given);
            ports.AddHub(given);
        }

        DeviceDraft.Each(draft.Hubs, hub =>
        {
            if (hub.Address is UsbAddress { Port: not null })
            {
                return hub;
            }

            var address = ports.Place(hub.Address as UsbAddress);
            ports.AddHub(address);
            return hub with { Address = address };
        });
        Each(draft, address =>
        {
            if (address?.Port is not null)
            {
                ports.Take(address);
            }

            return address;
        });
        Each(draft, address => address?.Port is not null ? address : ports.Place(address));
    }

    // Each further hub costs one port and brings eight.
    private static void AddHubs(DeviceDraft draft, UsbTopology ports)
    {
        var needed = draft.Hubs.Count;
        Each(draft, address =>
        {
            needed++;
            return address;
        });
        var missing = needed - (ports.Count + (UsbTopology.HubPorts * draft.Hubs.Count));
        for (missing = missing > 0 ? missing + 1 : 0; missing > 0 && ports.Count > 0; missing -= UsbTopology.HubPorts - 1)
        {
            draft.Hubs.Add(new HubConfig { Type = HubType.Usb });
        }
    }

    private static int PortsOf(ControllerConfig controller) => controller.Model switch
    {
        "qemu-xhci" or "nec-xhci" => Math.Min(controller.Ports ?? 4, ControllerChecks.MostXhciPorts),
        "ich9-ehci1" or "ehci" => 6,
        "pci-ohci" => 3,
        "piix3-uhci" or "piix4-uhci" or "vt82c686b-uhci" => 2,

        // The companions of an ICH9 controller have no ports of their own.
        _ => 0,
    };

    private static void Each(DeviceDraft draft, Func<UsbAddress?, UsbAddress?> change)
    {
        void All<T>(List<T> devices, Func<T, bool> isUsb)
            where T : DeviceConfig => DeviceDraft.Each(devices, d => isUsb(d) && d.Address is null or UsbAddress ? (T)(d with { Address = change(d.Address as UsbAddress) }) : d);

        All(draft.Hostdevs, h => h is { Mode: HostdevMode.Subsystem, Type: HostdevType.Usb });
        All(draft.Disks, d => d.Target!.Bus == DiskBus.Usb);
        All(draft.Controllers, c => c.Type == ControllerType.Ccid);
        All(draft.Inputs, n => n.Bus == InputBus.Usb);
        All(draft.Serials, s => s.Target!.Type == CharTargetType.UsbSerial);
        All(draft.Sounds, s => s.Model == SoundModel.Usb);
        All(draft.Redirdevs, r => r.Bus == RedirdevBus.Usb);
    }

    private static void RefuseDisabled(DeviceDraft draft, MachineKind machine)
    {
        var controllers = draft.Controllers.Where(c => c.Type == ControllerType.Usb).ToList();
        if (!controllers.Exists(c => c.Model == "none") && (controllers.Count > 0 || machine.HasUsb))
        {
            return;
        }

        if (controllers.Count > 1)
        {
            throw new VireoException(ErrorCode.XmlDetail, ErrorDomain.Domain, "Can't add another USB controller: USB is disabled for this domain");
        }

        var devices = 0;
        Each(draft, address =>
        {
            devices++;
            return address;
        });
        var refusal = controllers.Count == 0 && devices + draft.Hubs.Count > 0 ? "USB is disabled for this domain, but USB devices are present in the domain XML"
            : draft.Hostdevs.Exists(h => h.Type == HostdevType.Usb) ? "Can't add host USB device: USB is disabled in this host"
            : draft.Inputs.Exists(n => n.Bus == InputBus.Usb) ? "Can't add USB input device. USB bus is disabled"
            : draft.Hubs.Count > 0 ? "Can't add USB hub: USB is disabled for this domain"
            : devices > 0 ? "USB is disabled for this domain, but USB devices are present in the domain XML"
            : null;
        if (refusal is not null)
        {
            throw VireoException.ConfigUnsupported(ErrorDomain.Domain, refusal);
        }
    }
}
