using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>The numbers by which a mainframe knows its PCI devices, beside their places on the bus.</summary>
internal static class ZpciAssignment
{
    private const uint FirstUid = 1;

    /// <summary>
    /// Marks the devices of a mainframe that are to be on PCI: there an address that says nothing but that is one of PCI says something. Elsewhere empty numbers are dropped.
    /// </summary>
    public static DevicesConfig Read(DevicesConfig devices, bool isMainframe) => devices.Map(device => device.Address switch
    {
        PciAddress pci when isMainframe => device with { Address = pci with { Zpci = pci.Zpci ?? new ZpciAddress() } },
        PciAddress { Zpci: { Uid: null, Fid: null } } pci => device with { Address = pci with { Zpci = null } },
        _ => device,
    });

    /// <summary>Gives every PCI device of a mainframe the numbers that its address leaves open.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: a number is taken twice.</exception>
    public static void Apply(DeviceDraft draft, MachineKind machine)
    {
        if (machine.VirtioBus != VirtioBus.Ccw)
        {
            return;
        }

        var (uids, fids) = (new HashSet<uint>(), new HashSet<uint>());
        Each(draft, pci =>
        {
            if (pci.Zpci?.Uid is { } uid && !uids.Add(uid))
            {
                throw Taken("uid", $"0x{uid:x4}");
            }

            if (pci.Zpci?.Fid is { } fid && !fids.Add(fid))
            {
                throw Taken("fid", $"0x{fid:x8}");
            }

            return pci;
        });
        Each(draft, pci => pci with { Zpci = new ZpciAddress { Uid = pci.Zpci?.Uid ?? Next(uids, FirstUid), Fid = pci.Zpci?.Fid ?? Next(fids, 0) } });
    }

    private static uint Next(HashSet<uint> taken, uint first)
    {
        while (!taken.Add(first))
        {
            first++;
        }

        return first;
    }

    private static void Each(DeviceDraft draft, Func<PciAddress, PciAddress> change)
    {
        void All<T>(List<T> devices)
            where T : DeviceConfig => DeviceDraft.Each(devices, d => d.Address is PciAddress pci ? (T)(d with { Address = change(pci) }) : d);

        All(draft.Disks);
        All(draft.Interfaces);
        All(draft.Sounds);
        All(draft.Hostdevs);
        All(draft.Videos);
        All(draft.Controllers);
        All(draft.Inputs);
        All(draft.Filesystems);
        All(draft.Watchdogs);
        if (draft.Memballoon is { Address: PciAddress at } balloon)
        {
            draft.Memballoon = balloon with { Address = change(at) };
        }

        All(draft.Rngs);
        All(draft.Shmems);
        if (draft.Vsock is { Address: PciAddress place } vsock)
        {
            draft.Vsock = vsock with { Address = change(place) };
        }
    }

    private static VireoException Taken(string number, string value) => new(ErrorCode.XmlError, ErrorDomain.Domain, $"zPCI {number} {value} is already reserved");
}
