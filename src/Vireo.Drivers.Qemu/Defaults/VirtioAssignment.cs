using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Gives virtio devices their places where those are not on PCI: as channel devices of mainframes, and on boards of ARM.</summary>
internal static class VirtioAssignment
{
    // The channel subsystem that virtio devices are in.
    private const uint Subsystem = 0xfe;
    private const uint LastDevice = 0xffff;
    private const uint LastSet = 3;

    /// <summary>Assigns what has no address, in libvirt's order.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: an address is taken twice; VIR_ERR_INTERNAL_ERROR: none is left.</exception>
    public static void Apply(DeviceDraft draft, MachineKind machine)
    {
        // On boards that have both, one device that is asked for there takes the others along.
        if (machine.VirtioBus == VirtioBus.Mmio || (machine.IsVirt && draft.HasMmio()))
        {
            Each(draft, VirtioBus.Mmio, static address => address ?? new VirtioMmioAddress());
        }
        else if (machine.VirtioBus == VirtioBus.Ccw)
        {
            Channels(draft);
        }
    }

    private static bool HasMmio(this DeviceDraft draft)
    {
        var found = false;
        Each(draft, VirtioBus.Mmio, address =>
        {
            found |= address is VirtioMmioAddress;
            return address;
        });
        return found;
    }

    private static void Channels(DeviceDraft draft)
    {
        var taken = new HashSet<(uint Set, uint Device)>();
        draft.ToConfig().Map(device =>
        {
            if (device.Address is CcwAddress { Devno: { } number } given && !taken.Add((given.Ssid ?? 0, number)))
            {
                throw VireoException.Internal(ErrorDomain.Domain, $"The CCW devno '{given.Cssid:x}.{given.Ssid:x}.{number:x4}' is in use already ");
            }

            return device;
        });
        Each(draft, VirtioBus.Ccw, address => address is null or CcwAddress { Devno: null } ? Next(taken) : address);
    }

    private static CcwAddress Next(HashSet<(uint Set, uint Device)> taken)
    {
        for (uint set = 0; set <= LastSet; set++)
        {
            for (uint device = 0; device <= LastDevice; device++)
            {
                if (taken.Add((set, device)))
                {
                    return new CcwAddress { Cssid = Subsystem, Ssid = set, Devno = device };
                }
            }
        }

        throw VireoException.Internal(ErrorDomain.Domain, "There are no more free CCW devnos.");
    }

    private static void Each(DeviceDraft draft, VirtioBus bus, Func<DeviceAddress?, DeviceAddress?> place)
    {
        void All<T>(List<T> devices, Func<T, bool> chosen)
            where T : DeviceConfig => DeviceDraft.Each(devices, d => chosen(d) ? (T)(d with { Address = place(d.Address) }) : d);

        var channels = bus == VirtioBus.Ccw;
        All(draft.Disks, d => d.Target!.Bus == DiskBus.Virtio);
        All(draft.Interfaces, n => n.Type != InterfaceType.Hostdev && n.Model?.StartsWith("virtio", StringComparison.Ordinal) == true);
        All(draft.Hostdevs, h => h.Type == HostdevType.ScsiHost || (channels && h is { Type: HostdevType.Mdev, Model: HostdevModel.VfioCcw }));
        All(draft.Videos, v => v.Model!.Type == VideoType.Virtio);
        All(draft.Controllers, c => c.Type is ControllerType.VirtioSerial or ControllerType.Scsi);
        All(draft.Inputs, i => i.Bus == InputBus.Virtio);
        All(draft.Filesystems, _ => channels);
        if (draft.Memballoon is { Model: MemballoonModel.Virtio or MemballoonModel.VirtioTransitional or MemballoonModel.VirtioNonTransitional } balloon)
        {
            draft.Memballoon = balloon with { Address = place(balloon.Address) };
        }

        All(draft.Rngs, _ => true);
        if (draft.Vsock is { } vsock && channels)
        {
            draft.Vsock = vsock with { Address = place(vsock.Address) };
        }
    }
}
