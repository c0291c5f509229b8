using Vireo.Config;
using Vireo.Config.Defaults;

namespace Vireo.Drivers.Bhyve.Defaults;

/// <summary>Gives devices their places on bhyve's one PCI bus, in libvirt's order.</summary>
internal static class PciPlaces
{
    private const uint BridgeSlot = 1;

    /// <summary>Takes the places that the document names, then fills in the others.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: a place that is taken or not there. VIR_ERR_INTERNAL_ERROR: no place is left.</exception>
    public static void Assign(DeviceDraft draft)
    {
        var bus = new PciBus("pci-root");
        foreach (var address in Given(draft.ToConfig()))
            Take(bus, address);
        // The slot is the ISA bridge's, even where there is none, unless a device has been put there.
        if (bus.IsFree(BridgeSlot) && bus.TryTake(BridgeSlot, 0))
        {
            var bridge = draft.Controllers.FindIndex(controller => controller is { Type: ControllerType.Isa, Address: null });
            if (bridge >= 0)
                draft.Controllers[bridge] = draft.Controllers[bridge] with { Address = At(BridgeSlot) };
        }

        Fill(bus, draft.Controllers, IsOnBus);
        Fill(bus, draft.Interfaces, _ => true);
        Fill(bus, draft.Disks, disk => disk.Target!.Bus == DiskBus.Virtio);
        Fill(bus, draft.Videos, _ => true);
        Fill(bus, draft.Sounds, _ => true);
        Fill(bus, draft.Filesystems, _ => true);
    }

    private static bool IsOnBus(ControllerConfig controller) =>
        controller is { Type: ControllerType.Sata or ControllerType.Isa } or { Type: ControllerType.Usb, Model: "nec-xhci" } or { Type: ControllerType.Pci, Model: not "pci-root" };

    private static void Fill<T>(PciBus bus, List<T> devices, Predicate<T> isOnBus)
        where T : DeviceConfig => DeviceDraft.Each(devices, device =>
    {
        if (device.Address is not null || !isOnBus(device))
            return device;
        var free = bus.TakeNext(share: false) ?? throw VireoException.Internal(ErrorDomain.Domain, "No more available PCI slots");
        return (T)(DeviceConfig)(device with { Address = At(free.Slot) });
    });

    private static List<PciAddress> Given(DevicesConfig devices)
    {
        var given = new List<PciAddress>();
        devices.Map(device =>
        {
            if (device.Address is PciAddress address)
                given.Add(address);
            return device;
        });
        return given;
    }

    private static void Take(PciBus bus, PciAddress address)
    {
        var place = new PciSlot(address.Bus!.Value, address.Slot!.Value, address.Function!.Value);
        if (address.Domain != 0)
            throw VireoException.InvalidXml(ErrorDomain.Domain, $"Invalid PCI address {address.Domain:x4}:{place.Bus:x2}:{place.Slot:x2}.{place.Function:x}. Only PCI domain 0 is available");
        if (place.Bus != 0)
            throw VireoException.InvalidXml(ErrorDomain.Domain, $"Invalid PCI address {place}. Only PCI buses up to 0 are available");
        if (!bus.Has(place.Slot))
            throw VireoException.InvalidXml(ErrorDomain.Domain, place.Slot == 0 ? $"Invalid PCI address {place}. slot must be >= 1" : $"Invalid PCI address {place}. slot must be <= 31");
        if (place.Function > 7)
            throw VireoException.InvalidXml(ErrorDomain.Domain, $"Invalid PCI address {place}. function must be <= 7");
        if (!bus.TryTake(place.Slot, place.Function))
            throw VireoException.InvalidXml(ErrorDomain.Domain, $"Attempted double use of PCI Address {place}");
    }

    private static PciAddress At(uint slot) => new() { Domain = 0, Bus = 0, Slot = slot, Function = 0 };
}
