using Vireo.Config;
using Vireo.Config.Defaults;
using Vireo.Drivers.Qemu.Defaults.Machines;

namespace Vireo.Drivers.Qemu.Defaults;

/// <summary>Gives the devices of POWER's virtual I/O bus their registers.</summary>
internal static class SpaprVioAssignment
{
    private const ulong Card = 0x1000;
    private const ulong Scsi = 0x2000;
    private const ulong Nvram = 0x3000;
    private const ulong Tpm = 0x4000;
    private const ulong Terminal = 0x30000000;
    private const ulong Step = 0x1000;

    /// <summary>Finds each device that is to be there the first register that no other has, from that of its kind on.</summary>
    /// <exception cref="VireoException">VIR_ERR_XML_ERROR: a register is taken twice.</exception>
    public static void Apply(DeviceDraft draft, MachineKind machine)
    {
        var taken = new HashSet<ulong>();
        foreach (var register in Given(draft))
        {
            if (!taken.Add(register))
            {
                throw new VireoException(ErrorCode.XmlError, ErrorDomain.Domain, $"spapr-vio address 0x{register:x} already in use");
            }
        }

        DeviceAddress? Place(DeviceAddress? address, ulong first)
        {
            if (address is not (null or SpaprVioAddress { Reg: null }))
            {
                return address;
            }

            while (!taken.Add(first))
            {
                first += Step;
            }

            return new SpaprVioAddress { Reg = first };
        }

        void All<T>(List<T> devices, ulong first, Func<T, bool> chosen)
            where T : DeviceConfig => DeviceDraft.Each(devices, d => chosen(d) ? (T)(d with { Address = Place(d.Address, first) }) : d);

        All(draft.Interfaces, Card, n => n.Model == "spapr-vlan");
        All(draft.Controllers, Scsi, c => c is { Type: ControllerType.Scsi, Model: "ibmvscsi" });
        All(draft.Serials, Terminal, s => s.Target!.Type == CharTargetType.SpaprVioSerial);
        draft.Nvram = draft.Nvram is { } nvram ? nvram with { Address = Place(nvram.Address, Nvram) } : null;
        All(draft.Tpms, Tpm, t => t.Model == TpmModel.Spapr && machine.HasHostBridges);
    }

    private static IEnumerable<ulong> Given(DeviceDraft draft)
    {
        IEnumerable<DeviceConfig?> all = [.. draft.Interfaces, .. draft.Controllers, .. draft.Serials, draft.Nvram, .. draft.Tpms];
        return all.Select(d => (d?.Address as SpaprVioAddress)?.Reg).OfType<ulong>();
    }
}
